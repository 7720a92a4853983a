"""Snapshots that are taken by themselves: every day or every week, at night, a number of them kept."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.volumes.enums import Every, SnapshotState
from apps.volumes.models import Schedule, Snapshot
from apps.volumes.services.missing import tell_missed
from apps.volumes.services.moving import move_snapshot
from apps.volumes.services.taking import standing, take
from apps.volumes.transitions import OPEN_RESTORE
from apps.workloads.services.access import locked
from kernel.actors import Actor, system
from kernel.errors import PaillasseError, Refused

KEEP_MAX = 30
HOUR = 3  #: of the night, in the lab's own time
_STEP = {Every.DAILY: timedelta(days=1), Every.WEEKLY: timedelta(days=7)}
CLOCK = system("schedule")


@transaction.atomic
def set_schedule(*, actor: Actor, app_id: UUID, volume: str, every: str, keep: int) -> Schedule:
    """Have snapshots taken by themselves. Raises Missing, Forbidden, Refused."""
    app = locked(actor=actor, app_id=app_id, action="operate")
    if every not in Every.values:
        raise Refused("refused", field="every")
    if not 1 <= keep <= KEEP_MAX:
        raise Refused("snapshot.keep", field="keep", limit=KEEP_MAX)
    kept = standing(app_id, volume)
    values = {"every": every, "keep": keep, "next_at": following(timezone.now(), Every(every)), "missed": ""}
    whose = {"by_id": actor.id, "by_label": actor.label[:200]}
    schedule, _made = Schedule.objects.update_or_create(volume=kept, defaults={**values, **whose})
    told = {"every": every, "keep": keep, "volume": volume}
    _audit(actor, "schedule.set", app.label, app.project_id, app_id, told)
    return schedule


@transaction.atomic
def clear_schedule(*, actor: Actor, app_id: UUID, volume: str) -> None:
    """Take none by itself any more; those that were taken stay. Raises Missing, Forbidden."""
    app = locked(actor=actor, app_id=app_id, action="operate")
    Schedule.objects.filter(volume=standing(app_id, volume)).delete()
    _audit(actor, "schedule.cleared", app.label, app.project_id, app_id, {"volume": volume})


def _audit(
    actor: Actor, verb: str, label: str, project_id: UUID, app_id: UUID, after: dict[str, object]
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="app",
        target_id=app_id,
        target_label=label,
        project_id=project_id,
        after=after,
    )


def following(now: datetime, every: Every) -> datetime:
    """The next night of it after a moment; a week begins on Sunday night."""
    local = timezone.localtime(now).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    while local <= now or (every == Every.WEEKLY and local.weekday() != 6):  # noqa: PLR2004 - Sunday
        local += timedelta(days=1)
    return local


def take_due(now: datetime) -> int:
    """Take what is due, each in a transaction of its own; what cannot be taken waits for the next night."""
    found = Schedule.objects.filter(next_at__lte=now, volume__deleted_at__isnull=True)
    for schedule in found.select_related("volume"):
        _take(schedule, now)
    return len(found)


@transaction.atomic
def _take(schedule: Schedule, now: datetime) -> None:
    due = Schedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at)
    if not due.update(next_at=following(now, Every(schedule.every))):
        return
    volume = schedule.volume
    try:
        with transaction.atomic():
            take(actor=CLOCK, app_id=volume.app_id, volume=volume.name, scheduled=True)
    except PaillasseError as error:
        Schedule.objects.filter(pk=schedule.pk).update(missed=error.code[:60])
        if not schedule.missed:
            tell_missed(volume)
    else:
        Schedule.objects.filter(pk=schedule.pk).update(missed="")


def thin(snapshot: Snapshot) -> None:
    """A scheduled one has come: those beyond the number that is kept go, the oldest first."""
    schedule = Schedule.objects.filter(volume_id=snapshot.volume_id).first()
    if not snapshot.scheduled or schedule is None:
        return
    mine = Snapshot.objects.filter(
        volume_id=snapshot.volume_id, scheduled=True, state=SnapshotState.READY
    ).exclude(restores__state__in=OPEN_RESTORE)
    for old in mine.order_by("-created_at")[schedule.keep :]:
        move_snapshot(old, SnapshotState.DELETING, actor=CLOCK)
