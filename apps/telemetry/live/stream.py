"""One stream of one task, read once and shown to all who watch it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.telemetry.live import sse
from apps.telemetry.live.lines import Line
from apps.telemetry.live.ring import Ring
from apps.telemetry.live.upstream import Pending, Upstream
from apps.telemetry.live.watch import Watch

GATHER_S = 0.05  #: lines that come within this go out together
BATCH_MAX = 400  #: lines in one event
BATCH_BYTES = 256 * 1024  #: and of their text, whichever comes first; one line has 16 KiB at the most


@dataclass(frozen=True)
class Source:
    """What is watched: a stream of a task of an allocation of an app."""

    app_id: UUID
    allocation: str
    task: str
    stream: str


class Stream:
    """Lives on the loop from the first watcher to the last."""

    def __init__(self, name: str, follow: Callable[[], Iterator[str]]) -> None:
        loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._pending = Pending(lambda: _wake(loop, self._woken))
        self._ring, self._state = Ring(), {"state": "opening"}
        self._watches: set[Watch] = set()
        self._upstream = Upstream(name, follow, self._pending)
        self._upstream.start()
        self._pump = loop.create_task(self._pump_all())

    @property
    def held(self) -> int:
        """Bytes kept for all watchers together."""
        return self._ring.held

    async def watched_by(self, watch: Watch) -> AsyncIterator[bytes]:
        """Events for one watcher, from the oldest line that is kept; ends when the watch does."""
        self._watches.add(watch)
        place = self._ring.begin()
        yield sse.RETRY + sse.event("state", self._state)
        try:
            while not watch.ended:
                left_out, batch = self._ring.take(place)
                if left_out:
                    yield sse.event("left-out", {"lines": left_out})
                if batch is not None:
                    yield batch.data
                elif not await watch.called(sse.ALIVE_EVERY_S):
                    yield sse.ALIVE
        finally:
            self._watches.discard(watch)

    @property
    def idle(self) -> bool:
        """Whether nobody watches."""
        return not self._watches

    def close(self) -> None:
        """Let go of the cluster."""
        self._upstream.end()
        self._pump.cancel()

    async def _pump_all(self) -> None:
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER_S)
            self._woken.clear()
            left_out, lines, states = self._pending.drain()
            self._ring.skip(left_out)
            for part in _parts(lines):
                self._ring.add(sse.event("lines", [_line(each) for each in part]), len(part))
            for state in states:
                self._state = state
                self._ring.add(sse.event("state", state))
            for watch in self._watches:
                watch.call()


def _parts(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines in events of a bounded size."""
    part: list[Line] = []
    held = 0
    for line in lines:
        if part and (len(part) >= BATCH_MAX or held + len(line.text) > BATCH_BYTES):
            yield part
            part, held = [], 0
        part.append(line)
        held += len(line.text)
    if part:
        yield part


def _line(line: Line) -> dict[str, Any]:
    return {"at": line.at.isoformat() if line.at else None, "text": line.text}


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop was closed: nobody is left to tell
        loop.call_soon_threadsafe(woken.set)
