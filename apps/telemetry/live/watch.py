"""One open stream of one person, and all of them: how many there may be, and that each still may."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from time import monotonic

import structlog
from django.db import connection

from apps.telemetry.live import sse
from apps.telemetry.selectors import Who
from kernel.errors import Refused

CHECK_EVERY_S = 20.0  #: a right that was taken away ends a stream within this and a moment
STARTS_WITHIN_S = 30.0  #: a watch whose browser left before its first byte is forgotten
ALL_MAX = 2_000  #: streams that one process keeps open
log = structlog.get_logger(__name__)


class Watch:
    """An open stream. Iterated on the loop; closed from any thread, any number of times."""

    def __init__(self, who: Who, kind: str, events: "Callable[[Watch], AsyncIterator[bytes]]") -> None:
        self.who, self.kind, self.ended = who, kind, ""
        self.born, self.started = monotonic(), False
        self._events, self._called = events, asyncio.Event()
        self._left: Callable[[Watch], None] = lambda _: None

    def on_close(self, left: "Callable[[Watch], None]") -> None:
        """Who is told of its end."""
        self._left = left

    def call(self) -> None:
        """There is something new. On the loop only."""
        self._called.set()

    def end(self, reason: str) -> None:
        """End it, telling the watcher why. On the loop only."""
        self.ended = reason
        self._called.set()

    async def called(self, seconds: float) -> bool:
        """Whether something new came within that time."""
        try:
            await asyncio.wait_for(self._called.wait(), seconds)
        except TimeoutError:
            return False
        self._called.clear()
        return True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes of the answer."""
        self.started = True
        try:
            async for data in self._events(self):
                yield data
            if self.ended and (last := self.farewell()):
                yield last
        finally:
            self.close()

    def farewell(self) -> bytes:
        """What tells the watcher why it ended."""
        return sse.event("end", {"reason": self.ended})

    def close(self) -> None:
        """It is over; Django calls this with the answer's end."""
        self._left(self)


class Watches:
    """All open streams of this process."""

    def __init__(self, still: Callable[[Collection[Who]], set[Who]]) -> None:
        """`still`: which of these may go on, asked of the database every CHECK_EVERY_S."""
        self._still, self._lock = still, threading.Lock()
        self._open: set[Watch] = set()
        self._checking: asyncio.Task[None] | None = None

    def admit(
        self, watch: Watch, limit: int, *, most: int = ALL_MAX, code: str = "streams.too_many"
    ) -> Watch:
        """Take one in, from any thread.

        Raises Refused: `code` beyond `limit` of a kind a person, `streams.busy` beyond `most` of it in all.
        """
        with self._lock:
            self._forget_unborn()
            mine = Counter((each.who.person_id, each.kind) for each in self._open)
            if mine[(watch.who.person_id, watch.kind)] >= limit or len(self._open) >= ALL_MAX:
                raise Refused(code, limit=limit)
            if sum(each.kind == watch.kind for each in self._open) >= most:
                raise Refused("streams.busy")
            self._open.add(watch)
        watch.on_close(self._leave)
        return watch

    def _leave(self, watch: Watch) -> None:
        with self._lock:
            self._open.discard(watch)

    def _forget_unborn(self) -> None:
        old = monotonic() - STARTS_WITHIN_S
        self._open = {each for each in self._open if each.started or each.born > old}

    def watch_over(self) -> None:
        """See to it that rights are checked while anything is open. On the loop only."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.get_running_loop().create_task(self._check_on())

    async def _check_on(self) -> None:
        while self._open:
            await asyncio.sleep(CHECK_EVERY_S)
            await self.check()

    async def check(self) -> None:
        """End the streams of those who may not watch any more."""
        with self._lock:
            asked = list(self._open)
        try:
            still = await asyncio.to_thread(self._ask, {each.who for each in asked})
        except Exception:  # a database that is away takes no right from anybody, and is asked again
            log.warning("telemetry.rights_not_checked", exc_info=True)
            return
        for watch in asked:
            if watch.who not in still:
                watch.end("rights")

    def _ask(self, whos: set[Who]) -> set[Who]:
        try:
            return self._still(whos)
        finally:
            connection.close()
