"""Which logs an app has, and what stands in one now."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.telemetry.live.lines import Cutter, Line, shown
from apps.telemetry.live.stream import Source
from apps.workloads import live as workloads
from apps.workloads.models import App
from kernel.errors import Missing, Refused
from kernel.names import OutsideNames
from orchestration.ports import AllocState

STREAMS = ("stdout", "stderr")
LINES, LINES_MAX = 200, 5_000  #: lines of a tail
TAIL_BYTES = 65_536  #: with which a follower begins
READ_BYTES = 2 * 1024 * 1024  #: read for a tail with a filter or of many lines
LOOKED_MAX = 50_000  #: lines of them that are looked at: two MiB of ends of lines are two millions
DOWNLOAD_BYTES = 16 * 1024 * 1024  #: the most of a log that one download gives: its end


@dataclass(frozen=True)
class Copy:
    """An allocation as a reader of logs sees it."""

    id: str
    release: str  #: Nomad's version of the job
    status: str
    node: str
    since: datetime | None
    tasks: tuple[str, ...]

    @property
    def short(self) -> str:
        """As Nomad's own pages write it."""
        return self.id[:8]

    @property
    def runs(self) -> bool:
        """Whether more may come."""
        return self.status in {"pending", "running"}


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of a log."""

    task: str = ""
    allocation: str = ""
    words: str = ""  #: only lines that hold this, whatever the case
    since: datetime | None = None
    until: datetime | None = None
    lines: int = LINES

    def keeps(self, line: Line) -> bool:
        """Whether a line is among what was asked for; one whose time nobody knows is."""
        if self.words and self.words.casefold() not in line.text.casefold():
            return False
        if line.at is None:
            return True
        return (self.since is None or line.at >= self.since) and (self.until is None or line.at <= self.until)

    @property
    def filtered(self) -> bool:
        """Whether anything is left out on purpose."""
        return bool(self.words or self.since or self.until)


def copies(app: App) -> list[Copy]:
    """The app's allocations that the cluster still knows: what runs first, then the newest."""
    found = workloads.drivers().jobs.status(OutsideNames(app.slug).job_id).allocations
    by_age = sorted(found, key=lambda each: (each.client_status == "running", each.modify_index))
    return [_copy(each) for each in reversed(by_age)]


def _copy(alloc: AllocState) -> Copy:
    first = min((event.at_ns for told in alloc.tasks.values() for event in told), default=0)
    return Copy(
        id=alloc.id,
        release=str(alloc.job_version),
        status=alloc.client_status,
        node=alloc.node_name,
        since=datetime.fromtimestamp(first / 1e9, UTC) if first else None,
        tasks=tuple(alloc.tasks or alloc.task_states) or ("app",),
    )


def chosen(found: list[Copy], asked: Asked) -> tuple[Copy, str]:
    """The allocation and task that are meant: the newest, its first where none is named. Raises Missing."""
    named = [each for each in found if asked.allocation in ("", each.id)]
    if not named:
        raise Missing("logs.none")
    task = asked.task or named[0].tasks[0]
    if task not in named[0].tasks:
        raise Missing("logs.none")
    return named[0], task


def source(app: App, asked: Asked, stream: str) -> Source:
    """What to follow. Raises Missing, Refused."""
    copy, task = chosen(copies(app), asked)
    return Source(app.id, copy.id, task, checked(stream))


def checked(stream: str) -> str:
    """The name of a stream. Raises Refused for another."""
    if stream not in STREAMS:
        raise Refused("logs.stream", field="stream")
    return stream


def tail(copy: Copy, task: str, stream: str, asked: Asked) -> list[Line]:
    """The last lines that were asked for."""
    much = asked.filtered or asked.lines > LINES
    limit = READ_BYTES if much else TAIL_BYTES
    text = workloads.drivers().jobs.log_tail(copy.id, task, stream, limit_bytes=limit)
    return _dated(text.splitlines()[-LOOKED_MAX:], asked)[-asked.lines :]


def _dated(raw: list[str], asked: Asked) -> list[Line]:
    """Lines without a time of their own are of the time of the line before: a traceback stays whole."""
    found, at = [], None
    for each in raw:
        line = shown(each)
        at = line.at or at
        dated = Line(line.text, at)
        if asked.keeps(dated):
            found.append(dated)
    return found


def download(copy: Copy, task: str, stream: str, asked: Asked) -> Generator[bytes, None, None]:
    """The log as text, piece by piece: its last DOWNLOAD_BYTES, or what of them was asked for."""
    cutter, jobs = Cutter(), workloads.drivers().jobs
    for piece in jobs.log_read(copy.id, task, stream, limit_bytes=DOWNLOAD_BYTES):
        if lines := _dated(list(cutter.cut(piece)), asked):
            yield "".join(f"{line.text}\n" for line in lines).encode()
    if lines := _dated(list(cutter.rest()), asked):
        yield "".join(f"{line.text}\n" for line in lines).encode()
