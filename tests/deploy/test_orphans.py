"""A client's leftover tasks are found by the folder that its helpers name, and nobody else's are touched."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.orphans import below
from tests.waiting import wait_for

# Named as Nomad names its helper: `nomad executor {"LogFile": "<data>/alloc/..."}`, with the task below it.
HELPER = """
import signal, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
signal.pause()
"""


@pytest.fixture
def helper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    (tmp_path / "executor").write_text(HELPER)
    told = f'{{"LogFile":"{tmp_path}/nomad/data/alloc/1/app/executor.out"}}'
    started = subprocess.Popen([sys.executable, "executor", told], cwd=tmp_path)
    wait_for(lambda: len(below(tmp_path / "nomad")) == 2, 10, "the helper and its task")
    yield started
    for process in below(tmp_path / "nomad"):
        process.kill()
    started.wait(timeout=10)


def test_a_helper_and_its_task(helper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    found = [process.pid for process in below(tmp_path / "nomad")]
    assert found[-1] == helper.pid, "the tasks go first"
    assert len(found) == 2


@pytest.mark.parametrize("name", ["nom", "nomad/data/alloc/2", "another"])
def test_a_neighbour_s_is_left_alone(helper: subprocess.Popen[bytes], tmp_path: Path, name: str) -> None:
    assert below(tmp_path / name) == [], helper.pid
