"""Audit rows are written with their change, or not at all."""

from uuid import uuid4

import pytest
from django.db import transaction

from apps.audit import selectors
from apps.audit.models import Event
from apps.audit.services import record
from kernel.actors import Actor, system

ALICE = Actor(kind="token", id=uuid4(), label="Alice", token_id=uuid4(), request_id="r-1", ip="192.0.2.7")


def test_who_did_what_to_what(db: None) -> None:
    project = uuid4()
    event = record(
        actor=ALICE,
        verb="app.stop",
        target_kind="app",
        target_id="a",
        target_label="wiki",
        project_id=project,
        reason="holidays",
        before={"desired": "present"},
        after={"desired": "stopped", "password": "hunter2", "note": "Bearer abcdef"},
    )
    event.refresh_from_db()
    assert (event.actor_kind, event.actor_id, event.token_id) == ("token", ALICE.id, ALICE.token_id)
    assert (event.request_id, event.ip) == ("r-1", "192.0.2.7")
    assert event.after == {"desired": "stopped", "password": "•••", "note": "•••"}
    assert list(selectors.of_projects([project])) == [event]
    assert list(selectors.of_target("app", "a")) == [event]
    assert list(selectors.every()) == [event]


def test_an_event_goes_with_its_change(db: None) -> None:
    with transaction.atomic():
        record(actor=system("test"), verb="x.y", target_kind="app", target_id="a")
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError):
        record(actor=system("test"), verb="x.y", target_kind="app", target_id="a")
    assert not Event.objects.exists()
