"""A notice of every kind, as callers tell it."""

from typing import Any

PARAMS: dict[str, Any] = {
    "what": "Wiki",
    "project": "Genomics",
    "requester": "Alice",
    "by": "Bob",
    "person": "Charlie",
    "app": "Wiki",
    "days": 7,
    "ends_on": "2030-05-06",
    "until_on": "2030-05-06",
    "due_on": "2030-05-07",
    "role": "developer",
    "verdict": "partially_approved",
    "request_kind": "quota",
    "reason": "A course in May",
    "amounts": ["cpu_mhz=4000", "memory_mib=2048"],
    "dimension": "cpu_mhz",
    "limit": 4000,
    "base": 2000,
    "used": 100,
    "where": "genomics",
    "count": 3,
    "to": "Proteins",
    "template": "Static site",
    "version": "1.1.0",
    "done": 4,
    "failed": 1,
    "left": 2,
}
