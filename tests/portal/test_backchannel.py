"""Back-channel logout: a forged one does nothing, a right one ends the sessions (T26)."""

import json
import time
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client

from apps.accounts.models import LogoutToken, OidcSession
from tests.portal.keycloak_stub import Keycloak, is_signed_in, sign_in

NOW = int(time.time())
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def tell(token: str) -> HttpResponseBase:
    """Keycloak's call."""
    return Client(enforce_csrf_checks=True).post("/oidc/backchannel-logout/", {"logout_token": token})


FORGED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("an ID token's type", {}, {"typ": "JWT"}),
    ("no type", {}, {"typ": None}),
    ("somebody else's key", {}, {"name": "other"}),
    ("no key id", {}, {"kid": None}),
    ("an unknown key id", {}, {"kid": "unknown"}),
    ("another issuer", {"iss": "https://evil.example"}, {}),
    ("no issuer", {"iss": None}, {}),
    ("another audience", {"aud": "other"}, {}),
    ("no audience", {"aud": None}, {}),
    ("ended", {"exp": NOW - 3600}, {}),
    ("no end", {"exp": None}, {}),
    ("an end in years", {"exp": NOW + 10**8}, {}),
    ("an end beyond all calendars", {"exp": 10**15}, {}),
    ("issued in the future", {"iat": NOW + 3600}, {}),
    ("no time of issue", {"iat": None}, {}),
    ("a nonce", {"nonce": "n"}, {}),
    ("no id", {"jti": None}, {}),
    ("an id that is too long", {"jti": "j" * 256}, {}),
    ("an id with a NUL", {"jti": "a\0"}, {}),
    ("no events", {"events": None}, {}),
    ("another event", {"events": {"https://evil.example": {}}}, {}),
    ("an event that is no object", {"events": {EVENT: "yes"}}, {}),
    ("events in a list", {"events": [EVENT]}, {}),
    ("neither subject nor session", {"sub": None, "sid": None}, {}),
    ("a subject that is a number", {"sub": 1}, {}),
    ("a session that is a list", {"sid": ["sid-1"]}, {}),
]


@pytest.mark.parametrize(("reason", "claims", "header"), FORGED, ids=[each[0] for each in FORGED])
def test_forged(
    keycloak: Keycloak, client: Client, reason: str, claims: dict[str, Any], header: dict[str, Any]
) -> None:
    sign_in(keycloak, client)
    response = tell(keycloak.logout_token(claims, **header))
    assert response.status_code == 400, reason
    assert is_signed_in(client)
    assert not LogoutToken.objects.exists()


@pytest.mark.parametrize("text", ["", "garbage", "..", "é.é.é", "a.b.c.d"])
def test_garbage(keycloak: Keycloak, text: str) -> None:
    assert tell(text).status_code == 400


RIGHT: list[tuple[str, dict[str, Any], list[bool]]] = [
    ("subject and session: all of the person's", {}, [False, False, True]),
    ("the subject alone: all of the person's", {"sid": None}, [False, False, True]),
    ("the session alone: that one", {"sub": None}, [False, True, True]),
    ("an unknown subject: nobody's", {"sub": "nobody", "sid": None}, [True, True, True]),
    ("an unknown session: nobody's", {"sub": None, "sid": "none"}, [True, True, True]),
]


@pytest.mark.parametrize(("reason", "claims", "stay"), RIGHT, ids=[each[0] for each in RIGHT])
def test_right(keycloak: Keycloak, reason: str, claims: dict[str, Any], stay: list[bool]) -> None:
    browsers = [Client(), Client(), Client()]
    for browser, person in zip(
        browsers, (("sub-1", "sid-1"), ("sub-1", "sid-2"), ("sub-2", "sid-3")), strict=True
    ):
        keycloak.mock.reset()
        keycloak.person = {"sub": person[0], "sid": person[1]}
        sign_in(keycloak, browser)
    response = tell(keycloak.logout_token(claims))
    assert response.status_code == 200, reason
    assert [is_signed_in(browser) for browser in browsers] == stay
    assert OidcSession.objects.count() == sum(stay)
    assert json.loads(response.content)["ended"] == stay.count(False)  # type: ignore[attr-defined]


def test_a_token_works_once(keycloak: Keycloak, client: Client) -> None:
    keycloak.serve_keys()
    token = keycloak.logout_token()
    assert tell(token).status_code == 200
    sign_in(keycloak, client)
    assert tell(token).status_code == 400
    assert is_signed_in(client)


def test_without_the_keys_nothing_is_believed(keycloak: Keycloak) -> None:
    response = tell(keycloak.logout_token())
    assert response.status_code == 503
    assert response.headers["Retry-After"]


def test_only_a_post(keycloak: Keycloak, client: Client) -> None:
    assert client.get("/oidc/backchannel-logout/").status_code == 405
