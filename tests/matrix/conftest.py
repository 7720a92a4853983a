"""What the matrix needs besides the cast."""

import pytest

from tests.factories import catalogue


@pytest.fixture
def template(db: None) -> None:
    """Something to ask for."""
    catalogue.template()
