"""From the bytes of a file to rows, with what can be said against them before the database is asked."""

import re
from dataclasses import replace
from datetime import date

from kernel.units import DIMENSIONS
from portal.labfile import reading_csv, reading_yaml
from portal.labfile.rows import APART, MOST_BYTES, MOST_ROWS, YES_NO, Problem, Row, problem

_NUMBER = re.compile(r"[0-9]{1,15}")
_EMAIL_MAX = 254
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read(name: str, content: bytes) -> tuple[list[Row], list[Problem]]:
    """Read `name`.csv, .yaml or .yml: the rows that can be tried, and all problems found so far."""
    if len(content) > MOST_BYTES:
        return [], [problem(0, "", "import.too_big", limit=MOST_BYTES)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [problem(0, "", "import.encoding")]
    if "\0" in text:
        return [], [problem(text[: text.index("\0")].count("\n") + 1, "", "import.encoding")]
    is_yaml = name.lower().endswith((".yaml", ".yml"))
    found, problems = (reading_yaml if is_yaml else reading_csv).read(text)
    rows = [replace(row, values={name: lines(text) for name, text in row.values.items()}) for row in found]
    if len(rows) > MOST_ROWS:
        return [], [problem(rows[MOST_ROWS].line, "", "import.too_many", limit=MOST_ROWS)]
    wrong = [each for row in rows for each in _values(row)] + _twice(rows)
    at = {each.line for each in wrong}
    # Without its own row the rest of a project would be refused for that alone.
    lost = {row.project for row in rows if row.kind == "project" and row.line in at}
    sound = [row for row in rows if row.line not in at and row.project not in lost]
    return sound, sorted([*problems, *wrong], key=lambda each: each.line)


def lines(text: str) -> str:
    """With one kind of line end: a form that is sent back makes all of them CR and LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _values(row: Row) -> list[Problem]:
    """Numbers and days that are none, people who are not named or named twice."""
    found = [
        problem(row.line, name, "import.number")
        for name, text in row.values.items()
        if name in DIMENSIONS and not _NUMBER.fullmatch(text)
    ]
    found += [
        problem(row.line, name, "import.encoding")
        for name, text in [("project", row.project), *row.values.items()]
        if not _is_storable(text)
    ]
    if len(row.values.get("email", "")) > _EMAIL_MAX:
        found.append(problem(row.line, "email", "project.email"))
    day = row.values.get("ends_on", "")
    if day and not _is_day(day):
        found.append(problem(row.line, "ends_on", "import.day"))
    if row.values.get("archived", "yes").lower() not in YES_NO:
        found.append(problem(row.line, "archived", "import.yes_no"))
    needs = {"member": ("role",), "project": ("name",), "grant": ("ends_on",), "group": ("group", "role")}
    for name in needs.get(row.kind, ()):
        if name not in row.values:
            found.append(problem(row.line, name, "import.empty"))
    if row.kind == "member" and ("email" in row.values) == ("subject" in row.values):
        found.append(problem(row.line, "email", "import.person"))
    return found


def _is_storable(text: str) -> bool:
    """YAML can name by number what no text may hold: NUL, halves of a character."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _twice(rows: list[Row]) -> list[Problem]:
    """A project, a quota or a person that another line names already."""
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for row in rows:
        who = row.values.get("email", "").lower() or row.values.get("subject", "")
        apart = who if row.kind == "member" else row.values.get(APART.get(row.kind, ""), "")
        key = (row.kind, row.project, apart)
        if key in seen:
            named = "email" if "email" in row.values else "subject"
            field = named if row.kind == "member" else APART.get(row.kind, "project")
            found.append(problem(row.line, field, "import.twice", line=seen[key]))
        seen.setdefault(key, row.line)
    return found
