"""The link that ends mails, without signing in: its own kinds, its own person, for a time (RFC 8058)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import settings as base
from django.core import mail, signing
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.notices import services
from apps.notices.mail import STOP_DAYS, stop_link
from apps.notices.selectors import preferences

DECIDED = {"what": "Wiki", "project": "Genomics", "verdict": "approved"}


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def browser() -> Client:
    """Somebody's who is not signed in; CSRF is looked at."""
    return Client(enforce_csrf_checks=True)


def link_of(person: Person, *groups: str) -> str:
    return urlsplit(stop_link(person.id, groups)).path


def test_one_click(alice: Person, browser: Client) -> None:
    services.notify(kind="request.decided", recipients=[alice.id], params=DECIDED, path="/requests/")
    services.send_due()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    assert address.startswith(base.PORTAL_URL)
    assert address in mail.outbox[0].body
    answer = browser.post(urlsplit(address).path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert dict(preferences(alice.id)) == {"duty": "now", "requests": "off", "projects": "now", "apps": "now"}
    services.notify(kind="request.decided", recipients=[alice.id], params=DECIDED, path="/requests/")
    services.send_due()
    assert len(mail.outbox) == 1
    assert alice.notices.count() == 2, "in the portal it stands"


def test_looking_at_it_changes_nothing(alice: Person, browser: Client) -> None:
    """Mail programs and their guards open links by themselves."""
    page = browser.get(link_of(alice, "requests"))
    assert "My requests and quotas" in page.content.decode()
    assert preferences(alice.id)["requests"] == "now"
    assert alice.email not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_twice_is_once(alice: Person, browser: Client) -> None:
    for _ in range(2):
        assert browser.post(link_of(alice, "apps")).status_code == 200
    assert preferences(alice.id)["apps"] == "off"


def test_what_somebody_waits_for_has_no_such_link(alice: Person) -> None:
    assert stop_link(alice.id, ["duty"]) == ""
    assert stop_link(None, ["requests"]) == ""
    params = {"what": "Wiki", "project": "Genomics", "requester": "Zoe"}
    services.notify(kind="request.asked", recipients=[alice.id], params=params, path="/decisions/")
    services.send_due()
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(mail.outbox[0].extra_headers)
    assert "/notices/stop/" not in mail.outbox[0].body
    assert re.search("cannot be turned off|ne peut pas être désactivé", str(mail.outbox[0].body))


def about(person_id: UUID) -> str:
    """What a link to end another's mails would say, without its signature."""
    return signing.dumps([str(person_id), "requests"], salt="notices.stop").split(":")[0]


Change = Callable[[str, UUID], str]
FORGED: list[tuple[str, Change]] = [
    ("one character less", lambda token, _other: token[:-1]),
    ("another signature", lambda token, _other: token[:-3] + ("aaa" if token[-3:] != "aaa" else "bbb")),
    ("no signature", lambda token, _other: token.split(":")[0]),
    ("nothing", lambda _token, _other: "x"),
    ("another person", lambda token, other: ":".join([about(other), *token.split(":")[1:]])),
    ("signed for another purpose", lambda _token, other: signing.dumps([str(other), "requests"])),
    ("signed, and no person", lambda _t, _o: signing.dumps(["x", "requests"], salt="notices.stop")),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "change"), FORGED, ids=[each[0] for each in FORGED])
def test_forged(alice: Person, charlie: Person, browser: Client, reason: str, change: Change) -> None:
    token = link_of(alice, "requests").split("/")[-2]
    answer = browser.post(f"/notices/stop/{change(token, charlie.id)}/")
    assert answer.status_code == 404, reason
    for person in (alice, charlie):
        assert preferences(person.id)["requests"] == "now"


def test_too_old(alice: Person, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_of(alice, "requests")
    later: datetime = timezone.now() + timedelta(days=STOP_DAYS, hours=1)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    assert browser.post(link).status_code == 404
    assert preferences(alice.id)["requests"] == "now"
