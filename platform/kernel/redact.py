"""Take secrets out of what is about to be logged, shown or stored."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "•••"
_NAMES = re.compile(
    r"(?i)(password|passwd|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|files[-_]?key)"
)
_VALUES = re.compile(
    r"(?i)\b(hvs\.[\w-]{20,}|s\.[\w-]{20,}|lab_\w+\.\w+|Bearer\s+\S+"
    r"|eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*)"  # a JWT, signed or not
    r"|(?<=/files/)(?!snapshots/)[^/\s\"'<>]{8,}"  # the key that opens a release's files
    r"|(?<=/files/snapshots/)[^/\s\"'<>]{8,}"  # or a snapshot
)


def redact_text(text: str) -> str:
    """Hide what looks like a token in free text."""
    return _VALUES.sub(HIDDEN, text)


def redact(value: Any) -> Any:
    """A copy of JSON-like data in which values under telling names, and token-like strings, are hidden."""
    if isinstance(value, Mapping):
        return {k: HIDDEN if _NAMES.search(str(k)) else redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redact(v) for v in value]
    return redact_text(value) if isinstance(value, str) else value
