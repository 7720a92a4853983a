"""The one reader of a stream of the cluster: a thread that ends with the last watcher."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import monotonic

import structlog

from apps.telemetry.live.lines import Cutter, Known, Line, shown
from kernel.errors import OutsideError

OLD_S = 1.0  #: what comes within this of opening was written before
RETRY_S = (0.5, 1.0, 2.0, 5.0)  #: after a cut, then always the last
AGAIN_S = 3.0  #: after the task's end: it may be started again
PENDING_MAX = 4_000  #: lines that wait for the loop to take them
log = structlog.get_logger(__name__)


class Pending:
    """What was read and not yet taken; bounded: the oldest go, and are counted."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._wake = wake
        self._lines: deque[Line] = deque()
        self._left_out = 0
        self._states: list[dict[str, str]] = []

    def add(self, lines: list[Line]) -> None:
        """Append."""
        if not lines:
            return
        with self._lock:
            self._lines.extend(lines)
            while len(self._lines) > PENDING_MAX:
                self._lines.popleft()
                self._left_out += 1
        self._wake()

    def say(self, **state: str) -> None:
        """A change of how the stream stands."""
        with self._lock:
            self._states = [*self._states[-8:], state]
        self._wake()

    def drain(self) -> tuple[int, list[Line], list[dict[str, str]]]:
        """Lines left out, lines, states; nothing stays."""
        with self._lock:
            lines, self._lines = list(self._lines), deque()
            left_out, self._left_out = self._left_out, 0
            states, self._states = self._states, []
        return left_out, lines, states


class Upstream(threading.Thread):
    """Follows a stream, and opens it again after each cut without repeating what was shown."""

    def __init__(self, name: str, follow: Callable[[], Iterator[str]], pending: Pending) -> None:
        super().__init__(name=f"log-{name}", daemon=True)
        self._follow, self._pending = follow, pending
        self._ended = threading.Event()
        self._known, self._state = Known(), ""

    def end(self) -> None:
        """Leave at the next sign of life, a second away."""
        self._ended.set()

    def run(self) -> None:
        """Until `end()`."""
        failed = 0
        while not self._ended.is_set():
            try:
                self._read()
                failed, pause = 0, AGAIN_S
                self._say("ended")
            except OutsideError as error:
                pause = RETRY_S[min(failed, len(RETRY_S) - 1)]
                failed += 1
                self._say("away", error.part)
            except Exception:
                log.exception("telemetry.upstream_died")
                pause = RETRY_S[-1]
                self._say("away")
            self._ended.wait(pause)

    def _read(self) -> None:
        cutter, opened, quiet = Cutter(), monotonic(), False
        self._known.again()
        for piece in self._follow():
            if self._ended.is_set():
                return
            self._say("live")
            quiet = quiet or not piece or monotonic() - opened > OLD_S
            arrived = datetime.now(UTC) if quiet else None
            # A sign of life says that nothing follows for now: a line without its end is shown as it is.
            raw = list(cutter.cut(piece) if piece else cutter.rest())
            self._pending.add([shown(each, arrived) for each in raw if self._known.fresh(each)])
        self._pending.add([shown(each) for each in cutter.rest() if self._known.fresh(each)])

    def _say(self, state: str, part: str = "") -> None:
        if state != self._state:
            self._state = state
            self._pending.say(state=state, part=part, since=datetime.now(UTC).isoformat())
