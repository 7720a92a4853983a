"""Whoever kills a worker or a broker in the middle loses nothing."""

import os
import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tests.flows.client import Api
from tests.flows.outside import Outside
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
Apis = Callable[[str], Api]
Names = Callable[[str], str]
SMALL = {"cpu_mhz": 50, "memory_mib": 64, "count": 1}


def test_ten_apps_survive_the_worker(
    stack: dict[str, Any], api: Apis, fresh: Names, outside: Outside, process: Callable[[str], psutil.Process]
) -> None:
    dana = api("dana")
    project = dana.project("shared")["id"]
    apps = [dana.asked(fresh(f"ten{n}"), project=project, resources=SMALL) for n in range(10)]
    wait_for(
        lambda: any(dana.app(app)["observed"]["state"] not in {"pending", "unknown"} for app in apps),
        30,
        "the worker is in the middle of it",
    )
    victim = process("worker")
    for each in [*victim.children(recursive=True), victim]:
        os.kill(each.pid, signal.SIGKILL)
    slugs = [dana.until(app, "running", 120)["slug"] for app in apps]
    for slug in slugs:
        started = {a["ID"] for a in outside.allocations(slug) if a["ClientStatus"] == "running"}
        assert len(started) == 1, f"{slug} runs once, not {len(started)} times"
    dana.delete(*apps)


def test_a_paused_broker_delays_but_loses_nothing(stack: dict[str, Any], api: Apis, fresh: Names) -> None:
    alice = api("alice")
    broker = psutil.Process(stack["redis"]["pid"])
    broker.suspend()
    try:
        app_id = alice.asked(fresh("paused"))
    finally:
        broker.resume()
    alice.until(app_id, "running")
    alice.delete(app_id)
