"""What every driver gives back for a task it started, and what it needs to start one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from solo.fields import Fields
from solo.paths import RunAs
from solo.store import Row


@dataclass(frozen=True)
class Exit:
    """How a task ended."""

    code: int
    signal: int = 0
    oom: bool = False
    message: str = ""

    @property
    def success(self) -> bool:
        """Ended well."""
        return self.code == 0 and self.signal == 0 and not self.oom


@dataclass(frozen=True)
class Order:
    """Everything that a driver needs to start one task."""

    alloc: Row
    task: Fields
    config: dict[str, Any]  #: the task's Config, interpolated
    env: dict[str, str]
    task_dir: Path
    shared_dir: Path
    logs_dir: Path
    mounts: list[tuple[Row, Fields]]
    user: RunAs
    tell: Callable[[dict[str, Any]], None]  #: takes task events while it starts

    @property
    def name(self) -> str:
        """Unique among all tasks of this machine."""
        return f"{self.task['Name']}-{self.alloc['ID']}"

    @property
    def memory_mib(self) -> int:
        """Its memory limit."""
        return int(self.task["Resources"]["MemoryMB"])

    def log(self, kind: str) -> Path:
        """Its output file: `stdout` or `stderr`."""
        return self.logs_dir / f"{self.task['Name']}.{kind}.0"


class Handle(Protocol):
    """A task that runs."""

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens when it has ended."""

    def kill(self) -> None:
        """End it and all that it started, at once."""

    def stats(self) -> dict[str, float]:
        """`cpu` in percent of one core, `rss` in bytes."""

    def record(self) -> Row:
        """What to write down so that it can be found again."""

    def forget(self) -> None:
        """It has ended: remove what it leaves behind."""


OnExit = Callable[[Exit], None]


class Driver(Protocol):
    """Starts tasks of one kind."""

    def fingerprint(self) -> dict[str, str]:
        """Its attributes on the node. Raises OSError when it cannot be used."""

    def start(self, order: Order, on_exit: OnExit) -> Handle:
        """Start a task. Raises Unplaceable when it cannot be."""

    def recover(self, record: Row, order: Order, on_exit: OnExit) -> Handle | None:
        """The task of before a restart; nothing when it cannot be found any more."""
