"""The engineers' files say what the portal needs them to say."""

import json
from typing import Any

import pytest
import yaml

from stack.rendering import DEPLOY, render

VALUES = {
    "realm": "lab",
    "lab_name": "Lab",
    "client": "paillasse",
    "client_secret": "s",
    "portal_url": "https://paillasse.localhost:1",
    "backchannel_url": "http://127.0.0.1:1/oidc/backchannel-logout/",
    "namespace": "paillasse",
    "https_port": 1,
    "http_port": 2,
    "api_port": 3,
    "throttle": "100ms",
    "refresh": "2s",
    "consul_address": "127.0.0.1:4",
    "consul_scheme": "http",
    "consul_token": "t",
    "dynamic": "d",
    "certificate": "c",
    "key": "k",
    "portal_host": "paillasse.localhost",
    "apps_domain_regexp": "apps\\\\.localhost",
}


@pytest.fixture
def client() -> dict[str, Any]:
    realm = json.loads(render("keycloak/realm.json", VALUES))
    found: dict[str, Any] = realm["clients"][0]
    return found


def test_the_client_takes_codes_with_pkce_alone(client: dict[str, Any]) -> None:
    assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert client["standardFlowEnabled"]
    assert not client["implicitFlowEnabled"]
    assert not client["directAccessGrantsEnabled"]
    assert client["redirectUris"] == ["https://paillasse.localhost:1/oidc/callback/"]


def test_groups_come_as_full_paths(client: dict[str, Any]) -> None:
    mapper = next(mapper for mapper in client["protocolMappers"] if mapper["name"] == "groups")
    assert mapper["config"]["full.path"] == "true"
    assert mapper["config"]["id.token.claim"] == "true"


def test_traefik_shows_nothing_by_default() -> None:
    static = yaml.safe_load(render("traefik/traefik.yaml", VALUES))
    assert static["providers"]["consulCatalog"]["exposedByDefault"] is False
    assert static["api"]["insecure"] is False
    public = [static["entryPoints"][name] for name in ("web", "websecure")]
    assert all(point["http"]["aliasHeadersStrategy"] == "delete" for point in public)


def test_the_explaining_page_comes_last() -> None:
    routers = yaml.safe_load(render("traefik/dynamic/portal.yaml", VALUES))["http"]["routers"]
    assert routers["nothing-there"]["priority"] == 1
    assert routers["nothing-there"]["rule"] == r"HostRegexp(`^[a-z0-9-]+\.apps\.localhost$`)"
    assert "priority" not in routers["paillasse"]


def test_the_labs_names_are_there() -> None:
    lab = yaml.safe_load(render("traefik/dynamic/lab.yaml", VALUES))
    assert "http-to-https" in lab["http"]["middlewares"]
    assert lab["tls"]["options"]["default"] == lab["tls"]["options"]["intermediate"]
    assert lab["http"]["routers"]["api"]["entryPoints"] == ["api"]


def test_the_namespace_refuses_raw_processes() -> None:
    namespace = json.loads(render("nomad/namespace.json", VALUES))
    assert "raw_exec" in namespace["Capabilities"]["DisabledTaskDrivers"]


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda path: path.stem)
def test_each_unit_holds_its_own_rights(unit: Any) -> None:
    text = unit.read_text()
    process = unit.stem.removeprefix("paillasse-")
    assert f"EnvironmentFile=/etc/paillasse/{process}.env" in text
    assert "Restart=always" in text
