"""Taking snapshots, trying again, and deleting them."""

import secrets
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.volumes.enums import SnapshotState
from apps.volumes.models import Snapshot
from apps.volumes.services.moving import move_snapshot, note
from apps.volumes.transitions import OPEN_RESTORE
from apps.workloads.enums import Desired
from apps.workloads.models import AppVolume
from apps.workloads.services.access import locked
from apps.workloads.services.volumes import charge
from kernel.actors import Actor
from kernel.errors import Conflict, Missing

_STANDS = frozenset({Desired.PRESENT, Desired.STOPPED, Desired.ASLEEP})


@transaction.atomic
def take(*, actor: Actor, app_id: UUID, volume: str, remark: str = "", scheduled: bool = False) -> Snapshot:
    """Ask for a snapshot. Raises QuotaExceeded where not one MiB of storage is free.

    Raises Missing, Forbidden; Conflict where one is under way or the app is leaving.
    """
    app = locked(actor=actor, app_id=app_id, action="operate")
    if app.desired not in _STANDS:
        raise Conflict("app.not_now", verb="snapshot", desired=app.desired)
    kept = standing(app_id, volume)
    snapshot = Snapshot(
        volume=kept,
        release=app.release if kept.mounted else app.releases.filter(number=kept.release).first(),
        key=secrets.token_hex(32),
        note=remark.strip()[:200],
        scheduled=scheduled,
        while_running=kept.mounted and app.desired == Desired.PRESENT,
        by_id=actor.id,
        by_label=actor.label[:200],
    )
    try:
        with transaction.atomic():
            snapshot.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("snapshot.busy") from error
    charge_snapshot(snapshot, kept, mib=1)
    note(actor, "snapshot", snapshot, app, "", volume)
    return snapshot


def standing(app_id: UUID, name: str) -> AppVolume:
    """The app's volume of that name, locked. Raises Missing."""
    rows = AppVolume.objects.select_for_update(of=("self",)).select_related("app")
    found = rows.filter(app_id=app_id, name=name, deleted_at__isnull=True).first()
    if found is None:
        raise Missing
    return found


def charge_snapshot(snapshot: Snapshot, volume: AppVolume, *, mib: int) -> None:
    """Charge a snapshot to a new total. The caller holds the volume. Raises QuotaExceeded."""
    volume.snapshots_mib += mib - snapshot.charged_mib
    snapshot.charged_mib = mib
    volume.save(update_fields=("snapshots_mib",))
    snapshot.save(update_fields=("charged_mib",))
    charge(volume)


@transaction.atomic
def retry(*, actor: Actor, app_id: UUID, snapshot_id: UUID) -> Snapshot:
    """Take one again that failed. Raises Missing, Forbidden, Conflict, QuotaExceeded."""
    locked(actor=actor, app_id=app_id, action="operate")
    snapshot = of_app(app_id, snapshot_id)
    kept = standing(app_id, snapshot.volume.name)
    anew: dict[str, Any] = {"key": secrets.token_hex(32), "work_id": uuid4(), "tidied": False, "facts": {}}
    empty: dict[str, Any] = {"parts": 0, "size_bytes": 0, "last_bytes": 0, "finished_at": None}
    try:
        with transaction.atomic():
            row = move_snapshot(snapshot, SnapshotState.PENDING, actor=actor, **anew, **empty)
    except IntegrityError as error:
        raise Conflict("snapshot.busy") from error
    charge_snapshot(row, kept, mib=1)
    return row


def of_app(app_id: UUID, snapshot_id: UUID) -> Snapshot:
    """One snapshot of an app. Raises Missing."""
    rows = Snapshot.objects.select_related("volume__app").exclude(state=SnapshotState.DELETED)
    found = rows.filter(id=snapshot_id, volume__app_id=app_id).first()
    if found is None:
        raise Missing
    return found


@transaction.atomic
def delete_snapshot(*, actor: Actor, app_id: UUID, snapshot_id: UUID) -> Snapshot:
    """Have it deleted, what is kept of it too. Raises Missing, Forbidden, Conflict."""
    locked(actor=actor, app_id=app_id, action="operate")
    snapshot = of_app(app_id, snapshot_id)
    if snapshot.restores.filter(state__in=OPEN_RESTORE).exists():
        raise Conflict("snapshot.in_use")
    return move_snapshot(snapshot, SnapshotState.DELETING, actor=actor)


@transaction.atomic
def note_download(*, actor: Actor, app_id: UUID, snapshot_id: UUID) -> None:
    """Somebody takes a copy away. Raises Missing, Forbidden; Conflict where it is not ready."""
    app = locked(actor=actor, app_id=app_id, action="operate")
    snapshot = of_app(app_id, snapshot_id)
    if snapshot.state != SnapshotState.READY:
        raise Conflict("snapshot.not_now", state=SnapshotState(snapshot.state).label)
    audit.record(
        actor=actor,
        verb="snapshot.downloaded",
        target_kind="snapshot",
        target_id=snapshot.id,
        target_label=f"{app.label}: {snapshot.volume.name}",
        project_id=app.project_id,
    )


@transaction.atomic
def deleted(snapshot: Snapshot) -> None:
    """Nothing of it is kept any more: its quota is free."""
    kept = AppVolume.objects.select_for_update().get(id=snapshot.volume_id)
    row = move_snapshot(snapshot, SnapshotState.DELETED)
    charge_snapshot(row, kept, mib=0)
