"""What a person watches right now: logs line by line, and that an app changed.

Everything of this process that streams hangs on one `Watches`: rights, limits. No stream holds a thread or a
database connection.
"""

from collections.abc import Generator, Iterator

from apps.telemetry import selectors
from apps.telemetry.live.hub import Hub
from apps.telemetry.live.logs import TAIL_BYTES, Asked, Copy, checked, chosen, copies, download, source, tail
from apps.telemetry.live.stream import Source
from apps.telemetry.live.taking import take
from apps.telemetry.live.told import Told
from apps.telemetry.live.watch import Watch, Watches
from apps.telemetry.selectors import Who
from apps.workloads import live as workloads

__all__ = [
    "HUB",
    "TOLD",
    "WATCHES",
    "Asked",
    "Copy",
    "Source",
    "Watch",
    "Who",
    "checked",
    "chosen",
    "copies",
    "download",
    "source",
    "tail",
    "taken",
]


def _follow(source: Source) -> Iterator[str]:
    jobs = workloads.drivers().jobs
    return jobs.log_follow(source.allocation, source.task, source.stream, limit_bytes=TAIL_BYTES)


WATCHES = Watches(selectors.still)
HUB = Hub(_follow, WATCHES)
TOLD = Told(WATCHES)


def taken(who: Who, pieces: Generator[bytes, None, None]) -> Watch:
    """A log on its way to one who takes it away. Raises Refused where too many are."""
    return take(WATCHES, who, pieces)
