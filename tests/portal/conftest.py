"""Keycloak for the tests of signing in."""

from collections.abc import Iterator

import pytest
import responses

from portal.login import tokens
from portal.login.keys import Keys
from tests.portal.keycloak_stub import Keycloak


@pytest.fixture
def keycloak(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keycloak]:
    """A Keycloak that has not been asked for its keys yet."""
    monkeypatch.setattr(tokens, "KEYS", Keys())
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Keycloak(mock)
