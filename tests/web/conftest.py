"""French as people read it: the catalogue of translations, compiled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import trans_real

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def french() -> Iterator[None]:
    """The catalogue, compiled now, in use."""
    call_command("compilemessages", locale=["fr"], ignore_patterns=["var"], verbosity=0)
    trans_real._translations.clear()  # type: ignore[attr-defined]  # the cache of catalogues; the stubs leave it out
    with translation.override("fr"):
        yield
