"""One look at a snapshot that is not at rest."""

from datetime import timedelta

from django.utils import timezone

from apps.volumes.enums import SnapshotState
from apps.volumes.models import Snapshot
from apps.volumes.reconcile import jobs
from apps.volumes.services import parts
from apps.volumes.services.moving import move_snapshot
from apps.volumes.services.taking import deleted
from kernel.names import OutsideNames
from orchestration.ports import Drivers

PATIENCE = timedelta(minutes=15)  #: for a machine to take the job
LONGEST = timedelta(hours=12)


def look(snapshot: Snapshot, drivers: Drivers) -> None:
    """Bring it on by one step. Raises OutsideError where a part of the cluster does not answer."""
    _LOOKS[SnapshotState(snapshot.state)](snapshot, drivers)


def _pending(snapshot: Snapshot, drivers: Drivers) -> None:
    volume = snapshot.volume
    names = OutsideNames(volume.app.slug)
    if not drivers.jobs.volume_exists(names.volume(volume.name), kind=jobs.kind_of(volume)):
        move_snapshot(snapshot, SnapshotState.FAILED, reason="volume.none_yet")
        return
    spec = jobs.spec_of(volume.app, volume, "snapshot", snapshot.work_id, url=jobs.url_of(snapshot.key))
    parts.remove(snapshot.id)  # what an earlier try sent is charged no more, and nobody sends yet
    moved = move_snapshot(snapshot, SnapshotState.TAKING)
    if refused := jobs.send(spec, drivers):
        move_snapshot(moved, SnapshotState.FAILED, reason="policy.refused", facts={"violations": refused})


def _taking(snapshot: Snapshot, drivers: Drivers) -> None:
    """What comes is noted as it comes; this finds what goes wrong, and what was never sent."""
    volume, age = snapshot.volume, timezone.now() - snapshot.moved_at
    seen = jobs.look(OutsideNames(volume.app.slug), snapshot.work_id, drivers)
    if seen.state == "missing":
        jobs.send(
            jobs.spec_of(volume.app, volume, "snapshot", snapshot.work_id, url=jobs.url_of(snapshot.key)),
            drivers,
        )
    elif seen.state == "failed":
        _fail(snapshot, seen.reason, seen.facts)
    elif seen.state == "done":
        _fail(snapshot, "keeper.lost", {})
    elif (seen.facts and age > PATIENCE) or age > LONGEST:
        _fail(snapshot, "keeper.waited", seen.facts)


def _fail(snapshot: Snapshot, reason: str, facts: dict[str, object]) -> None:
    """Unless all of it came in this very moment."""
    if Snapshot.objects.filter(id=snapshot.id, state=SnapshotState.TAKING).exists():
        move_snapshot(snapshot, SnapshotState.FAILED, reason=reason, facts=facts)


def _deleting(snapshot: Snapshot, drivers: Drivers) -> None:
    """Nobody sends any more, then nothing is kept, then its quota is free."""
    names = OutsideNames(snapshot.volume.app.slug)
    if snapshot.tidied or jobs.take_away(snapshot, names, drivers):
        parts.remove(snapshot.id)
        deleted(snapshot)


_LOOKS = {
    SnapshotState.PENDING: _pending,
    SnapshotState.TAKING: _taking,
    SnapshotState.DELETING: _deleting,
}
