"""Take secrets out of what is about to be logged, shown or stored."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "•••"
_NAMES = re.compile(
    r"(?i)(password|passwd|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|files[-_]?key)"
)
# Whoever sends a text chooses it, and a regular expression holds the interpreter: none may cost more than the
# text is long. So what begins like a JWT is taken whole, dots or none, and never read twice.
_JWT = re.compile(r"(?i)\beyJ[\w-]{6,}+(?P<rest>\.[\w-]{6,}+\.[\w-]*+)?")  # signed or not
_VALUES = re.compile(
    r"(?i)\b(hvs\.[\w-]{20,}|s\.[\w-]{20,}|lab_\w++\.\w+|Bearer\s++\S+)"
    r"|(?<=/files/)(?!snapshots/)[^/\s\"'<>]{8,}"  # the key that opens a release's files
    r"|(?<=/files/snapshots/)[^/\s\"'<>]{8,}"  # or a snapshot
)


def redact_text(text: str) -> str:
    """Hide what looks like a token in free text."""
    return _VALUES.sub(HIDDEN, _JWT.sub(_unless_cut_off, text))


def _unless_cut_off(found: re.Match[str]) -> str:
    return HIDDEN if found["rest"] else found[0]


def redact(value: Any) -> Any:
    """A copy of JSON-like data in which values under telling names, and token-like strings, are hidden."""
    if isinstance(value, Mapping):
        return {k: HIDDEN if _NAMES.search(str(k)) else redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redact(v) for v in value]
    return redact_text(value) if isinstance(value, str) else value
