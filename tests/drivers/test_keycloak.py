"""Keycloak's driver."""

from typing import Any

import pytest
import responses
from responses import matchers

from drivers.keycloak import KeycloakAccounts
from drivers.wiring import Opened
from kernel.errors import Misconfigured, Unavailable

SUBJECT = "00000000-0000-4000-8000-00000000000a"
TOKEN = "http://keycloak.test:8080/realms/lab/protocol/openid-connect/token"
USER = f"http://keycloak.test:8080/admin/realms/lab/users/{SUBJECT}"
ALICE: dict[str, Any] = {"id": SUBJECT, "enabled": True, "email": "alice@example.org", "emailVerified": True}


@pytest.fixture
def accounts(opened: Opened) -> KeycloakAccounts:
    assert opened.accounts is not None
    return opened.accounts


def logs_in(wire: responses.RequestsMock, token: str = "one", *, seconds: int = 300) -> None:
    form = matchers.urlencoded_params_matcher({"grant_type": "client_credentials"})
    wire.post(TOKEN, json={"access_token": token, "expires_in": seconds}, match=[form])


def bearers(wire: responses.RequestsMock) -> list[str]:
    return [c.request.headers["Authorization"] for c in wire.calls if c.request.url == USER]


def test_an_account_is_read_with_one_login(accounts: KeycloakAccounts, wire: responses.RequestsMock) -> None:
    logs_in(wire)
    wire.get(USER, json=ALICE)
    wire.get(USER, json={**ALICE, "enabled": False})
    first, second = accounts.account(SUBJECT), accounts.account(SUBJECT)
    assert first is not None
    assert second is not None
    assert (first.enabled, second.enabled) == (True, False)
    assert bearers(wire) == ["Bearer one", "Bearer one"]


def test_a_short_token_is_not_kept(accounts: KeycloakAccounts, wire: responses.RequestsMock) -> None:
    logs_in(wire, "one", seconds=10)
    logs_in(wire, "two", seconds=300)
    wire.get(USER, json=ALICE)
    accounts.account(SUBJECT)
    accounts.account(SUBJECT)
    assert bearers(wire) == ["Bearer one", "Bearer two"]


def test_a_refused_token_is_replaced_once(accounts: KeycloakAccounts, wire: responses.RequestsMock) -> None:
    logs_in(wire, "one")
    logs_in(wire, "two")
    wire.get(USER, status=401)
    wire.get(USER, json=ALICE)
    assert accounts.account(SUBJECT) is not None
    assert bearers(wire) == ["Bearer one", "Bearer two"]


def test_an_unknown_account_is_none(accounts: KeycloakAccounts, wire: responses.RequestsMock) -> None:
    logs_in(wire)
    wire.get(USER, status=404, json={"error": "User not found"})
    assert accounts.account(SUBJECT) is None


def test_groups_are_read_by_their_full_paths(
    accounts: KeycloakAccounts, wire: responses.RequestsMock
) -> None:
    logs_in(wire)
    told = [
        {"id": "1", "name": "admins", "path": "/x/lab/admins"},
        {"id": "2", "name": "lab", "path": "/lab"},
    ]
    wire.get(f"{USER}/groups?first=0&max=1000", json=told)
    assert accounts.groups(SUBJECT) == ("/x/lab/admins", "/lab")


def test_an_unknown_account_has_no_groups(accounts: KeycloakAccounts, wire: responses.RequestsMock) -> None:
    logs_in(wire)
    wire.get(f"{USER}/groups?first=0&max=1000", status=404, json={"error": "User not found"})
    assert accounts.groups(SUBJECT) is None


OTHERS: list[tuple[int, str, type[Exception]]] = [
    (404, '{"error":"Realm not found."}', Misconfigured),
    (404, "404 page not found", Misconfigured),
    (403, "{}", Misconfigured),
    (401, "{}", Misconfigured),
    (503, "", Unavailable),
    (200, "<html>", Unavailable),
    (200, "{}", Unavailable),
]


@pytest.mark.parametrize(("status", "text", "kind"), OTHERS)
def test_other_answers_prove_nothing(
    accounts: KeycloakAccounts, wire: responses.RequestsMock, status: int, text: str, kind: type[Exception]
) -> None:
    logs_in(wire)
    wire.get(USER, status=status, body=text)
    with pytest.raises(kind):
        accounts.account(SUBJECT)


def test_a_wrong_client_secret_is_for_an_engineer(
    accounts: KeycloakAccounts, wire: responses.RequestsMock
) -> None:
    wire.post(TOKEN, status=401, json={"error": "unauthorized_client"})
    with pytest.raises(Misconfigured):
        accounts.account(SUBJECT)
