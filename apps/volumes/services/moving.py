"""The one way by which a snapshot or a restore moves on: from a state that its table allows, audited."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.volumes.enums import RestoreState, SnapshotState
from apps.volumes.models import Restore, Snapshot, Use
from apps.volumes.services import missing
from apps.volumes.transitions import RESTORE, SNAPSHOT
from apps.workloads.models import App
from apps.workloads.services.operations import tell
from kernel.actors import Actor, system
from kernel.errors import Conflict

KEEPER = system("keeper")
_ENDS = (SnapshotState.READY, SnapshotState.FAILED, RestoreState.DONE, RestoreState.FAILED)
#: what the timeline tells of; the rest stands in the audit alone
_TOLD = ("snapshot.ready", "snapshot.failed", "snapshot.deleting", "restore.done", "restore.failed")


@transaction.atomic
def move_snapshot(
    snapshot: Snapshot, to: SnapshotState, *, actor: Actor = KEEPER, reason: str = "", **changes: Any
) -> Snapshot:
    """Move on, if it still stands where it may move from. Raises Conflict."""
    row = Snapshot.objects.select_for_update().get(id=snapshot.id)
    if to not in SNAPSHOT[SnapshotState(row.state)]:
        raise Conflict("snapshot.not_now", state=SnapshotState(row.state).label)
    before = row.state
    _change(row, to, reason, changes)
    note(actor, "snapshot", row, row.volume.app, before, row.volume.name)
    if to == SnapshotState.FAILED:
        missing.failed(row)
    return row


@transaction.atomic
def move_restore(
    restore: Restore, to: RestoreState, *, actor: Actor = KEEPER, reason: str = "", **changes: Any
) -> Restore:
    """The same of a restore. Raises Conflict."""
    row = Restore.objects.select_for_update().get(id=restore.id)
    if to not in RESTORE[RestoreState(row.state)]:
        raise Conflict("conflict", state=row.state)
    before = row.state
    _change(row, to, reason, changes)
    note(actor, "restore", row, row.app, before, row.snapshot.volume.name)
    return row


def _change(row: Snapshot | Restore, to: str, reason: str, changes: dict[str, Any]) -> None:
    now = timezone.now()
    row.state, row.moved_at, row.reason = to, now, reason
    row.finished_at = now if to in _ENDS else row.finished_at
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def note(actor: Actor, kind: str, row: Snapshot | Restore, app: App, before: str, volume: str) -> None:
    """The audit row, and the line of the timeline where there is one."""
    verb = f"{kind}.{row.state}"
    audit.record(
        actor=actor,
        verb=verb,
        target_kind=kind,
        target_id=row.id,
        target_label=f"{app.label}: {volume}",
        project_id=app.project_id,
        reason=row.reason,
        before={"state": before} if before else None,
        after={"state": row.state, "app": str(app.id), "volume": volume, **row.facts},
    )
    if verb in _TOLD or not before:
        tell(app=app, code=verb if before else f"{kind}.asked", actor=actor, volume=volume)


def tidied(row: Snapshot | Restore | Use) -> None:
    """Its job was seen gone."""
    type(row).objects.filter(pk=row.pk, work_id=row.work_id).update(tidied=True)
