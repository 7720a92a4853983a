"""From pieces of a task's output to lines that can be shown, each with the moment that it is of."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from kernel.disarm import disarm
from kernel.redact import redact_text

_CUT = 65_536  #: characters without an end of line that are taken for a line
_KNOWN = 2_000  #: lines remembered to tell a repeated end from a new one
_KNOWN_CHARACTERS = 8 * 65_536  #: and of their text: of what a cut repeats, several times as much
#: RFC 3339 and its looser forms, and Common Log Format, near the beginning of a line
_ISO = re.compile(r"^.{0,12}?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?")
_CLF = re.compile(r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]")


@dataclass(frozen=True)
class Line:
    """Text to show; `at` is what the line says itself, else when it arrived, else not known."""

    text: str
    at: datetime | None = None


class Cutter:
    """Cuts pieces into lines. What has no end yet waits for it, or for `rest()`."""

    def __init__(self) -> None:
        self._held = ""

    def cut(self, piece: str) -> Iterator[str]:
        """The lines that this piece ends."""
        *whole, self._held = (self._held + piece).split("\n")
        if len(self._held) > _CUT:
            whole.append(self._held)
            self._held = ""
        yield from whole

    def rest(self) -> Iterator[str]:
        """What is held, as a line: nothing more came for a while."""
        if self._held:
            held, self._held = self._held, ""
            yield held


class Known:
    """The last lines seen. After a cut the source repeats its end: `fresh` lets through what is new.

    Lines that say the same are taken for the ones known, so that at worst a repeated line is shown once.
    """

    def __init__(self) -> None:
        self._seen: deque[str] = deque()
        self._held = 0
        self._before: list[str] = []
        self._at: set[int] = set()
        self._first = False
        self.gap = False  #: the repeated end did not reach back to what was seen

    @property
    def held(self) -> int:
        """Characters."""
        return self._held

    def again(self) -> None:
        """The source begins anew."""
        self._before, self._at, self._first = list(self._seen), set(), True
        self.gap = False

    def fresh(self, line: str) -> bool:
        """Whether the line was not seen before the cut."""
        if self._before and self._repeats(line):
            return False
        self._before = []
        self._remember(line)
        return True

    def _remember(self, line: str) -> None:
        self._seen.append(line)
        self._held += len(line)
        while len(self._seen) > _KNOWN or (self._held > _KNOWN_CHARACTERS and len(self._seen) > 1):
            self._held -= len(self._seen.popleft())

    def _repeats(self, line: str) -> bool:
        before = self._before
        if self._first:
            # The repeated end begins anywhere, mostly within a line: the first is matched by its end.
            self._first = False
            self._at = {number + 1 for number, each in enumerate(before) if each.endswith(line)}
            self.gap = not self._at
        else:
            self._at = {at + 1 for at in self._at if at < len(before) and before[at] == line}
        if not self._at:
            return False
        if min(self._at) == len(before):
            self._before = []
        return True


def shown(raw: str, arrived: datetime | None = None) -> Line:
    """One line disarmed and without what looks like a secret."""
    return Line(redact_text(disarm(raw)), stamp(raw[:200]) or arrived)


def stamp(text: str) -> datetime | None:
    """The moment that a line says at its beginning; one without a zone is taken as UTC, as containers run."""
    if found := _ISO.match(text):
        day, clock, zone = found.groups()
        return _parsed(f"{day}T{clock}{zone or '+00:00'}", "%Y-%m-%dT%H:%M:%S%z")
    if found := _CLF.search(text):
        return _parsed(found[1], "%d/%b/%Y:%H:%M:%S %z")
    return None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
