"""What the watcher hears of the real servers: hints, which the ports do not carry."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from drivers.wiring import Opened, open_all
from tests.contract.ports.conftest import settings_of
from tests.contract.ports.world import RealWorld, a_job
from tests.waiting import wait_for

pytestmark = pytest.mark.stack


@pytest.fixture
def real(stack: dict[str, Any], slug: str) -> Iterator[RealWorld]:
    world = RealWorld(settings_of(stack), stack["apps_domain"])
    yield world
    world.clean(slug)


@pytest.fixture
def opened(real: RealWorld) -> Opened:
    return open_all(real.settings)


def test_nomad_tells_of_a_registration(real: RealWorld, opened: Opened, slug: str) -> None:
    heard: set[tuple[str, str]] = set()

    def listen() -> None:
        for event in opened.jobs.events():
            heard.add((event.topic, event.job_id) if event else ("", ""))
            if {("Job", slug), ("Allocation", slug), ("Evaluation", slug)} <= heard:
                return

    listener = Thread(target=listen, daemon=True)
    listener.start()
    wait_for(lambda: heard, 30, "a heartbeat: the stream is open")
    real.drivers.jobs.register(a_job(slug), expected_index=0)
    listener.join(30)
    assert not listener.is_alive()


def test_consul_tells_of_a_check(real: RealWorld, opened: Opened, slug: str) -> None:
    changes = opened.services.changes()
    next(changes)
    real.drivers.jobs.register(a_job(slug), expected_index=0)
    assert any(slug in names for names in changes)


def test_each_server_says_its_version(opened: Opened) -> None:
    parts = (opened.jobs, opened.secrets, opened.services, opened.routes)
    versions = [part.version() for part in parts]
    assert all(version[0].isdigit() for version in versions), versions
