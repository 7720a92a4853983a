"""Drivers that point at names nobody serves; `responses` answers for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from drivers.wiring import Opened, Settings, open_all

TOKENS = ("nomad", "vault", "consul", "keycloak")


@pytest.fixture
def settings_here(tmp_path: Path) -> Settings:
    """One address a part, one token file a part."""
    for part in TOKENS:
        (tmp_path / part).write_text(f"{part}-token\n")
    return Settings(
        nomad_address="http://nomad.test:4646",
        nomad_namespace="lab",
        nomad_token_file=str(tmp_path / "nomad"),
        consul_address="http://consul.test:8500",
        consul_token_file=str(tmp_path / "consul"),
        vault_address="http://vault.test:8200",
        vault_token_file=str(tmp_path / "vault"),
        traefik_address="http://traefik.test:8080",
        keycloak_address="http://keycloak.test:8080",
        keycloak_realm="lab",
        keycloak_client_id="paillasse",
        keycloak_client_secret_file=str(tmp_path / "keycloak"),
    )


@pytest.fixture
def opened(settings_here: Settings) -> Opened:
    return open_all(settings_here)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """What goes over the wire; anything not foreseen fails as if nobody listened."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
