"""A part of the platform that does not answer: its process is suspended; or that has ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.flows.managing import ROOT
from tests.waiting import wait_for

START_S = 60.0
#: what the stack is told again: where it lives, not what pytest runs with
HANDED_ON = ("PATH", "HOME", "LANG", "PAILLASSE_VAR", "PAILLASSE_TEST_PORTS")


@contextmanager
def halted(stack: Mapping[str, Any], name: str) -> Iterator[None]:
    """Suspend a part for as long as the block lasts.

    Keycloak runs below the script that starts it. Below solo there are the tasks, which go on without it.
    """
    record = json.loads(Path(stack["processes"][name]).read_text(encoding="utf-8"))
    first = psutil.Process(record["pid"])
    suspended = [first, *(first.children(recursive=True) if name == "keycloak" else [])]
    for process in suspended:
        process.suspend()
    try:
        yield
    finally:
        for process in suspended:
            process.resume()


@contextmanager
def ended(stack: Mapping[str, Any], name: str) -> Iterator[None]:
    """End a part for as long as the block lasts; then the stack starts it again."""
    record = json.loads(Path(stack["processes"][name]).read_text(encoding="utf-8"))
    process = psutil.Process(record["pid"])
    process.send_signal(record["stop_signal"])
    wait_for(lambda: _over(process), START_S, f"{name} has ended")
    try:
        yield
    finally:
        environment = {each: os.environ[each] for each in HANDED_ON if each in os.environ}
        subprocess.run(
            [sys.executable, "-m", "stack", "parts", "test", name],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": "deploy"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=START_S,
            check=True,
        )


def _over(process: psutil.Process) -> bool:
    """Whether it has ended; whoever started it may not have taken note yet."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
