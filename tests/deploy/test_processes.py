"""Only what a stack started is ever stopped."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack.processes import Processes, Record
from tests.waiting import wait_for

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]
STUBBORN_PROGRAM = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(child.pid, flush=True)
signal.pause()
"""
STUBBORN = [sys.executable, "-c", STUBBORN_PROGRAM]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    found = Processes(tmp_path, tmp_path)
    yield found
    for record in found.all():
        found.stop(record.name, grace_s=0.1)


def test_start_is_recorded_and_stop_ends_it(processes: Processes) -> None:
    record = processes.start("sleeper", SLEEPER, env=os.environ)
    assert processes.get("sleeper") == record
    assert [known.name for known in processes.all()] == ["sleeper"]
    assert processes.stop("sleeper")
    assert processes.get("sleeper") is None
    assert record.process() is None


def test_a_reused_pid_is_a_stranger(processes: Processes) -> None:
    record = processes.start("sleeper", SLEEPER, env=os.environ)
    stranger = Record("sleeper", record.pid, record.started - 100)
    assert stranger.process() is None
    assert record.process() is not None


def test_a_stubborn_process_goes_with_its_children(processes: Processes, tmp_path: Path) -> None:
    record = processes.start("stubborn", STUBBORN, env=os.environ)
    log = tmp_path / "stubborn.log"
    wait_for(lambda: log.read_text().strip(), 10, "the child's pid")
    child = int(log.read_text())
    processes.stop("stubborn", grace_s=0.2)
    assert record.process() is None
    wait_for(lambda: not psutil.pid_exists(child) or _dead(child), 10, "the child ends too")


def test_stop_of_the_unknown_is_nothing(processes: Processes) -> None:
    assert not processes.stop("nobody")


def _dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
