"""Reading the audit: the newest first, page by page from a place and not from a count."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.audit.models import Event

_CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def every() -> "QuerySet[Event]":
    """All events, the newest first: for those who read all."""
    return Event.objects.order_by("-at", "-id")


def of_projects(project_ids: Collection[UUID]) -> "QuerySet[Event]":
    """Events of these projects, the newest first."""
    return every().filter(project_id__in=project_ids)


def of_target(kind: str, target_id: object) -> "QuerySet[Event]":
    """Events about one thing, the newest first."""
    return every().filter(target_kind=kind, target_id=str(target_id))


def concerning(person_id: UUID, project_ids: Collection[UUID]) -> "QuerySet[Event]":
    """What a member may read: their own acts, what was done to them, and all of their projects."""
    mine = Q(actor_id=person_id) | Q(target_kind="person", target_id=str(person_id))
    return every().filter(mine | Q(project_id__in=project_ids))


@dataclass(frozen=True)
class Place:
    """Between two events: pages go on from here, whatever was written meanwhile."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def of(cls, event: Event) -> "Place":
        """The place of an event."""
        return cls(event.at, event.id)

    @classmethod
    def read(cls, text: str) -> "Place":
        """Read what `str` wrote; raises ValueError."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise ValueError("not a place")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
        except OverflowError as error:
            raise ValueError("not a place") from error


def older(found: "QuerySet[Event]", place: Place | None) -> "QuerySet[Event]":
    """What comes after the place in a list of the newest first; all where none is named."""
    if place is None:
        return found
    # The first condition is the index's; the second tells events of one moment apart.
    return found.filter(at__lte=place.at).filter(Q(at__lt=place.at) | Q(id__lt=place.id))


def not_newer(found: "QuerySet[Event]", place: Place) -> "QuerySet[Event]":
    """The place's own event and what is older."""
    return found.filter(at__lte=place.at).filter(Q(at__lt=place.at) | Q(id__lte=place.id))


def sealed_after(found: "QuerySet[Event]", position: int) -> "QuerySet[Event]":
    """What was sealed after a position, the oldest first: nothing that commits late is ever passed over."""
    return found.filter(seal__position__gt=position).order_by("seal__position")
