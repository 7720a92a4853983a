"""All streams that this process watches for its browsers: one upstream each, however many watch."""

from collections.abc import AsyncIterator, Callable, Iterator

from apps.telemetry.live.stream import Source, Stream
from apps.telemetry.live.watch import Watch, Watches
from apps.telemetry.selectors import Who
from kernel.errors import Refused

UPSTREAMS_MAX = 40  #: a process: Nomad takes a hundred connections from one address, and pages need some too
LOGS_EACH = 8  #: logs that one person may follow at once

Follow = Callable[[Source], Iterator[str]]


class Hub:
    """Opens an upstream for the first watcher of a source and closes it after the last."""

    def __init__(self, follow: Follow, watches: Watches) -> None:
        self._follow, self._watches = follow, watches
        self._streams: dict[Source, Stream] = {}

    @property
    def upstreams(self) -> int:
        """How many are open."""
        return len(self._streams)

    @property
    def held(self) -> int:
        """Bytes kept of all streams."""
        return sum(each.held for each in self._streams.values())

    def watch(self, who: Who, source: Source) -> Watch:
        """Watch a source; from any thread. Raises Refused where too many are open."""
        if source not in self._streams and len(self._streams) >= UPSTREAMS_MAX:
            raise Refused("streams.busy")
        watch = Watch(who, "logs", lambda watch: self._events(source, watch))
        return self._watches.admit(watch, LOGS_EACH)

    async def _events(self, source: Source, watch: Watch) -> AsyncIterator[bytes]:
        self._watches.watch_over()
        stream = self._streams.get(source)
        if stream is None:
            name = f"{source.allocation[:8]}-{source.stream}"
            stream = self._streams[source] = Stream(name, lambda: self._follow(source))
        events = stream.watched_by(watch)
        try:
            async for data in events:
                yield data
        finally:
            await events.aclose()  # type: ignore[attr-defined]  # an async generator
            if stream.idle and self._streams.get(source) is stream:
                del self._streams[source]
                stream.close()
