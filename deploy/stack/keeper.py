"""Keeps the portal's processes running, as systemd does where a lab installs for real (deploy/systemd).

`python -m stack.keeper up|test`. A process that ends is started anew, slower each time it ends early.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from stack.layout import CHECKOUT, Layout
from stack.portalenv import LAUNCHED, command, read_env
from stack.processes import Processes

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
CALM_S = 60.0  #: one that ran this long ended for a new reason
LOOK_EVERY_S = 0.25


@dataclass
class Kept:
    """One process, and when it may start again."""

    name: str
    started: float = 0.0
    due: float = 0.0
    pause_s: float = FIRST_PAUSE_S

    def ended(self, now: float) -> None:
        """Set when it may start again (seconds of the monotonic clock)."""
        self.pause_s = (
            FIRST_PAUSE_S if now - self.started > CALM_S else min(self.pause_s * 2, LONGEST_PAUSE_S)
        )
        self.due = now + self.pause_s


class Keeper:
    """Starts and restarts until told to stop."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._processes = Processes(layout.records, layout.log)
        self._kept = [Kept(name) for name in LAUNCHED]
        self._stopping = False

    def run(self) -> None:
        """Keep until a signal, then stop them, the last started first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for name in LAUNCHED:
            self._processes.stop(name)  # left by a keeper that was killed
        while not self._stopping:
            self._look(time.monotonic())
            time.sleep(LOOK_EVERY_S)
        for name in reversed(LAUNCHED):
            self._processes.stop(name)

    def _look(self, now: float) -> None:
        for kept in self._kept:
            if kept.due and now < kept.due:
                continue
            if kept.due or not kept.started:
                self._start(kept, now)
            elif not self._processes.get(kept.name):
                print(f"{kept.name} ended; starting it again in {kept.pause_s} s", flush=True)
                kept.ended(now)

    def _start(self, kept: Kept, now: float) -> None:
        environment = environment_of(self._layout.home, kept.name)
        self._processes.start(kept.name, command(self._layout, kept.name), env=environment, cwd=CHECKOUT)
        kept.started, kept.due = now, 0.0

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopping = True


def environment_of(home: Path, process: str) -> Mapping[str, str]:
    """Return what a process starts with: the machine's own, then its rights, and where portal.env is."""
    return {
        **os.environ,
        **read_env(home / f"processes/{process}.env"),
        "PAILLASSE_ENV_FILE": str(home / "portal.env"),
        "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'platform'}",
    }


if __name__ == "__main__":
    Keeper(Layout.of(sys.argv[1])).run()
