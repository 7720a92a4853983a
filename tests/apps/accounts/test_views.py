"""The page of my tokens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import ApiToken, Person
from apps.accounts.services import create_token
from tests.cast import actor

SignedIn = Callable[[Person], Client]
SENT = {"name": "nightly", "days": "30", "scopes": ["profile:read"]}


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def test_a_token_is_shown_once(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    response = client.post("/tokens/", SENT)
    token = ApiToken.objects.get()
    assert f"lab_{token.key}." in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    again = client.get("/tokens/").content.decode()
    assert "nightly" in again
    assert f"lab_{token.key}." not in again
    bearer = f"Bearer {response.context['plaintext']}"
    assert Client().get("/api/v1/me/", headers={"Authorization": bearer}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": ""}, "no name"),
        ({"scopes": []}, "no scope"),
        ({"scopes": ["requests:decide"]}, "a scope of administrators"),
        ({"days": "99999"}, "too long"),
    ],
)
def test_what_is_wrong_makes_no_token(
    alice: Person, signed_in: SignedIn, changes: dict[str, object], reason: str
) -> None:
    response = signed_in(alice).post("/tokens/", {**SENT, **changes})
    assert response.status_code == 422, reason
    assert not ApiToken.objects.exists(), reason


def token_of(person: Person) -> ApiToken:
    ends = timezone.now() + timedelta(days=1)
    return create_token(
        actor=actor(person), person=person, name="of-alice", scopes=["apps:read"], expires_at=ends
    )[0]


def test_revoking(alice: Person, signed_in: SignedIn) -> None:
    token, client = token_of(alice), signed_in(alice)
    client.post(f"/tokens/{token.id}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "revoked" in client.get("/tokens/").content.decode()


def test_a_stranger_revokes_nothing(alice: Person, charlie: Person, signed_in: SignedIn) -> None:
    token = token_of(alice)
    assert signed_in(charlie).post(f"/tokens/{token.id}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    assert "of-alice" not in signed_in(charlie).get("/tokens/").content.decode()
