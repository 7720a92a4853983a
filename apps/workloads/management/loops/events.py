"""What Nomad and Consul tell: hints to look, nothing that may not be lost."""

import threading

from apps.workloads.management.loops.base import Hints
from apps.workloads.reconcile.story import note_checks, note_tasks
from drivers.consul import ConsulServices
from drivers.nomad import NomadJobs
from kernel.names import is_full_slug

CHECKS_MAX = 50  #: services asked about for the timeline in one go


class NomadEvents:
    """Jobs, allocations, evaluations, deployments."""

    def __init__(self, jobs: NomadJobs, hints: Hints, stop: threading.Event) -> None:
        self._jobs = jobs
        self._hints = hints
        self._stop = stop

    def turn(self) -> None:
        """Follow the stream until it ends, which it does by raising Unavailable."""
        self._hints.missed.set()
        for event in self._jobs.events():
            if self._stop.is_set():
                return
            if event is not None and is_full_slug(event.job_id):
                self._hints.add({event.job_id})
                if event.allocation is not None:
                    note_tasks([event.allocation])


class ConsulChanges:
    """Checks of our services. The first answer names all of them: a survey finds what was missed."""

    def __init__(self, services: ConsulServices, hints: Hints, stop: threading.Event) -> None:
        self._services = services
        self._hints = hints
        self._stop = stop

    def turn(self) -> None:
        """Follow the blocking queries; raises what ends them."""
        changes = self._services.changes()
        next(changes)
        self._hints.missed.set()
        for changed in changes:
            if self._stop.is_set():
                return
            if changed:
                self._hints.add(changed)
            for slug in sorted(changed)[:CHECKS_MAX]:
                note_checks(slug, self._services.instances(slug))
