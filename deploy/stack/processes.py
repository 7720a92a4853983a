"""The processes that a stack started, recorded with their start: a reused pid is never mistaken."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from stack.keeping import write

GRACE_S = 15.0
KILL_S = 5.0
START_TOLERANCE_S = 0.05  # psutil computes the start from clock ticks


@dataclass(frozen=True)
class Record:
    """One process of ours."""

    name: str
    pid: int
    started: float  #: seconds since the epoch, as psutil reads it
    stop_signal: int = signal.SIGTERM
    grace_s: float = GRACE_S  #: seconds to end by itself

    def process(self) -> psutil.Process | None:
        """Return the live process, or None where it ended or its pid is somebody else's now."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) > START_TOLERANCE_S:
                return None
            return None if process.status() == psutil.STATUS_ZOMBIE else process
        except psutil.NoSuchProcess:
            return None


class Processes:
    """The records of one stack, one file a process."""

    def __init__(self, records: Path, log: Path) -> None:
        self._records = records
        self._log = log
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def get(self, name: str) -> Record | None:
        """Return the record of a process that still runs."""
        path = self._records / f"{name}.json"
        if name in self._children:
            self._children[name].poll()  # an ended child of ours leaves no zombie
        if not path.exists():
            return None
        record = Record(**json.loads(path.read_text()))
        return record if record.process() else None

    def all(self) -> list[Record]:
        """Return the records of all processes that still run, oldest first."""
        found = (self.get(path.stem) for path in self._records.glob("*.json"))
        return sorted((record for record in found if record), key=lambda record: record.started)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        user: str | None = None,
        stop_signal: int = signal.SIGTERM,
        grace_s: float = GRACE_S,
    ) -> Record:
        """Start a process in its own session, its output appended to its log."""
        with (self._log / f"{name}.log").open("ab") as output:
            child = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
        self._children[name] = child
        record = Record(name, child.pid, psutil.Process(child.pid).create_time(), stop_signal, grace_s)
        write(self._records / f"{name}.json", json.dumps(asdict(record)))
        return record

    def stop(self, name: str, grace_s: float | None = None) -> bool:
        """End a process and what is left of its session; returns whether it ran."""
        record = self.get(name)
        process = record.process() if record else None
        if record and process:
            process.send_signal(record.stop_signal)
            psutil.wait_procs([process], timeout=record.grace_s if grace_s is None else grace_s)
            self._clear_group(record)
            psutil.wait_procs([process], timeout=KILL_S)
            self.get(name)
        (self._records / f"{name}.json").unlink(missing_ok=True)
        return record is not None

    def tail(self, name: str, lines: int = 15) -> str:
        """Return the last lines of a process's log."""
        path = self._log / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    @staticmethod
    def _clear_group(record: Record) -> None:
        try:
            os.killpg(record.pid, signal.SIGKILL)  # the group's number is our own session leader's
        except ProcessLookupError:
            return
