"""The outbox: what must leave the portal is written with its cause, and sent after the commit."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.notices.models import Outbox
from kernel.redact import redact_text

TRIES_MAX = 12
_SLOWEST = timedelta(hours=1)

Send = Callable[[str, Mapping[str, Any]], None]


def enqueue(*, kind: str, payload: Mapping[str, Any]) -> Outbox:
    """Write a message into the caller's transaction."""
    row: Outbox = Outbox.objects.create(kind=kind, payload=dict(payload), due_at=timezone.now())
    return row


def deliver_one(send: Send) -> bool:
    """Send the oldest due message; False where none is due.

    The row stays locked while it is sent, so that no second sender takes it; a crash after sending and before
    the commit sends it again: receivers get it at least once. A failure is put off, longer each time.
    """
    now = timezone.now()
    with transaction.atomic(durable=True):
        due = Outbox.objects.filter(sent_at__isnull=True, due_at__lte=now, tries__lt=TRIES_MAX)
        message = due.select_for_update(skip_locked=True).order_by("due_at", "id").first()
        if message is None:
            return False
        try:
            send(message.kind, message.payload)
        except Exception as error:  # noqa: BLE001 - whatever a receiver does must not stop the others
            message.tries += 1
            message.error = redact_text(f"{type(error).__name__}: {error}")[:500]
            message.due_at = now + min(_SLOWEST, timedelta(seconds=5 * 2**message.tries))
        else:
            message.sent_at, message.error = now, ""
        message.save()
        return True
