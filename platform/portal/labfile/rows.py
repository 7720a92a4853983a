"""What a file says, row by row, whatever it was written in."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.base.messages import sentence
from kernel.errors import PaillasseError, Refused
from kernel.units import DIMENSIONS

MOST_BYTES = 512 * 1024
MOST_ROWS = 5_000
#: kind -> columns that it fills
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "project": ("name", "description"),
    "member": ("email", "subject", "role", "ends_on"),
    "quota": tuple(DIMENSIONS),
}
ALL = ("kind", "project", *(name for names in COLUMNS.values() for name in names))


@dataclass(frozen=True)
class Row:
    """One line: empty values are left out, and change nothing."""

    line: int
    kind: str
    project: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is refused, and where: a line of the file (0: the file itself) and a column."""

    line: int
    field: str
    error: PaillasseError

    @property
    def text(self) -> str:
        """In the reader's language."""
        return sentence(self.error)


def problem(line: int, field: str, code: str, /, **params: object) -> Problem:
    """A problem of the file's own."""
    return Problem(line, field, Refused(code, field=field, **params))
