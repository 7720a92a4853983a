"""One look at a restore under way: the app stands still, the volume is filled, the app runs again."""

from datetime import timedelta

from django.utils import timezone

from apps.volumes.enums import RestoreState
from apps.volumes.models import Restore
from apps.volumes.reconcile import jobs
from apps.volumes.services.moving import move_restore
from apps.volumes.services.restoring import asked_to_stop, require_room, restored
from apps.workloads.enums import Desired
from apps.workloads.models import AppVolume
from kernel.errors import Refused
from kernel.names import OutsideNames
from orchestration.ports import Drivers
from orchestration.specs import KeeperSpec

PATIENCE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
_STILL = frozenset({Desired.STOPPED, Desired.ASLEEP})


def look(restore: Restore, drivers: Drivers) -> None:
    """Bring it on by one step. Raises OutsideError where a part of the cluster does not answer."""
    app = restore.app
    if app.gone_at is not None or app.desired in {Desired.ABSENT, Desired.ARCHIVED}:
        restored(restore, reason="restore.app_gone")
        return
    _LOOKS[RestoreState(restore.state)](restore, drivers)


def _volume(restore: Restore) -> AppVolume | None:
    return AppVolume.objects.filter(
        app_id=restore.app_id, name=restore.snapshot.volume.name, deleted_at__isnull=True
    ).first()


def _waiting(restore: Restore, drivers: Drivers) -> None:
    """Until the app was granted and its volume made; then it must stand still."""
    if restore.app.desired == Desired.REQUESTED:
        return
    volume = _volume(restore)
    if volume is None:
        restored(restore, reason="restore.no_volume")
        return
    try:
        require_room(restore.snapshot, size_mib=volume.size_mib)
    except Refused as refused:
        restored(restore, reason=refused.code, **refused.params)
        return
    name = OutsideNames(restore.app.slug).volume(volume.name)
    if drivers.jobs.volume_exists(name, kind=jobs.kind_of(volume)):
        asked_to_stop(restore)


def _stopping(restore: Restore, drivers: Drivers) -> None:
    """No allocation of the app may be alive: its files are about to be replaced."""
    names, volume = OutsideNames(restore.app.slug), _volume(restore)
    if volume is None or restore.app.desired not in _STILL:
        restored(restore, reason="restore.app_moved")
        return
    alive = drivers.jobs.status(names.job_id).allocations
    if any(each.client_status in jobs.LIVE for each in alive):
        return
    if refused := jobs.send(_spec(restore, volume), drivers):
        restored(restore, reason="policy.refused", violations=refused)
        return
    move_restore(restore, RestoreState.WORKING)


def _spec(restore: Restore, volume: AppVolume) -> KeeperSpec:
    kept = restore.snapshot
    return jobs.spec_of(
        restore.app,
        volume,
        "restore",
        restore.work_id,
        url=jobs.url_of(restore.key),
        sha256=kept.sha256,
        parts=kept.parts,
    )


def _working(restore: Restore, drivers: Drivers) -> None:
    seen = jobs.look(OutsideNames(restore.app.slug), restore.work_id, drivers)
    age = timezone.now() - restore.moved_at
    if seen.state == "done":
        restored(restore)
    elif seen.state in {"failed", "missing"}:
        restored(restore, reason=seen.reason or "keeper.lost", **seen.facts)
    elif (seen.facts and age > PATIENCE) or age > LONGEST:
        restored(restore, reason="keeper.waited", **seen.facts)


_LOOKS = {
    RestoreState.WAITING: _waiting,
    RestoreState.STOPPING: _stopping,
    RestoreState.WORKING: _working,
}
