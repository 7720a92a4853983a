"""What was found: a part, the process whose right was tried, a code, and its figures."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from kernel.errors import OutsideError
from portal.doctor.words import mend, says


class Level(IntEnum):
    """How much it matters. Only `ERROR` must be mended."""

    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    level: Level
    part: str
    code: str
    process: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For `--json`: the code is stable, the sentences are in the active language."""
        return {
            "level": self.level.name.lower(),
            "part": self.part,
            "process": self.process,
            "code": self.code,
            "says": says(self.code, self.told),
            "mend": mend(self.code, self.told) if self.level else "",
            "facts": {name: str(value) for name, value in self.facts.items()},
        }

    @property
    def told(self) -> dict[str, object]:
        """What fills the sentences."""
        return {"part": self.part, "process": self.process, **self.facts}


class Report:
    """Collects what one round finds."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def ok(self, part: str, code: str, process: str = "", **facts: object) -> None:
        """All is well, with what was seen."""
        self.findings.append(Finding(Level.OK, part, code, process, facts))

    def warn(self, part: str, code: str, process: str = "", **facts: object) -> None:
        """It works, and should be looked at."""
        self.findings.append(Finding(Level.WARNING, part, code, process, facts))

    def error(self, part: str, code: str, process: str = "", **facts: object) -> None:
        """It must be mended."""
        self.findings.append(Finding(Level.ERROR, part, code, process, facts))

    @contextmanager
    def trying(self, part: str, process: str = "") -> Iterator[None]:
        """What a server refuses, or that it does not answer, is a finding and ends the block alone."""
        try:
            yield
        except OutsideError as error:
            kind = "misconfigured" if error.code.endswith("misconfigured") else "unavailable"
            self.error(part, f"part.{kind}", process, detail=error.detail or error.code)

    @property
    def sound(self) -> bool:
        """Whether nothing must be mended."""
        return all(each.level < Level.ERROR for each in self.findings)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """What must be mended above the rest; else in the order of trying."""
    return sorted(findings, key=lambda each: -each.level)
