"""The CSV form: one header, and rows of `kind` project, member or quota."""

import csv
import io
from collections.abc import Iterator

from kernel.cells import is_formula, rearm
from kernel.units import DIMENSIONS
from portal.labfile.rows import ALL, COLUMNS, Problem, Row, problem

_NEEDED = ("kind", "project")
#: columns whose own form refuses what begins with a sign
_TYPED = frozenset({*DIMENSIONS, "ends_on"})


def read(text: str) -> tuple[list[Row], list[Problem]]:
    """Rows, and every problem that can be seen without the database."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows, problems = [], list[Problem]()
    try:
        header = [name.strip() for name in next(reader, [])]
        problems += _header(header)
        if problems:
            return [], problems
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row, found = _row(reader.line_num, header, cells)
                problems += found
                rows += [row] if row else []
    except csv.Error:
        problems.append(problem(reader.line_num, "", "import.csv"))
    return rows, problems


def _delimiter(text: str) -> str:
    """A comma, or the semicolon of a spreadsheet that counts in French."""
    first = text.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _header(names: list[str]) -> Iterator[Problem]:
    for name in sorted({name for name in names if name not in ALL}):
        yield problem(1, name, "import.column", known=", ".join(ALL))
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield problem(1, name, "import.column_twice")
    for name in _NEEDED:
        if name not in names:
            yield problem(1, name, "import.column_missing")


def _row(line: int, header: list[str], cells: list[str]) -> tuple[Row | None, list[Problem]]:
    if len(cells) > len(header):
        return None, [problem(line, "", "import.cells", count=len(header))]
    # What a spreadsheet left off at the end of a line is empty.
    raw = {name: cell for name, cell in zip(header, cells, strict=False) if cell.strip()}
    told = {name: rearm(cell).strip() for name, cell in raw.items()}
    problems = [
        problem(line, name, "import.formula")
        for name, cell in raw.items()
        if name not in _TYPED and is_formula(cell)
    ]
    kind, project = told.pop("kind", ""), told.pop("project", "")
    if kind not in COLUMNS:
        problems.append(problem(line, "kind", "import.kind", known=", ".join(COLUMNS)))
    else:
        problems += [
            problem(line, name, "import.not_for_kind", kind=kind)
            for name in told
            if name not in COLUMNS[kind]
        ]
    if not project:
        problems.append(problem(line, "project", "import.empty"))
    return (None if problems else Row(line, kind, project, told)), problems
