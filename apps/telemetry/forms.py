"""What somebody asks of a log: by the page's form and by the API's query."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.telemetry.live import Asked
from apps.telemetry.live.logs import LINES, LINES_MAX
from kernel.errors import Refused

FIELDS = ("task", "allocation", "stream", "q", "since", "until", "lines")
_WORD = re.compile(r"[\w.-]{1,128}")
_NUMBER = re.compile(r"[0-9]{1,6}")
_WORDS_MAX = 200


def asked(query: Mapping[str, str]) -> Asked:
    """Read a query. Raises Refused naming the field."""
    return Asked(
        task=_name(query.get("task", "")),
        allocation=_allocation(query.get("allocation", "")),
        words=query.get("q", "")[:_WORDS_MAX],
        since=moment(query.get("since", ""), "since"),
        until=moment(query.get("until", ""), "until"),
        lines=_lines(query.get("lines", "")),
    )


def _name(text: str) -> str:
    if text and not _WORD.fullmatch(text):
        raise Refused("refused", field="task")
    return text


def _allocation(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError as error:
        raise Refused("refused", field="allocation") from error


def moment(text: str, field: str) -> datetime | None:
    """A time without a zone is the lab's."""
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused("logs.time", field=field)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _lines(text: str) -> int:
    if not text:
        return LINES
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= LINES_MAX:
        raise Refused("logs.lines", field="lines", limit=LINES_MAX)
    return int(text)
