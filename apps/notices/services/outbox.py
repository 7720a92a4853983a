"""The outbox: what must leave the portal is written with its cause, and sent after the commit.

A sender takes what is due by lease, sends it outside of any transaction, and writes down what came of it
(docs/decisions/0032). A crash in between is followed by the same mail, under the same Message-ID.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.audit import services as audit
from apps.notices.models import LETTER, TRIES_MAX, Outbox
from kernel.actors import Actor
from kernel.errors import Missing, Unavailable
from kernel.redact import redact_text

LEASE = timedelta(minutes=2)  # longer than a mail server may hang
BURST, WINDOW = (
    5,
    timedelta(minutes=5),
)  #: single mails to one person within the window; the others go together
TOGETHER_MAX = 200  # notices in one mail
_SLOWEST = timedelta(hours=1)
_ONE_AT_A_TIME = 5_302_604  # of PostgreSQL's advisory locks: this room's choosing of what leaves next

Send = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Taken:
    """What one sender holds until the lease ends."""

    batch: uuid.UUID
    until: datetime
    kind: str
    payload: Mapping[str, Any]
    tries: int


def enqueue(*, kind: str, payload: Mapping[str, Any]) -> Outbox:
    """Write a message into the caller's transaction."""
    row: Outbox = Outbox.objects.create(kind=kind, payload=dict(payload), due_at=timezone.now())
    return row


def deliver_one(send: Send, kinds: Collection[str] = ()) -> bool:
    """Send the oldest due message, of these kinds or of any; False where none is due.

    `send` gets the kind and the payload: of mails `{"notices": ids, "batch": id}`, of letters what was
    written, with the batch; the batch makes the Message-ID. A failure is put off, longer each time, and
    given up after TRIES_MAX. Raises Unavailable where the server is away: that is no message's fault, and
    costs none a try.
    """
    taken = _take(timezone.now(), kinds)
    if taken is None:
        return False
    try:
        send(taken.kind, taken.payload)
    except Unavailable:
        _held(taken).update(leased_until=None, tries=F("tries") - 1)
        raise
    except Exception as error:  # noqa: BLE001 - whatever a receiver does must not stop the others
        _put_off(taken, error)
    else:
        _sent(taken)
    return True


@transaction.atomic(durable=True)
def _take(now: datetime, kinds: Collection[str]) -> Taken | None:
    """Lease the oldest due message, with those that go together with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    while first := _due(now, kinds).select_related("notice").first():
        if not _put_together(first, now):
            return _lease(first, _companions(first, now), now)
    return None


def _due(now: datetime, kinds: Collection[str]) -> "QuerySet[Outbox]":
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = Outbox.objects.filter(free, sent_at__isnull=True, due_at__lte=now, tries__lt=TRIES_MAX)
    return (due.filter(kind__in=kinds) if kinds else due).order_by("due_at", "id")


def _put_together(first: Outbox, now: datetime) -> bool:
    """Many mails to one person within minutes: what comes next waits a little and goes as one."""
    if first.notice is None or first.together or first.batch is not None:
        return False
    mine = Outbox.objects.filter(notice__person_id=first.notice.person_id)
    recent = mine.filter(
        together=False, sent_at__gt=now - WINDOW, notice__created_at__gt=now - timedelta(days=1)
    )
    if recent.count() < BURST:
        return False
    waiting = mine.filter(together=False, sent_at__isnull=True, batch__isnull=True)
    return bool(waiting.update(together=True, due_at=now + WINDOW))


def _companions(first: Outbox, now: datetime) -> list[Outbox]:
    """The rows of one mail: those of the batch once there is one, else all that go together by now."""
    if first.batch is not None:
        return list(Outbox.objects.filter(batch=first.batch, sent_at__isnull=True).order_by("id"))
    if first.notice is None or not first.together:
        return [first]
    fresh = Outbox.objects.filter(batch__isnull=True, sent_at__isnull=True, together=True)
    soon = fresh.filter(notice__person_id=first.notice.person_id, due_at__lte=now + WINDOW)
    return list(soon.order_by("id")[:TOGETHER_MAX])


def _lease(first: Outbox, rows: list[Outbox], now: datetime) -> Taken:
    batch, until = first.batch or uuid.uuid4(), now + LEASE
    Outbox.objects.filter(id__in=[each.id for each in rows]).update(
        batch=batch, leased_until=until, tries=first.tries + 1
    )
    payload = dict(first.payload)
    if first.notice is not None:
        payload = {"notices": [str(each.notice_id) for each in rows], "batch": str(batch)}
    elif first.kind == LETTER:
        payload["batch"] = str(batch)
    return Taken(batch, until, first.kind, payload, first.tries + 1)


def _held(taken: Taken) -> "QuerySet[Outbox]":
    """The rows, unless the lease ended and somebody else has them."""
    return Outbox.objects.filter(batch=taken.batch, leased_until=taken.until, sent_at__isnull=True)


def _sent(taken: Taken) -> None:
    """Whoever holds it now: it was taken by the receiver. A letter's words are forgotten."""
    rows = Outbox.objects.filter(batch=taken.batch, sent_at__isnull=True)
    gone = {"payload": {"kind": taken.payload["kind"]}} if taken.kind == LETTER else {}
    rows.update(sent_at=timezone.now(), leased_until=None, error="", **gone)


def _put_off(taken: Taken, error: Exception) -> None:
    later = min(_SLOWEST, timedelta(seconds=5 * 2**taken.tries))
    _held(taken).update(
        leased_until=None,
        due_at=timezone.now() + later,
        error=redact_text(f"{type(error).__name__}: {error}")[:500],
    )


@transaction.atomic
def try_again(*, actor: Actor, row_id: int) -> None:
    """Send a mail that was given up after all, now. Raises Missing where there is none."""
    row = Outbox.objects.select_for_update().filter(id=row_id, sent_at__isnull=True).exclude(error="").first()
    if row is None:
        raise Missing
    same = Outbox.objects.filter(batch=row.batch) if row.batch else Outbox.objects.filter(id=row.id)
    same.filter(sent_at__isnull=True).update(tries=0, due_at=timezone.now(), leased_until=None)
    audit.record(actor=actor, verb="mail.retried", target_kind="mail", target_id=row.id)
