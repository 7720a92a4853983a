"""Everything that is not at rest, looked at in turn."""

from collections.abc import Callable, Iterable

from django.db.models import Model
from django.utils import timezone

from apps.volumes import services
from apps.volumes.enums import RestoreState, SnapshotState
from apps.volumes.models import Restore, Snapshot, Use
from apps.volumes.reconcile import jobs, measures, restores, snapshots
from apps.volumes.reconcile.each import each_by_itself
from apps.volumes.transitions import OPEN_RESTORE, OPEN_SNAPSHOT
from apps.workloads import lab
from drivers.wiring import open_drivers
from kernel.names import OutsideNames
from orchestration.ports import Drivers

_APP = "volume__app__release"
_ENDED = [SnapshotState.READY, SnapshotState.FAILED]
_OVER = [RestoreState.DONE, RestoreState.FAILED]


def sweep(drivers: Drivers | None = None) -> int:
    """Look at all that moves, and begin what is due; returns how many were looked at.

    May be called at any time, by any number of processes.
    """
    now = timezone.now()
    services.take_due(now)
    services.ask_due_measures(now)
    services.forget_gone()
    ports = drivers or open_drivers(lab.wiring())
    return sum(each_by_itself(rows, look, ports) for rows, look in _moving())


def _moving() -> list[tuple[Iterable[Model], Callable[..., object]]]:
    taken = Snapshot.objects.select_related(_APP)
    back = Restore.objects.select_related("app__release", "snapshot__volume")
    used = Use.objects.select_related(_APP)
    return [
        (taken.filter(state__in=OPEN_SNAPSHOT), snapshots.look),
        (back.filter(state__in=OPEN_RESTORE), restores.look),
        (used.filter(asked_at__isnull=False), measures.look),
        (taken.filter(state__in=_ENDED, tidied=False), _tidy),
        (back.filter(state__in=_OVER, tidied=False), _tidy),
        (used.filter(asked_at__isnull=True, tidied=False), _tidy),
    ]


def _tidy(row: Snapshot | Restore | Use, drivers: Drivers) -> None:
    app = row.app if isinstance(row, Restore) else row.volume.app
    jobs.take_away(row, OutsideNames(app.slug), drivers)
