"""Reading requests."""

from apps.approvals.selectors.requests import (
    deciders,
    earlier,
    get,
    joined_by,
    listed,
    parts_of,
    parts_with,
    progress,
    thread,
    visible_to,
    waiting,
    waits_for,
)
from apps.approvals.transitions import OPEN, WAITING

__all__ = [
    "OPEN",
    "WAITING",
    "deciders",
    "earlier",
    "get",
    "joined_by",
    "listed",
    "parts_of",
    "parts_with",
    "progress",
    "thread",
    "visible_to",
    "waiting",
    "waits_for",
]
