"""Deleting a volume that no release mounts, and what is kept of apps that are gone."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.volumes.enums import SnapshotState
from apps.volumes.models import Schedule, Snapshot
from apps.volumes.services.moving import KEEPER, move_snapshot
from apps.volumes.services.taking import standing
from apps.workloads.models import AppVolume
from apps.workloads.services.access import locked
from apps.workloads.services.operations import tell
from apps.workloads.services.volumes import charge
from kernel.actors import Actor
from kernel.errors import Conflict, Refused


@transaction.atomic
def delete_volume(*, actor: Actor, app_id: UUID, volume: str, typed: str) -> AppVolume:
    """Have a volume deleted with what it holds; its snapshots stay. The owner types its name.

    Raises Missing, Forbidden, Refused; Conflict while a release mounts it.
    """
    app = locked(actor=actor, app_id=app_id, action="delete")
    kept = standing(app_id, volume)
    if kept.mounted:
        raise Conflict("volume.mounted", name=volume)
    if typed.strip() != volume:
        raise Refused("volume.typed", field="name")
    if kept.leaving_at is None:
        kept.leaving_at = timezone.now()
        kept.save(update_fields=("leaving_at",))
        Schedule.objects.filter(volume=kept).delete()
        _audit(actor, "volume.leaving", kept)
        tell(app=app, code="volume.leaving", actor=actor, volume=volume)
    return kept


def _audit(actor: Actor, verb: str, volume: AppVolume) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="app",
        target_id=volume.app_id,
        target_label=volume.app.label,
        project_id=volume.app.project_id,
        after={"volume": volume.name, "size_mib": volume.size_mib},
    )


@transaction.atomic
def volume_gone(volume: AppVolume) -> None:
    """It was seen gone: its size is free, its row stays for the snapshots' sake."""
    row = AppVolume.objects.select_for_update(of=("self",)).select_related("app").get(id=volume.id)
    if row.deleted_at is None:
        row.deleted_at = timezone.now()
        row.save(update_fields=("deleted_at",))
        charge(row)
        _audit(KEEPER, "volume.deleted", row)


def forget_gone() -> int:
    """What is kept of apps that were purged goes too; returns how many snapshots are on their way out."""
    states = [SnapshotState.PENDING, SnapshotState.TAKING, SnapshotState.READY, SnapshotState.FAILED]
    left = Snapshot.objects.filter(volume__app__gone_at__isnull=False, state__in=states)
    for snapshot in left:
        try:
            move_snapshot(snapshot, SnapshotState.DELETING)
        except Conflict:
            continue  # it moved meanwhile: the next look finds it
    return len(left)
