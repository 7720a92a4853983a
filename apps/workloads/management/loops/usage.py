"""What each running copy uses, asked at a steady pace that no number of apps can raise."""

import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.utils import timezone

from apps.telemetry import services as telemetry
from apps.workloads.reconcile.story import note_tasks
from kernel.errors import OutsideError
from orchestration.ports import AllocState, Jobs

EVERY_S = 15.0
PER_SECOND = 10  #: copies asked about: beyond 150 of them each is asked less often than every 15 s
AT_ONCE = 4
STORY_S = 300.0  #: the event stream tells of tasks at once; this finds what it told while nobody listened


class Sampler:
    """Lists what runs in pages, asks each copy's machine, writes down all in one transaction."""

    def __init__(self, jobs: Jobs, stop: threading.Event) -> None:
        self._jobs, self._stop = jobs, stop
        self._told = -STORY_S

    def turn(self) -> None:
        """One round, and the wait to the next."""
        began = monotonic()
        allocations = self._jobs.allocations()
        if began - self._told >= STORY_S:
            note_tasks(allocations)
            self._told = began
        running = [each for each in allocations if each.client_status == "running"]
        telemetry.note_usage(seen=self.ask(running), now=timezone.now())
        self._stop.wait(max(EVERY_S, len(running) / PER_SECOND) - (monotonic() - began))

    def ask(self, running: list[AllocState]) -> list[telemetry.Seen]:
        """What these use; a machine that does not answer leaves a gap."""
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="usage") as pool:
            return [seen for seen in pool.map(self._seen, running) if seen is not None]

    def _seen(self, alloc: AllocState) -> telemetry.Seen | None:
        if self._stop.is_set():
            return None
        try:
            used = self._jobs.usage(alloc.id)
        except OutsideError:
            return None
        if used is None:
            return None
        limits = (alloc.cpu_mhz, alloc.memory_mib)
        return telemetry.Seen(alloc.job_id, alloc.id, used.cpu_mhz, used.memory_mib, *limits)
