"""From due rows to messages, about ten times a second and whenever something calls."""

import threading
from time import monotonic

import structlog
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.workloads.management.loops.base import Hints
from apps.workloads.reconcile import free_the_dead
from apps.workloads.services import hints as due
from apps.workloads.services.wake import CHANNEL, look_now
from apps.workloads.tasks import send

TICK_S = 0.1
DEATHS_EVERY_S = 0.5
BROKER_AWAY_S = 1.0
log = structlog.get_logger(__name__)


class Dispatcher:
    """One turn: take in the hints, choose what is due, send."""

    def __init__(self, hints: Hints, stop: threading.Event) -> None:
        self._hints = hints
        self._stop = stop
        self._looked_for_deaths = monotonic()

    def turn(self) -> None:
        """Wait for a call, at most a tick."""
        self._hints.woken.wait(TICK_S)
        self._hints.woken.clear()
        if slugs := self._hints.drain():
            look_now(slugs)
        self._free()
        self.send()

    def _free(self) -> None:
        """Take back what dead workers held."""
        if monotonic() - self._looked_for_deaths < DEATHS_EVERY_S:
            return
        self._looked_for_deaths = monotonic()
        if freed := free_the_dead(timezone.now()):
            log.warning("watcher.claims_freed", apps=freed)

    def send(self) -> int:
        """Send a message for each app that is due; returns how many left. Without a broker none is lost."""
        chosen = due.choose()
        for number, each in enumerate(chosen):
            try:
                send(each, retry=True, retry_policy=_ONCE_MORE)
            except (OperationalError, OSError) as error:
                due.unsent(chosen[number:])
                log.warning("watcher.broker_away", error=type(error).__name__, waiting=len(chosen) - number)
                self._stop.wait(BROKER_AWAY_S)
                return number
        return len(chosen)


#: A connection that Redis closed meanwhile is opened anew; a Redis that is away is not waited for.
_ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class Listener:
    """Hears PostgreSQL's notices: a change that was just committed is due now."""

    def __init__(self, hints: Hints, stop: threading.Event) -> None:
        self._hints = hints
        self._stop = stop

    def turn(self) -> None:
        """Listen on a connection of its own until told to stop; raises what breaks it."""
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        raw = connection.connection
        while not self._stop.is_set():
            for _ in raw.notifies(timeout=1.0, stop_after=1):
                self._hints.woken.set()
