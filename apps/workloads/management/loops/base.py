"""What the loops share: when to stop, what to look at, and that no error ends them."""

import threading
from collections.abc import Callable, Iterable

import structlog
from django.db import connection

from kernel.errors import OutsideError

RETRY_S = 2.0
log = structlog.get_logger(__name__)


class Hints:
    """Slugs that something happened to, gathered until the dispatcher comes by."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slugs: set[str] = set()
        self.woken = threading.Event()
        self.missed = threading.Event()  #: a stream begins anew: what happened meanwhile is to be found

    def add(self, slugs: Iterable[str]) -> None:
        """Note them, and wake the dispatcher."""
        with self._lock:
            self._slugs.update(slugs)
        self.woken.set()

    def drain(self) -> set[str]:
        """What was noted since the last time."""
        with self._lock:
            slugs, self._slugs = self._slugs, set()
        return slugs


def keep_going(name: str, turn: Callable[[], None], stop: threading.Event) -> None:
    """Take turns until told to stop; after trouble wait a moment and open a new database connection."""
    try:
        while not stop.is_set():
            try:
                turn()
            except OutsideError as error:
                log.info("watcher.part_away", loop=name, code=error.code, detail=error.detail[:200])
                stop.wait(RETRY_S)
            except Exception:
                log.exception("watcher.turn_died", loop=name)
                connection.close()
                stop.wait(RETRY_S)
    finally:
        connection.close()
