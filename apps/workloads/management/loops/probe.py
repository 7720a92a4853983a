"""Ask every running app's address about once a minute, spread out; a wrong answer is a reason to look."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from django.utils import timezone

from apps.catalogue import selectors as catalogue
from apps.workloads.management.loops.base import Hints
from apps.workloads.models import App
from apps.workloads.reconcile import note_answers
from kernel.errors import OutsideError
from orchestration.ports import Addresses
from orchestration.states import ObservedState

EVERY_S = 60.0
LIST_AGAIN_S = 30.0  #: a new app was asked by who made it run
AT_ONCE = 8
RUNNING = (ObservedState.RUNNING, ObservedState.DEGRADED)


@dataclass(frozen=True)
class Target:
    """An address to ask, and the codes that count as an answer."""

    app_id: UUID
    slug: str
    host: str
    path: str
    accept: tuple[int, ...]


def targets() -> list[Target]:
    """Every running app with an http route."""
    apps = App.objects.filter(observation__state__in=RUNNING, gone_at=None, host__isnull=False)
    found = []
    for app in apps.select_related("release__template_version").defer("release__template_version__manifest"):
        route = catalogue.manifest(app.release.template_version).route if app.release else None
        if route is not None and route.kind == "http":
            found.append(Target(app.id, app.slug, app.host or "", route.path, route.accept))
    return found


class Prober:
    """Keeps, in memory only, when each address is asked next."""

    def __init__(self, addresses: Addresses, hints: Hints, stop: threading.Event) -> None:
        self._addresses = addresses
        self._hints = hints
        self._stop = stop
        self._next: dict[UUID, float] = {}
        self._targets: list[Target] = []
        self._listed = -LIST_AGAIN_S

    def turn(self) -> None:
        """Ask those whose time has come."""
        self._stop.wait(1.0)
        now = monotonic()
        if now - self._listed >= LIST_AGAIN_S:
            self._list(now)
        due = [each for each in self._targets if self._next[each.app_id] <= now]
        if due:
            self.ask(due)
        for each in due:
            self._next[each.app_id] = now + EVERY_S * random.uniform(0.8, 1.2)

    def ask(self, due: list[Target]) -> None:
        """Ask these; note who answered, and have the others looked at."""
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="probe") as pool:
            answered = dict(zip(due, pool.map(self._answers, due), strict=True))
        note_answers([each.app_id for each, well in answered.items() if well], timezone.now())
        self._hints.add(each.slug for each, well in answered.items() if not well)

    def _list(self, now: float) -> None:
        """New ones get their first turn somewhere in the minute, so that they never come in step."""
        self._targets, self._listed = targets(), now
        self._next = {
            each.app_id: self._next.get(each.app_id, now + random.uniform(0, EVERY_S))
            for each in self._targets
        }

    def _answers(self, target: Target) -> bool:
        try:
            answer = self._addresses.ask(target.host, target.path)
        except OutsideError:
            return False
        return answer.status in target.accept and not answer.from_portal
