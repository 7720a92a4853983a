"""Volumes that are deleted for good, which may be the right of a process of its own."""

from collections.abc import Iterable

import structlog
from django.db.models import QuerySet

from apps.volumes import selectors, services
from apps.volumes.models import Stray, Use
from apps.volumes.reconcile import jobs
from apps.volumes.reconcile.each import each_by_itself
from apps.workloads import lab
from apps.workloads.models import AppVolume
from apps.workloads.specs import volume_of
from drivers.wiring import open_drivers
from kernel.names import OutsideNames
from orchestration.ports import Drivers
from orchestration.reconcilers.stranded import stranded
from orchestration.specs import VolumeKind

AWAY = "volume.node_away"
log = structlog.get_logger(__name__)


def leaving() -> QuerySet[AppVolume]:
    """Volumes whose owners want them deleted, and that were not yet seen gone."""
    return AppVolume.objects.filter(leaving_at__isnull=False, deleted_at__isnull=True).select_related("app")


def remove(strays: Iterable[int] = (), drivers: Drivers | None = None) -> int:
    """Delete what is leaving, and those of nobody that `find_strays` returned; how many were looked at.

    May be called at any time, by any number of processes.
    """
    ports = drivers or open_drivers(lab.wiring())
    empty = selectors.strays().filter(pk__in=strays)
    return each_by_itself(leaving(), _remove, ports) + each_by_itself(empty, _remove_stray, ports)


def _remove(volume: AppVolume, drivers: Drivers) -> None:
    """Delete it until it is seen gone; where its machine is away, the page says so meanwhile."""
    names = OutsideNames(volume.app.slug)
    name, kind = names.volume(volume.name), jobs.kind_of(volume)
    cause = stranded(names, [volume_of(volume)], drivers.jobs)
    away = cause is not None and cause.code == AWAY
    Use.objects.update_or_create(volume=volume, defaults={"reason": AWAY if away else ""})
    if drivers.jobs.volume_exists(name, kind=kind):
        drivers.jobs.delete_volume(name, kind=kind)
    else:
        services.volume_gone(volume)


def _remove_stray(stray: Stray, drivers: Drivers) -> None:
    kind: VolumeKind = "csi" if stray.kind == "csi" else "host"
    drivers.jobs.delete_volume(stray.name, kind=kind)
    services.stray_gone(stray)
    log.info("volumes.stray_deleted", name=stray.name, kind=kind)
