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
    "project": ("name", "description", "archived"),
    "member": ("email", "subject", "role", "ends_on"),
    "quota": tuple(DIMENSIONS),
    "grant": ("ends_on", *DIMENSIONS),
    "group": ("group", "role"),
}
ALL = ("kind", "project", *dict.fromkeys(name for names in COLUMNS.values() for name in names))
#: what tells two lines of a kind apart, beside the project; a member by e-mail or subject
APART: Mapping[str, str] = {"grant": "ends_on", "group": "group"}
#: how one says whether a project is archived -> as it is kept here
YES_NO: Mapping[str, str] = {
    "yes": "yes",
    "true": "yes",
    "oui": "yes",
    "no": "no",
    "false": "no",
    "non": "no",
}


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
