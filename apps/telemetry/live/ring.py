"""The last batches of a stream, kept once for all who watch it."""

from collections import deque
from dataclasses import dataclass

LINES_MAX = 2_000
BYTES_MAX = 2 * 1024 * 1024


@dataclass(frozen=True)
class Batch:
    """What goes to each watcher as it is; `before`: lines of the stream before its own."""

    number: int
    data: bytes
    lines: int
    before: int

    @property
    def after(self) -> int:
        """Lines of the stream up to the end of this batch."""
        return self.before + self.lines


@dataclass
class Place:
    """How far a watcher has come."""

    number: int = 0  #: of the last batch taken
    lines: int = 0  #: of the stream that were taken or left out


class Ring:
    """A watcher keeps its place and no copy: one that is slow loses lines, and holds up nobody."""

    def __init__(self, *, lines_max: int = LINES_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._batches: deque[Batch] = deque()
        self._lines_max, self._bytes_max = lines_max, bytes_max
        self._number = self._total = self._lines = self._bytes = 0

    @property
    def held(self) -> int:
        """Bytes."""
        return self._bytes

    def add(self, data: bytes, lines: int = 0) -> None:
        """Append a batch; the oldest go. The newest always stays."""
        self._number += 1
        self._batches.append(Batch(self._number, data, lines, self._total))
        self._total += lines
        self._lines += lines
        self._bytes += len(data)
        while len(self._batches) > 1 and (self._lines > self._lines_max or self._bytes > self._bytes_max):
            gone = self._batches.popleft()
            self._lines -= gone.lines
            self._bytes -= len(gone.data)

    def skip(self, lines: int) -> None:
        """Count lines that were never kept: every watcher is told that they are left out."""
        self._total += lines

    def begin(self) -> Place:
        """The place of one who comes now: before the oldest batch that is kept."""
        first = self._batches[0] if self._batches else None
        return Place(first.number - 1, first.before) if first else Place(self._number, self._total)

    def take(self, place: Place) -> tuple[int, Batch | None]:
        """Lines left out since this place, and the next batch, if there is one; moves the place on."""
        if not self._batches or place.number >= self._number:
            return 0, None
        at = max(0, place.number + 1 - self._batches[0].number)
        batch = self._batches[at]
        left_out = batch.before - place.lines
        place.number, place.lines = batch.number, batch.after
        return left_out, batch
