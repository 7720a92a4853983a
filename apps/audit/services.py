"""The one way to write an audit event, in the transaction of the change that it tells of; and its seal."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from apps.audit.chain import FORM, digest_of
from apps.audit.models import Event, Seal, Unsealed
from kernel.actors import Actor
from kernel.redact import redact

_SEALER = 0x61756469745F7365  # the advisory lock of whoever seals: "audit_se"
_BATCH = 500


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


@transaction.atomic
def exported(*, actor: Actor, filters: dict[str, str], form: str) -> None:
    """Note that somebody takes a copy away: which part of the audit, in which form."""
    record(
        actor=actor,
        verb="audit.exported",
        target_kind="audit",
        target_id="events",
        after={"filters": filters, "form": form},
    )


def seal() -> int:
    """Give each event that waits its place in the chain; return how many. Another sealer is not waited for.

    An event waits from the commit of its transaction on, whichever commits first, so none is ever skipped:
    the order of the chain is that in which they were found, by id within a batch (ADR 0040).
    """
    sealed = 0
    while batch := _seal_batch():
        sealed += batch
        if batch < _BATCH:
            break
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER])
        if not cursor.fetchone()[0]:
            return 0
    waiting = list(Unsealed.objects.order_by("event_id").values_list("event_id", flat=True)[:_BATCH])
    last = Seal.objects.order_by("-position").first()
    position, previous = (last.position, last.digest) if last else (0, "")
    seals = []
    for event in Event.objects.filter(id__in=waiting).order_by("id"):
        position += 1
        digest = digest_of(event, position=position, previous=previous)
        seals.append(Seal(position=position, event=event, form=FORM, previous=previous, digest=digest))
        previous = digest
    Seal.objects.bulk_create(seals)
    Unsealed.objects.filter(event_id__in=[each.event_id for each in seals]).delete()
    return len(seals)
