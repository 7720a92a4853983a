"""Tasks as plain processes (drivers raw_exec and exec): own session, own folder, unprivileged, within memory.

There is no chroot: `exec` here is as `raw_exec`, for one machine that a person tries the portal on.
"""

import contextlib
import marshal
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from solo import cgroup, runner
from solo.cgroup import Cgroups
from solo.errors import Unplaceable
from solo.handles import Exit, OnExit, Order
from solo.reaper import Reaper
from solo.store import Row

_WATCH_S = 0.5
_LAUNCH = "failed to launch command with executor: rpc error: code = Unknown desc = "
_KILLED = 128 + signal.SIGKILL


def _failure(text: str, *, recoverable: bool = True) -> Unplaceable:
    return Unplaceable(text, event="driver", recoverable=recoverable)


def same_process(pid: int, created: float) -> bool:
    """Whether this very process still lives: its number may have gone to another."""
    try:
        return abs(psutil.Process(pid).create_time() - created) < 1
    except psutil.Error:
        return False


@dataclass
class ProcessHandle:
    """One task's processes."""

    pid: int
    runner_pid: int
    runner_created: float
    group: str | None
    exit_file: Path
    limit_mib: int
    oom: bool = False
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def signal(self, number: int) -> None:
        """To its whole session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """Its session, what it started elsewhere, and what is in its control group."""
        children = self._tree()
        self.signal(signal.SIGKILL)
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        if self.group:
            for pid in cgroup.pids(self.group):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _tree(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            main = psutil.Process(self.pid)
            return [main, *main.children(recursive=True)]
        return []

    def stats(self) -> dict[str, float]:
        """Summed over its processes."""
        cpu = rss = 0.0
        # The same objects as last time: psutil counts a process's share since it was asked before.
        self.seen = {p.pid: self.seen.get(p.pid, p) for p in self._tree()}
        for process in self.seen.values():
            with contextlib.suppress(psutil.Error):
                rss += process.memory_info().rss
                cpu += process.cpu_percent(interval=None)
        return {"cpu": cpu, "rss": rss}

    def record(self) -> Row:
        """Found again by the runner's number and its time of birth."""
        return {
            "pid": self.pid,
            "runner_pid": self.runner_pid,
            "runner_created": self.runner_created,
            "group": self.group,
            "exit_file": str(self.exit_file),
        }

    def forget(self) -> None:
        """Its control group, with what still hides there, and its exit file."""
        self.kill()
        if self.group:
            cgroup.empty(self.group)
        self.exit_file.unlink(missing_ok=True)

    def outcome(self) -> Exit:
        """How it ended, once its runner has."""
        oom = self.oom or bool(self.group and cgroup.oom_kills(self.group))
        try:
            code, number = (int(part) for part in self.exit_file.read_text().split())
        except (OSError, ValueError):
            code, number = _KILLED, int(signal.SIGKILL)
        return Exit(code, number, oom, "OOM Killed" if oom else "")


class ProcessDriver:
    """Starts processes, each below a small runner."""

    def __init__(self, data_dir: Path, cgroups: Cgroups, reaper: Reaper) -> None:
        self._run_dir = data_dir / "run"
        self._run_dir.mkdir(exist_ok=True, mode=0o700)
        self._cgroups, self._reaper = cgroups, reaper
        self._watched: set[str] = set()

    def fingerprint(self) -> dict[str, str]:
        """Always there."""
        return {}

    def start(self, order: Order, on_exit: OnExit) -> ProcessHandle:
        """Start the program of the task's Config: `command` and `args`, whole values, no shell."""
        command = order.config.get("command")
        if not command:
            raise _failure("missing command for raw_exec driver", recoverable=False)
        if "/" in str(command) and not Path(command).exists():
            raise _failure(f'{_LAUNCH}binary "{command}" could not be found')
        group = self._cgroups.make(order.name, order.memory_mib)
        exit_file = self._run_dir / f"{order.name}.exit"
        exit_file.unlink(missing_ok=True)
        orders: dict[str, object] = {
            "argv": [str(command), *(str(arg) for arg in order.config.get("args") or [])],
            "env": order.env,
            "cwd": str(order.config.get("work_dir") or order.task_dir),
            "uid": order.user.uid if order.user.switch else None,
            "gid": order.user.gid,
            "stdout": str(order.log("stdout")),
            "stderr": str(order.log("stderr")),
            "cgroups": [group] if group else [],
            "exit_file": str(exit_file),
        }
        parent = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", "-S", runner.__file__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, close_fds=True, env={}, cwd="/",
        )  # fmt: skip
        pid = self._first_word(parent, orders)
        created = psutil.Process(parent.pid).create_time()
        handle = ProcessHandle(pid, parent.pid, created, group, exit_file, order.memory_mib)
        self._attend(handle, on_exit)
        return handle

    def _first_word(self, parent: "subprocess.Popen[bytes]", orders: dict[str, object]) -> int:
        assert parent.stdin is not None  # noqa: S101 - both are pipes
        assert parent.stdout is not None  # noqa: S101 - both are pipes
        with parent.stdin, parent.stdout:
            parent.stdin.write(marshal.dumps(orders))
            parent.stdin.close()
            word, _, rest = parent.stdout.readline().decode().strip().partition(" ")
        if word != "ok":
            parent.wait()
            raise _failure(f"{_LAUNCH}{rest}")
        parent.returncode = 0  # the reaper waits for it, not this object
        return int(rest)

    def recover(self, record: Row, order: Order, on_exit: OnExit) -> ProcessHandle | None:
        """Found while its runner lives, or by the exit that the runner wrote meanwhile."""
        handle = ProcessHandle(
            record["pid"], record["runner_pid"], record["runner_created"], record["group"],
            Path(record["exit_file"]), order.memory_mib,
        )  # fmt: skip
        if not same_process(handle.runner_pid, handle.runner_created):
            if not handle.exit_file.exists():
                return None
            on_exit(handle.outcome())
            return handle
        self._attend(handle, on_exit)
        return handle

    def _attend(self, handle: ProcessHandle, on_exit: OnExit) -> None:
        done = threading.Event()

        def ended() -> None:
            done.set()
            on_exit(handle.outcome())

        self._reaper.watch(handle.runner_pid, ended)
        if handle.group is None:
            threading.Thread(target=_watch_memory, args=(handle, done), daemon=True).start()


def _watch_memory(handle: ProcessHandle, done: threading.Event) -> None:
    """Where there are no control groups: look now and then, and kill what holds too much."""
    while not done.wait(_WATCH_S):
        if handle.stats()["rss"] > handle.limit_mib * 1024 * 1024:
            handle.oom = True
            handle.kill()
