"""The watcher: one process, a thread for each thing that it follows."""

import signal
import threading
from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand

from apps.workloads import lab
from apps.workloads.management.loops.base import Hints, keep_going
from apps.workloads.management.loops.dispatch import Dispatcher, Listener
from apps.workloads.management.loops.events import ConsulChanges, NomadEvents
from apps.workloads.management.loops.machines import Machines
from apps.workloads.management.loops.parts import Parts
from apps.workloads.management.loops.post import Post
from apps.workloads.management.loops.probe import Prober
from apps.workloads.management.loops.survey import Surveyor
from apps.workloads.management.loops.usage import Sampler
from drivers.wiring import open_all

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    # Not all of Django's checks: they would load every page and endpoint into a process that serves none.
    requires_system_checks = ["paillasse"]
    help = "Send due apps to the workers, and mails; follow Nomad and Consul; ask addresses and parts."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop, hints = threading.Event(), Hints()

        def end(*_signal: object) -> None:
            stop.set()
            hints.woken.set()
            hints.missed.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        for name, turn in loops(hints, stop).items():
            threading.Thread(target=keep_going, args=(name, turn, stop), name=name, daemon=True).start()
        log.info("watcher.started")
        keep_going("dispatch", Dispatcher(hints, stop).turn, stop)
        log.info("watcher.stopped")


def loops(hints: Hints, stop: threading.Event) -> dict[str, Callable[[], None]]:
    """What runs beside the dispatcher. Threads blocked in a read end with the process."""
    opened = open_all(lab.wiring())
    return {
        "listen": Listener(hints, stop).turn,
        "nomad": NomadEvents(opened.jobs, hints, stop).turn,
        "consul": ConsulChanges(opened.services, hints, stop).turn,
        "probe": Prober(opened.addresses, hints, stop).turn,
        "parts": Parts(opened, stop).turn,
        "post": Post(stop).turn,
        "usage": Sampler(opened.jobs, stop).turn,
        "machines": Machines(opened.jobs, stop).turn,
        "survey": Surveyor(opened, hints, stop).turn,
    }
