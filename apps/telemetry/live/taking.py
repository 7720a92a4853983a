"""A log that somebody takes away: watched as one that is followed, for it holds a connection of Nomad's."""

from collections.abc import AsyncIterator, Generator
from contextlib import aclosing, suppress

from apps.base.streaming import pulled
from apps.telemetry.live.watch import Watch, Watches
from apps.telemetry.selectors import Who

DOWNLOADS_EACH = 2  #: that one person may have under way
DOWNLOADS_MAX = 20  #: a process: with UPSTREAMS_MAX followers, and pages, below the hundred that Nomad takes


class Taking(Watch):
    """What is cut off when a right is taken away, and says nothing of it: its reader wants lines alone."""

    def farewell(self) -> bytes:
        """Nothing."""
        return b""


def take(watches: Watches, who: Who, pieces: Generator[bytes, None, None]) -> Watch:
    """The log, piece by piece; from any thread. Raises Refused where too many are under way."""

    async def events(watch: Watch) -> AsyncIterator[bytes]:
        watches.watch_over()
        try:
            async with aclosing(pulled(pieces)) as found:
                async for piece in found:
                    if watch.ended:
                        return
                    yield piece
        finally:
            with suppress(ValueError):  # its thread still reads: then it is let go of with the last piece
                pieces.close()

    watch = Taking(who, "downloads", events)
    return watches.admit(watch, DOWNLOADS_EACH, most=DOWNLOADS_MAX, code="logs.downloads")
