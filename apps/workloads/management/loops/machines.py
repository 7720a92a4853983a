"""The cluster's machines and what is free on them, so that no page asks Nomad."""

import threading

from django.utils import timezone

from apps.cluster import services as cluster
from orchestration.ports import Jobs

EVERY_S = 30.0


class Machines:
    """Looks at all machines in two calls, and writes down the whole picture."""

    def __init__(self, jobs: Jobs, stop: threading.Event) -> None:
        self._jobs = jobs
        self._stop = stop

    def turn(self) -> None:
        """Look, write, wait. Where Nomad does not answer the last picture stays, with its age."""
        cluster.note_nodes(nodes=self._jobs.nodes(), now=timezone.now())
        self._stop.wait(EVERY_S)
