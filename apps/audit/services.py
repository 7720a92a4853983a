"""The one way to write an audit event: inside the transaction of the change that it tells of."""

from typing import Any
from uuid import UUID

from django.db import connection

from apps.audit.models import Event
from kernel.actors import Actor
from kernel.redact import redact


def record(
    *,
    actor: Actor,
    verb: str,
    target_kind: str,
    target_id: object,
    target_label: str = "",
    project_id: UUID | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Write who did what to what; values under telling names are hidden.

    Raises RuntimeError outside a transaction: an event apart from its change proves nothing.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event is written in the transaction of its change")
    return Event.objects.create(
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        token_id=actor.token_id,
        verb=verb,
        target_kind=target_kind,
        target_id=str(target_id),
        target_label=target_label[:200],
        project_id=project_id,
        reason=reason,
        before=redact(before) if before is not None else None,
        after=redact(after) if after is not None else None,
        request_id=actor.request_id[:64],
        ip=actor.ip,
    )
