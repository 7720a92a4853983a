"""Volumes that stand and are nobody's, as one whose creation took longer than its app lived (ADR 0054)."""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from apps.volumes import selectors, services
from apps.volumes.models import Stray, Use
from apps.volumes.reconcile.each import each_by_itself
from apps.workloads import lab
from drivers.wiring import open_drivers
from kernel.errors import OutsideError
from orchestration.ports import Drivers

SETTLED = timedelta(hours=1)  #: it stands as it will: no creation and no person is at work on it any more
AGAIN = timedelta(days=1)  #: until it is looked into once more
log = structlog.get_logger(__name__)


def find_strays(drivers: Drivers | None = None) -> list[int]:
    """List them, look into those that may be deleted, and return those just seen to hold nothing at all.

    Nothing is concluded where Nomad does not answer.
    What an app has is asked before and after Nomad: a volume that came or went meanwhile is not nobody's.
    """
    ports, now = drivers or open_drivers(lab.wiring()), timezone.now()
    had = selectors.owned()
    try:
        standing = ports.jobs.list_volumes()
    except OutsideError as error:
        log.info("volumes.not_listed", code=error.code, detail=error.detail[:200])
        return []
    owned = had | selectors.owned()
    services.note_strays([each for each in standing if (each.kind, each.name) not in owned], now)
    may_go = selectors.strays().filter(volume__isnull=False, found_at__lte=now - SETTLED)
    empty: list[int] = []
    each_by_itself(may_go, lambda stray, _: empty.extend([stray.pk] if _is_empty(stray, now) else []), ports)
    return empty


def _is_empty(stray: Stray, now: datetime) -> bool:
    """Whether a keeper has just seen that it holds nothing at all; that is asked for once a day."""
    if stray.asked_at is None or now - stray.asked_at >= AGAIN:
        services.ask_inside(stray, now)
        return False
    use = Use.objects.get(volume=stray.volume)
    if use.asked_at is not None:
        return False
    services.note_inside(stray, use)
    alone = selectors.strays().filter(kind=stray.kind, name=stray.name).count() == 1  # it goes by its name
    return alone and use.measured_at is not None and use.files == use.used_bytes == 0
