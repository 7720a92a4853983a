"""Whatever is sent somewhere is taken there: by the units of a lab, and by the worker of one machine."""

import re
from pathlib import Path

import pytest

from portal.broker import DEFAULT_QUEUE, ROUTES
from stack.layout import Layout
from stack.portalenv import command

ROOT = Path(__file__).resolve().parents[2]
SENT_TO = {DEFAULT_QUEUE, *(route["queue"] for route in ROUTES.values())}


def taken(text: str) -> set[str]:
    """The queues that a command line names."""
    return {queue for queues in re.findall(r"--queues=(\S+)", text) for queue in queues.split(",")}


def test_the_units_take_every_queue() -> None:
    units = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
    assert set.union(*(taken(unit.read_text(encoding="utf-8")) for unit in units)) == SENT_TO


@pytest.mark.parametrize("name", ["up", "test"])
def test_the_worker_of_one_machine_takes_every_queue(name: str) -> None:
    assert taken(" ".join(command(Layout.of(name), "worker"))) == SENT_TO


def test_deletion_for_good_goes_to_the_process_that_holds_that_right() -> None:
    unit = (ROOT / "deploy" / "systemd" / "paillasse-purge.service").read_text(encoding="utf-8")
    for task in ("apps.workloads.tasks.purge_app", "apps.volumes.tasks.remove"):
        assert ROUTES[task]["queue"] in taken(unit)
