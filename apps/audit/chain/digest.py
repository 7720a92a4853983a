"""What is digested of an event, and how it is written for that."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from apps.audit.models import Event

#: form -> fields digested. A new column is a new form; old seals keep the one that they were made with.
FORMS: Mapping[int, tuple[str, ...]] = {
    1: (
        "id",
        "at",
        "actor_kind",
        "actor_id",
        "actor_label",
        "token_id",
        "verb",
        "target_kind",
        "target_id",
        "target_label",
        "project_id",
        "reason",
        "before",
        "after",
        "request_id",
        "ip",
    ),
}
FORM = max(FORMS)


def digest_of(event: Event, *, position: int, previous: str, form: int = FORM) -> str:
    """The seal of an event, hexadecimal SHA-256.

    `event` is as the database gives it back: PostgreSQL normalises JSON, addresses and times on the way in.
    """
    told = {name: _plain(getattr(event, name)) for name in FORMS[form]}
    whole = {"form": form, "position": position, "previous": previous, "event": told}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    """JSON as it is; a time in UTC to the microsecond, so that no time zone's setting changes it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, bool | int | float | str | dict | list):
        return value
    return str(value)
