"""What the cluster has left, read from the last picture of its machines."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from apps.cluster import selectors, services
from apps.cluster.models import Node
from apps.workloads.management.loops.machines import Machines
from kernel.errors import Unavailable
from tests.fakes.jobs import MACHINE, FakeJobs

BUSY = replace(
    MACHINE,
    id=str(UUID(int=2)),
    name="node-2",
    allocated_cpu_mhz=6000,
    allocated_memory_mib=16384,
    allocated_disk_mib=300,
    gpus=2,
    allocated_gpus=1,
)


def stopped() -> threading.Event:
    """A loop that takes one turn and does not wait."""
    event = threading.Event()
    event.set()
    return event


@pytest.mark.django_db
def test_the_figures_of_all_machines_that_take_jobs() -> None:
    services.note_nodes(nodes=[MACHINE, BUSY], now=timezone.now())
    found = selectors.headroom()
    assert (found.machines, found.known, found.stale) == (2, 2, False)
    rooms = {
        each.dimension: (each.allocatable, each.allocated, each.free, each.largest_free)
        for each in found.rooms
    }
    assert rooms == {
        "cpu_mhz": (16000, 6000, 10000, 8000),
        "memory_mib": (32768, 16384, 16384, 16384),
        "storage_mib": (200_000, 300, 199_700, 100_000),
        "gpus": (2, 1, 1, 1),
    }
    assert found.of("apps") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("away", "reason"),
    [
        ({"status": "down"}, "it runs nothing"),
        ({"eligible": False}, "it is being drained"),
    ],
)
def test_a_machine_that_takes_no_job_gives_no_room(away: dict[str, object], reason: str) -> None:
    services.note_nodes(nodes=[MACHINE, replace(BUSY, **away)], now=timezone.now())  # type: ignore[arg-type]
    found = selectors.headroom()
    assert (found.machines, found.known) == (1, 2), reason
    cpu = found.of("cpu_mhz")
    assert cpu is not None
    assert cpu.allocatable == MACHINE.cpu_mhz, reason


@pytest.mark.django_db
def test_nobody_has_looked_yet_and_an_old_look_are_said() -> None:
    never = selectors.headroom()
    assert (never.seen_at, never.stale, never.machines) == (None, True, 0)
    services.note_nodes(nodes=[MACHINE], now=timezone.now() - timedelta(hours=1))
    assert selectors.headroom().stale


@pytest.mark.django_db
def test_the_watcher_keeps_the_picture_and_an_empty_or_failed_look_does_not_wipe_it() -> None:
    jobs = FakeJobs()
    jobs.machines = [MACHINE, BUSY]
    loop = Machines(jobs, stopped())
    loop.turn()
    assert Node.objects.count() == 2
    jobs.machines = [MACHINE]
    loop.turn()
    assert [node.name for node in Node.objects.all()] == ["node-1"]
    jobs.machines = []
    loop.turn()
    assert Node.objects.count() == 1
    jobs.cut()
    with pytest.raises(Unavailable):
        loop.turn()
    assert Node.objects.count() == 1
