"""A cluster's log as a test writes it, and readers of it on a loop of their own."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from time import monotonic
from typing import Any

from apps.telemetry.live.stream import Source
from apps.telemetry.live.watch import Watch
from kernel.errors import OutsideError

SOON_S = 5.0


class FakeLog:
    """What the test puts in follows; None is the end, an error a cut. Quiet, it gives signs of life."""

    def __init__(self) -> None:
        self.pieces: Queue[str | OutsideError | None] = Queue()
        self.opened = self.closed = 0
        self._lock = threading.Lock()

    def follow(self, _source: Source) -> Iterator[str]:
        """As the port's `log_follow`."""
        with self._lock:
            self.opened += 1
        try:
            while True:
                try:
                    piece = self.pieces.get(timeout=0.05)
                except Empty:
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, OutsideError):
                    raise piece
                yield piece
        finally:
            with self._lock:
                self.closed += 1


class Reader:
    """Somebody who watches, and what reached them."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.events: list[tuple[str, Any]] = []
        self.longest = 0  #: bytes that came at once
        self.task = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        async for data in self.watch:
            self.longest = max(self.longest, len(data))
            for block in data.decode().split("\n\n"):
                fields = dict(
                    line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != ":"
                )
                if "event" in fields:
                    self.events.append((fields["event"], json.loads(fields["data"])))

    @property
    def texts(self) -> list[str]:
        """The lines that came."""
        return [line["text"] for name, data in self.events if name == "lines" for line in data]

    def said(self, name: str) -> list[Any]:
        """What came of one kind of event."""
        return [data for each, data in self.events if each == name]

    async def has(self, lines: int) -> None:
        """Wait until so many lines came."""
        await until(lambda: len(self.texts) == lines, f"{lines} lines came")

    async def leave(self) -> None:
        """Close the page."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def until(condition: Callable[[], Any], why: str) -> None:
    """Wait on the loop, with a deadline."""
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    end = monotonic() + SOON_S
    while not condition():
        assert monotonic() < end, f"not within {SOON_S} s: {why}"
        await asyncio.wait({never}, timeout=0.01)
