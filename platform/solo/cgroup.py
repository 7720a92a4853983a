"""Memory limits by control groups, version 1 or 2, where they may be written."""

import contextlib
import os
import signal
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_MIB = 1024 * 1024


class Cgroups:
    """The groups of one solo, below one directory of its own."""

    def __init__(self, name: str) -> None:
        self._v2 = (_ROOT / "cgroup.controllers").exists()
        base = _ROOT if self._v2 else _ROOT / "memory"
        self._base = base / "solo" / name
        self.usable = self._prepare(base)

    def _prepare(self, base: Path) -> bool:
        try:
            self._base.mkdir(parents=True, exist_ok=True)
            if self._v2:
                for path in (base, base / "solo", self._base):
                    (path / "cgroup.subtree_control").write_text("+memory")
        except OSError:
            return False
        return os.access(self._base, os.W_OK) and (
            self._v2 or (self._base / "memory.limit_in_bytes").exists()
        )

    def make(self, name: str, memory_mib: int) -> str | None:
        """A group with this limit; nothing where groups cannot be used."""
        if not self.usable:
            return None
        path = self._base / name
        try:
            path.mkdir(exist_ok=True)
            if self._v2:
                (path / "memory.max").write_text(str(memory_mib * _MIB))
                self._quietly(path / "memory.swap.max", "0")
                self._quietly(path / "memory.oom.group", "1")
            else:
                (path / "memory.limit_in_bytes").write_text(str(memory_mib * _MIB))
                self._quietly(path / "memory.memsw.limit_in_bytes", str(memory_mib * _MIB))
        except OSError:
            return None
        return str(path)

    def leave(self) -> None:
        """Remove what is empty; nothing happens while tasks run."""
        for path in (self._base, self._base.parent):
            with contextlib.suppress(OSError):
                path.rmdir()

    @staticmethod
    def _quietly(path: Path, value: str) -> None:
        with contextlib.suppress(OSError):
            path.write_text(value)


def oom_kills(group: str) -> int:
    """How many processes the kernel killed for want of memory."""
    for name in ("memory.events", "memory.oom_control"):
        with contextlib.suppress(OSError):
            for line in (Path(group) / name).read_text().splitlines():
                key, _, value = line.partition(" ")
                if key == "oom_kill":
                    return int(value)
    return 0


def pids(group: str) -> list[int]:
    """The processes in a group."""
    try:
        return [int(line) for line in (Path(group) / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def empty(group: str) -> None:
    """Kill what is left in a group and remove it."""
    for _ in range(50):
        left = pids(group)
        if not left:
            break
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    with contextlib.suppress(OSError):
        Path(group).rmdir()
