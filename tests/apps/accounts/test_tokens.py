"""Personal tokens: made, used, refused (T21)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management.utils import get_random_secret_key
from django.utils import timezone
from pytest_django import Settings
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.accounts import services
from apps.accounts.authentication import TokenAuthentication
from apps.accounts.enums import Scope
from apps.accounts.models import ApiToken, Person
from apps.audit.models import Event
from kernel.actors import Actor, system
from kernel.errors import Forbidden, Refused
from kernel.redact import HIDDEN, redact_text
from tests.cast import actor


def make(person: Person, **changes: object) -> tuple[ApiToken, str]:
    """A token for a month."""
    told: dict[str, object] = {
        "actor": actor(person),
        "person": person,
        "name": "laptop",
        "scopes": [Scope.APPS_READ],
        "expires_at": timezone.now() + timedelta(days=30),
        **changes,
    }
    return services.create_token(**told)  # type: ignore[arg-type]


def used(header: str) -> tuple[Person, ApiToken] | None:
    """What the header opens."""
    request = Request(APIRequestFactory().get("/", HTTP_AUTHORIZATION=header))
    return TokenAuthentication().authenticate(request)


def test_opens_for_its_person(alice: Person) -> None:
    token, text = make(alice, projects=[uuid4()])
    opened = used(f"Bearer {text}")
    assert opened == (alice, token)
    assert opened[1].scopes == ["apps:read"]


def test_nothing_kept_opens(alice: Person) -> None:
    token, text = make(alice)
    kept = " ".join(str(value) for value in ApiToken.objects.values_list().get())
    assert text.split(".")[1] not in kept
    with pytest.raises(AuthenticationFailed):
        used(f"Bearer lab_{token.key}.{token.digest}")


def test_a_secret_key_that_was_replaced_still_opens(alice: Person, settings: Settings) -> None:
    _, text = make(alice)
    old, settings.SECRET_KEY = settings.SECRET_KEY, get_random_secret_key()
    with pytest.raises(AuthenticationFailed):
        used(f"Bearer {text}")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert used(f"Bearer {text}")


@pytest.mark.parametrize(
    ("reason", "header"),
    [
        ("nothing behind Bearer", "Bearer"),
        ("no form of ours", "Bearer abc"),
        ("three parts", "Bearer lab_a.b c"),
        ("an unknown key", f"Bearer lab_{'a' * 12}.{'0' * 64}"),
        ("a NUL", f"Bearer lab_{'a' * 11}\0.{'0' * 64}"),
        ("a letter outside ASCII", "Bearer lab_é.é"),
        ("very long", "Bearer " + "a" * 8000),
    ],
)
def test_refused(db: None, reason: str, header: str) -> None:
    with pytest.raises(AuthenticationFailed):
        used(header)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("expired", {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}),
        ("revoked", {"revoked_at": datetime(2020, 1, 1, tzinfo=UTC)}),
    ],
)
def test_ended(alice: Person, reason: str, change: dict[str, datetime]) -> None:
    token, text = make(alice)
    ApiToken.objects.filter(id=token.id).update(**change)
    with pytest.raises(AuthenticationFailed):
        used(f"Bearer {text}")


def test_a_disabled_person_s_token_opens_nothing(alice: Person) -> None:
    _, text = make(alice)
    Person.objects.update(is_active=False)
    with pytest.raises(AuthenticationFailed):
        used(f"Bearer {text}")


def test_another_secret_is_refused(alice: Person) -> None:
    _, text = make(alice)
    last = "1" if text.endswith("0") else "0"
    with pytest.raises(AuthenticationFailed):
        used(f"Bearer {text[:-1]}{last}")


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Token abc"])
def test_other_schemes_are_left_to_others(db: None, header: str) -> None:
    assert used(header) is None


def test_last_use_is_written_at_most_once_a_minute(alice: Person) -> None:
    token, text = make(alice)
    used(f"Bearer {text}")
    first = ApiToken.objects.get().last_used_at
    used(f"Bearer {text}")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.filter(id=token.id).update(last_used_at=first - timedelta(minutes=2))
    used(f"Bearer {text}")
    assert ApiToken.objects.get().last_used_at > first


REFUSALS: list[tuple[str, dict[str, object], str, str | None]] = [
    ("no name", {"name": " "}, "token.name", "name"),
    ("a long name", {"name": "x" * 81}, "token.name", "name"),
    ("no scope", {"scopes": []}, "token.scopes", "scopes"),
    ("an unknown scope", {"scopes": ["root"]}, "token.scope_not_yours", "scopes"),
    ("a scope of administrators", {"scopes": ["requests:decide"]}, "token.scope_not_yours", "scopes"),
    ("ended already", {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "token.expiry", "expires_at"),
    ("for ever", {"expires_at": datetime(2999, 1, 1, tzinfo=UTC)}, "token.expiry", "expires_at"),
]


@pytest.mark.parametrize(("reason", "change", "code", "field"), REFUSALS, ids=[each[0] for each in REFUSALS])
def test_not_made(alice: Person, reason: str, change: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        make(alice, **change)
    assert (refused.value.code, refused.value.field) == (code, field), reason
    assert not ApiToken.objects.exists()


def test_an_admin_s_token_may_decide(bob: Person) -> None:
    assert make(bob, scopes=["requests:decide"])


def test_a_token_makes_no_token(alice: Person) -> None:
    with pytest.raises(Forbidden):
        make(alice, actor=Actor("token", alice.id, "alice", token_id=uuid4()))


def test_a_person_has_fifty_at_most(alice: Person) -> None:
    for _ in range(50):
        make(alice)
    with pytest.raises(Refused, match="too_many"):
        make(alice)


def test_made_and_revoked_are_audited_without_the_secret(alice: Person) -> None:
    token, text = make(alice)
    services.revoke_token(actor=actor(alice), token=token)
    services.revoke_token(actor=system("again"), token=token)
    events = list(Event.objects.filter(target_kind="token").order_by("id"))
    assert [event.verb for event in events] == ["token.created", "token.revoked"]
    assert text.split(".")[1] not in str([event.after for event in events])


def test_a_token_in_a_log_is_hidden(alice: Person) -> None:
    _, text = make(alice)
    assert redact_text(f"curl -H 'Authorization: {text}'") == f"curl -H 'Authorization: {HIDDEN}'"
