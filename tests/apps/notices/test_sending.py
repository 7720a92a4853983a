"""Mails leave: each once, also across a crash; in the reader's language; one that fails stops no other."""

import smtplib
from collections.abc import Mapping
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.notices import services
from apps.notices.mail import PREFERENCES, STOP
from apps.notices.models import TRIES_MAX, Notice, Outbox
from apps.notices.services import outbox
from kernel.errors import Unavailable

DECIDED = {"what": "Wiki", "project": "Genomics", "verdict": "approved"}


class Crash(BaseException):
    """The process dies: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def _french(french: None) -> None:
    """With the catalogue compiled."""


def tell(person: Person, what: str = "Wiki", kind: str = "request.decided") -> None:
    params = {**DECIDED, "what": what, "requester": "Alice", "app": what}
    services.notify(kind=kind, recipients=[person.id], params=params, path="/requests/")


def past_lease() -> None:
    """As if the leases had run out."""
    Outbox.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def past_wait() -> None:
    """As if what was put off were due."""
    Outbox.objects.filter(sent_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Mail into files, as in a trial."""
    settings.EMAIL_BACKEND = "portal.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_in_the_language_of_the_moment(alice: Person) -> None:
    tell(alice)
    Person.objects.filter(id=alice.id).update(language="en")
    assert services.send_due() == 1
    assert services.send_due() == 0, "once"
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == ([alice.email], "Approved: Wiki")
    assert Outbox.objects.get().sent_at is not None
    tell(alice)
    Person.objects.filter(id=alice.id).update(language="fr")
    services.send_due()
    assert mail.outbox[1].subject == "Acceptée : Wiki"


def test_a_crash_between_sending_and_noting_it(
    alice: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catcher has one mail; a real server got the same Message-ID twice, which receivers may drop."""
    tell(alice)

    def dies(_taken: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_sent", dies)
        with pytest.raises(Crash):
            services.send_due()
    first = list(folder.glob("*.eml"))
    assert len(first) == 1
    assert services.send_due() == 0, "the lease holds"
    past_lease()
    assert services.send_due() == 1
    assert list(folder.glob("*.eml")) == first, "the same Message-ID, hence the same file"
    assert services.send_due() == 0


def test_a_crash_before_sending_loses_nothing(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(alice)

    def dies(*_args: Any) -> int:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", dies)
        with pytest.raises(Crash):
            services.send_due()
    past_lease()
    assert services.send_due() == 1
    assert len(mail.outbox) == 1


def test_a_digest_that_crashed_is_the_same_digest(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told meanwhile goes into another mail: a mail of one name has one content."""
    services.set_preferences(person_id=alice.id, by_mail={"requests": "digest"})
    tell(alice, "One")
    tell(alice, "Two")
    past_wait()

    def dies(_taken: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_sent", dies)
        with pytest.raises(Crash):
            services.send_due()
    tell(alice, "Three")
    past_lease()
    past_wait()
    assert services.send_due() == 2
    first, again, other = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    assert first.body == again.body
    assert "Three" in other.body
    assert "Three" not in again.body


def test_a_sender_that_dies_of_a_mail_gives_it_up(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(alice)

    def dies(*_args: Any) -> int:
        raise Crash

    monkeypatch.setattr(EmailBackend, "send_messages", dies)
    for _ in range(TRIES_MAX):
        with pytest.raises(Crash):
            services.send_due()
        past_lease()
    assert services.send_due() == 0


def test_one_that_is_refused_stops_no_other(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picky(self: EmailBackend, messages: list[Any]) -> int:
        if messages[0].to == [alice.email]:
            raise smtplib.SMTPRecipientsRefused({alice.email: (550, b"no such user")})
        return send(self, messages)

    send = EmailBackend.send_messages
    monkeypatch.setattr(EmailBackend, "send_messages", picky)
    tell(alice)
    tell(bob)
    assert services.send_due() == 2
    assert [each.to for each in mail.outbox] == [[bob.email]]
    row = Outbox.objects.get(notice__person=alice)
    assert (row.tries, row.sent_at) == (1, None)
    assert "550" in row.error
    waits = [row.due_at - timezone.now()]
    for _ in range(TRIES_MAX - 1):
        past_wait()
        assert services.send_due() == 1
        waits.append(Outbox.objects.get(id=row.id).due_at - timezone.now())
    assert waits[0] < waits[3] < waits[6], "ever more slowly"
    past_wait()
    assert services.send_due() == 0, "given up"


def test_a_server_that_is_away_costs_nobody_a_try(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(alice)

    def away(_self: EmailBackend) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "open", away)
        for _ in range(TRIES_MAX + 1):
            with pytest.raises(Unavailable):
                services.send_due()
    assert Outbox.objects.get().tries == 0
    assert services.send_due() == 1
    assert len(mail.outbox) == 1


def test_nobody_to_write_to(alice: Person, bob: Person, charlie: Person) -> None:
    for person in (alice, bob, charlie):
        tell(person)
    Person.objects.filter(id=alice.id).update(email="")
    Person.objects.filter(id=bob.id).update(is_active=False)
    services.set_preferences(person_id=charlie.id, by_mail={"requests": "off"})
    assert services.send_due() == 3
    assert not mail.outbox
    assert services.send_due() == 0


def test_a_letter_s_words_leave_the_database_with_it(db: None, folder: Path) -> None:
    services.notify_address(
        kind="member.invited",
        email="zoe@lab.example",
        language="en",
        params={"project": "Genomics", "role": "viewer", "by": "Dana", "ends_on": "2030-01-02"},
        path="/invitations/s3cret/",
    )
    assert services.send_due() == 1
    parsed = BytesParser(policy=default).parsebytes(next(folder.glob("*.eml")).read_bytes())
    assert (parsed["To"], parsed["Subject"]) == ("zoe@lab.example", "Invitation to the project Genomics")
    assert "List-Unsubscribe" not in parsed, "no other mail follows"
    assert b"/invitations/s3cret/" in next(folder.glob("*.eml")).read_bytes()
    assert Outbox.objects.get().payload == {"kind": "member.invited"}


def test_two_senders_never_take_the_same(alice: Person, bob: Person) -> None:
    tell(alice)
    tell(bob)
    seen: list[Any] = []

    def other_sender_meanwhile(_kind: str, payload: Mapping[str, Any]) -> None:
        seen.extend(payload["notices"])
        services.deliver_one(lambda _kind, other: seen.extend(other["notices"]))

    services.deliver_one(other_sender_meanwhile)
    assert sorted(seen) == sorted(str(each) for each in Notice.objects.values_list("id", flat=True))


def test_a_digest_is_one_mail_and_single_ones_stay_single(alice: Person) -> None:
    services.set_preferences(person_id=alice.id, by_mail={"requests": "digest"}, hour=7)
    Person.objects.filter(id=alice.id).update(language="en")
    tell(alice, "One")
    tell(alice, "Two")
    tell(alice, "Broken", kind="app.failed")
    assert services.send_due() == 1
    assert [each.subject for each in mail.outbox] == ["Failed: Broken (Genomics)"]
    due = set(Outbox.objects.filter(sent_at=None).values_list("due_at", flat=True))
    assert len(due) == 1, "at the same hour"
    assert timezone.localtime(due.pop()).hour == 7
    past_wait()
    assert services.send_due() == 1
    digest = mail.outbox[1]
    assert digest.subject == "Approved: Two, and 1 other notice"
    assert "Approved: One" in digest.body


def test_a_burst_becomes_one_mail(alice: Person) -> None:
    for number in range(outbox.BURST + 4):
        tell(alice, f"App{number}")
    assert services.send_due() == outbox.BURST
    tell(alice, "Later")
    assert services.send_due() == 0, "they wait for each other"
    past_wait()
    assert services.send_due() == 1
    assert mail.outbox[-1].body.count("/requests/") == 5
    assert len(mail.outbox) == outbox.BURST + 1


def test_another_person_s_burst_holds_up_nobody(alice: Person, bob: Person) -> None:
    for number in range(outbox.BURST + 1):
        tell(alice, f"App{number}")
    tell(bob)
    services.send_due()
    assert [bob.email] in [each.to for each in mail.outbox]


def test_choosing_another_hour_moves_the_digest_that_waits(alice: Person) -> None:
    services.set_preferences(person_id=alice.id, by_mail={"requests": "digest"}, hour=3)
    tell(alice)
    services.set_preferences(person_id=alice.id, by_mail={}, hour=4)
    assert timezone.localtime(Outbox.objects.get().due_at).hour == 4


def test_the_names_of_addresses_are_those_of_the_pages() -> None:
    assert reverse("notices:preferences") == PREFERENCES
    assert reverse("notices:stop", args=["abc"]) == STOP.format("abc")
