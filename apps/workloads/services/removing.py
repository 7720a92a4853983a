"""Deleting an app, undoing that, and the end: archived for the retention, then absent (ADR 0044).

Each is one transaction with its audit row. Raises Missing, Forbidden, Conflict (services.acting).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.quotas import services as quotas
from apps.workloads.enums import Desired, LeaseState, OperationKind
from apps.workloads.models import App, Operation
from apps.workloads.services import telling
from apps.workloads.services.acting import Asked, act
from apps.workloads.services.verbs import charge_of
from kernel.actors import Actor, system
from kernel.errors import Conflict

RETENTION = system("retention")
_AT_ONCE = 200


@transaction.atomic
def delete(
    *,
    actor: Actor,
    app_id: UUID,
    if_generation: int | None = None,
    person: Person | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> Operation:
    """Delete it: job and route go, secrets, volumes and host are kept until the retention ends.

    `until` is when it ends; where nothing is said, the lab's RETENTION_DAYS from now, and with 0 days it is
    gone at once. A request that nobody granted is gone at once.
    """
    ends = until or timezone.now() + timedelta(days=settings.RETENTION_DAYS)

    def turn(app: App) -> Desired:
        if until is None and settings.RETENTION_DAYS == 0:
            return Desired.ABSENT
        app.archived_from, app.archived_until = app.desired, ends
        return Desired.ARCHIVED

    operation = act(Asked(OperationKind.DELETE, actor, app_id, if_generation, person, reason), turn)
    _tell(operation.app, actor)
    return operation


@transaction.atomic
def undo(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Undo its deletion: it is wanted as it was before, at its old address and with what it kept.

    Raises Conflict `app.retention_over`, and QuotaExceeded where what it takes is no longer free.
    """
    operation = act(Asked(OperationKind.UNDO, actor, app_id, if_generation, person), _back)
    telling.notify("app.restored", app=operation.app, actor=actor)
    return operation


@transaction.atomic
def purge(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Remove a deleted app for good: its secrets, its data, and its hold on name and address."""
    operation = act(Asked(OperationKind.PURGE, actor, app_id, if_generation, person))
    telling.notify("app.purged", app=operation.app, actor=actor)
    return operation


def end_retentions(*, now: datetime | None = None) -> int:
    """Purge what can no longer be brought back, each in its own transaction; return how many."""
    over = App.objects.filter(desired=Desired.ARCHIVED, archived_until__lte=now or timezone.now())
    over = over.exclude(lease_state=LeaseState.ARCHIVED)  # its lease warns first, and ends it
    found = list(over.order_by("archived_until").values_list("id", "generation")[:_AT_ONCE])
    return sum(_end(app_id, generation) for app_id, generation in found)


def _end(app_id: UUID, generation: int) -> bool:
    """End one, unless somebody was faster."""
    try:
        purge(actor=RETENTION, app_id=app_id, if_generation=generation)
    except Conflict:
        return False
    return True


def _back(app: App) -> Desired:
    """Charge again what the deletion freed; what the end of its lease put away comes back by a renewal."""
    if app.lease_state == LeaseState.ARCHIVED:
        raise Conflict("lease.over", ends_on=app.ends_on)
    if app.archived_until is not None and app.archived_until <= timezone.now():
        raise Conflict("app.retention_over")
    before = Desired(app.archived_from)
    parts = ("all",) if before == Desired.PRESENT else ("place", "storage")
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=charge_of(app), parts=parts)
    app.archived_from, app.archived_until = "", None
    return before


def _tell(app: App, actor: Actor) -> None:
    if app.archived_until is not None:
        day = timezone.localdate(app.archived_until).isoformat()
        telling.notify("app.deleted", app=app, actor=actor, receipt=True, until_on=day)
    elif app.gone_at is None:
        telling.notify("app.purged", app=app, actor=actor)
