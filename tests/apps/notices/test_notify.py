"""Telling people: in the caller's transaction, once, and only what a mail can be made of."""

from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.notices import services
from apps.notices.models import Notice, Outbox

DECIDED = {"what": "Wiki", "project": "Genomics", "verdict": "approved"}


def tell(*people: Person, once: str = "", kind: str = "request.decided") -> None:
    services.notify(
        kind=kind, recipients=[each.id for each in people], params=DECIDED, path="/requests/", once=once
    )


def test_one_notice_and_one_mail_a_person(alice: Person, bob: Person) -> None:
    tell(alice, bob, alice)
    assert set(Notice.objects.values_list("person_id", "read_at")) == {(alice.id, None), (bob.id, None)}
    rows = Outbox.objects.all()
    assert {str(row.notice_id) for row in rows} == {row.payload["notice"] for row in rows}
    assert all(set(row.payload) == {"notice"} for row in rows), "ids only: words are made when it leaves"
    assert all(row.due_at <= timezone.now() and not row.together for row in rows)


def test_what_is_undone_was_never_told(alice: Person) -> None:
    with transaction.atomic():
        tell(alice)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Outbox.objects.exists()


def test_once_is_once_a_person(alice: Person, bob: Person) -> None:
    tell(alice, once="ends:7")
    tell(alice, bob, once="ends:7")
    tell(alice, once="ends:1")
    keys = sorted(Notice.objects.values_list("person__name", "once"))
    assert keys == sorted([(alice.name, "ends:7"), (bob.name, "ends:7"), (alice.name, "ends:1")])
    assert Outbox.objects.count() == 3


def test_people_who_are_not_there_or_locked_out_are_told_nothing(alice: Person) -> None:
    alice.is_active = False
    alice.save()
    services.notify(kind="request.decided", recipients=[alice.id, uuid4()], params=DECIDED, path="/")
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("kind", "params", "path", "reason"),
    [
        ("request.dropped", DECIDED, "/", "no such kind"),
        ("request.decided", {"what": "Wiki"}, "/", "parameters that its sentence needs"),
        ("request.decided", DECIDED, "https://evil.example/", "another site"),
        ("request.decided", DECIDED, "//evil.example/", "another site, by its network path"),
        ("request.decided", DECIDED, "/\\evil.example/", "another site, for browsers that take \\ for /"),
        ("request.decided", DECIDED, "/a\r\nb", "a header"),
    ],
)
def test_what_no_mail_can_be_made_of(
    alice: Person, kind: str, params: dict[str, str], path: str, reason: str
) -> None:
    with pytest.raises(ValueError, match="notice"):
        services.notify(kind=kind, recipients=[alice.id], params=params, path=path)
    assert not Notice.objects.exists(), reason
    with pytest.raises(ValueError, match="notice"):
        services.notify_address(kind=kind, email="a@b.example", language="fr", params=params, path=path)
