"""All settled apps, compared with the cluster's lists once a minute, and at once where events were missed."""

import threading

from apps.workloads.management.loops.base import Hints
from apps.workloads.reconcile import survey
from drivers.wiring import Opened
from orchestration.ports import Drivers

EVERY_S = 60.0
NOT_CLOSER_S = 5.0  #: two streams that connect again at once ask for one survey


class Surveyor:
    """One turn: wait until it is time, or until somebody says that events may have been missed."""

    def __init__(self, opened: Opened, hints: Hints, stop: threading.Event) -> None:
        self._drivers = Drivers(opened.jobs, opened.secrets, opened.services, opened.routes, opened.addresses)
        self._hints = hints
        self._stop = stop

    def turn(self) -> None:
        """Look at all, then rest."""
        self._hints.missed.clear()
        survey(self._drivers)
        self._stop.wait(NOT_CLOSER_S)
        self._hints.missed.wait(EVERY_S - NOT_CLOSER_S)
