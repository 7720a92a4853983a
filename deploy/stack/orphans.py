"""What a Nomad client leaves running: the helper of a task whose job was purged while its folder was made."""

from collections.abc import Iterable
from pathlib import Path

import psutil

from stack.layout import StackError, as_root, run


def below(folder: Path) -> list[psutil.Process]:
    """Return a client's own helpers for allocations below a folder, and the tasks that run under them."""
    helpers = [process for process in psutil.process_iter() if _helps(process, folder)]
    return [*(task for helper in helpers for task in _tasks(helper)), *helpers]


def end_below(folder: Path) -> None:
    """Kill them: their agent has ended, and nobody else knows of them."""
    left = below(folder.resolve())
    for process in left:
        _kill(process)
    psutil.wait_procs(left, timeout=5)


def _helps(process: psutil.Process, folder: Path) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return words[1:2] == ["executor"] and any(f"{folder}/" in word for word in words[2:])


def _tasks(helper: psutil.Process) -> Iterable[psutil.Process]:
    try:
        found: list[psutil.Process] = helper.children(recursive=True)
    except psutil.Error:
        return []
    return found


def _kill(process: psutil.Process) -> None:
    try:
        run(*as_root("kill", "-KILL", str(process.pid)))
    except StackError:
        if process.is_running():
            raise
