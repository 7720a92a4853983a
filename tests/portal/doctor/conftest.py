"""Addresses that nobody serves; `responses` answers for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from drivers.wiring import Settings


@pytest.fixture
def wiring(tmp_path: Path) -> Settings:
    """Addresses that nobody serves."""
    for name in ("vault", "keycloak"):
        (tmp_path / name).write_text("secret\n")
    return Settings(
        vault_address="http://vault.test:8200",
        vault_token_file=str(tmp_path / "vault"),
        traefik_address="http://traefik.test:8080",
        keycloak_address="http://keycloak.test:8080",
        keycloak_realm="lab",
        keycloak_client_id="paillasse",
        keycloak_client_secret_file=str(tmp_path / "keycloak"),
    )


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
