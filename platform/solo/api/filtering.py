"""The part of Nomad's filter expressions that is needed: `Status == "running" and Meta.app == "x"`."""

import re
from typing import Any

from solo.errors import ApiError
from solo.store import Row

_TERM = re.compile(r'\s*([\w.]+)\s*(==|!=|contains|matches)\s*"((?:[^"\\]|\\.)*)"\s*')


def _dig(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, dict) else None
    return row


def _holds(row: Row, path: str, operator: str, wanted: str) -> bool:
    value = _dig(row, path)
    if operator == "==":
        return str(value) == wanted
    if operator == "!=":
        return str(value) != wanted
    if operator == "contains":
        return wanted in (value or "")
    return re.search(wanted, str(value or "")) is not None


def matching(rows: list[Row], expression: str) -> list[Row]:
    """The rows for which every term holds. Raises ApiError 400 for what is beyond this stand-in."""
    if not expression:
        return rows
    terms = [_TERM.fullmatch(part) for part in expression.split(" and ")]
    if any(term is None for term in terms):
        raise ApiError(400, f"failed to read filter expression: {expression}")
    found = [(t[1], t[2], t[3].replace('\\"', '"')) for t in terms if t]
    return [row for row in rows if all(_holds(row, *term) for term in found)]
