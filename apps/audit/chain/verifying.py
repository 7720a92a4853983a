"""Reading the chain from its start, or from a head that was noted, to the first row that does not fit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from apps.audit.chain.digest import FORMS, digest_of
from apps.audit.models import Event, Seal, Unsealed

_BATCH = 2_000
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
#: an event that waits longer than this for its seal: nobody seals
WAITS_AT_MOST = timedelta(minutes=15)


@dataclass(frozen=True)
class Head:
    """Where the chain stands: to be noted outside the database. Position 0 is before the first event."""

    position: int = 0
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


@dataclass(frozen=True)
class Report:
    """What was found. `broken` names the first row that does not fit; empty where all do."""

    sealed: int  #: seals looked at
    waiting: int  #: events that the sealer has not come to yet
    head: Head  #: the last that fits
    broken: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was changed, removed, added or put elsewhere."""
        return not self.broken


class _Broken(Exception):
    """The first row that does not fit."""


def read_head(text: str) -> Head:
    """Read `position:digest`; raises ValueError."""
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise ValueError("a head is written as position:digest")
    return Head(int(found[1]), found[2])


def verify(*, known: Head | None = None, since: bool = False) -> Report:
    """Read the chain up to where it stands now. `known`: a head noted earlier, that must still stand in it.

    With `since` reading starts at that head, so that a daily look at a long history stays short.
    """
    waiting = Unsealed.objects.count()
    start = head = known if known and since else Head()
    try:
        if known:
            _stands(known)
        top = Seal.objects.aggregate(top=Max("position"))["top"] or 0
        for seal, event in _links(start.position, top):
            head = _follow(head, seal, event)
        _nothing_beside()
    except _Broken as broken:
        return Report(head.position - start.position, waiting, head, str(broken))
    return Report(head.position - start.position, waiting, head)


def _stands(known: Head) -> None:
    """The noted head must be in the chain: what was cut off or written anew behind it is not."""
    if not known.position:
        return
    digest = Seal.objects.filter(position=known.position).values_list("digest", flat=True).first()
    if digest is None:
        raise _Broken(f"seal {known.position}, noted as head, is missing: the end was cut off")
    if digest != known.digest:
        raise _Broken(f"seal {known.position} is not the head that was noted: history was written anew")


def _links(after: int, top: int) -> Iterator[tuple[Seal, Event | None]]:
    """Seals by position, each with its event; what was sealed meanwhile is left for the next time."""
    while True:
        found = Seal.objects.filter(position__gt=after, position__lte=top).order_by("position")
        seals = list(found[:_BATCH])
        if not seals:
            return
        events = Event.objects.in_bulk([seal.event_id for seal in seals])
        yield from ((seal, events.get(seal.event_id)) for seal in seals)
        after = seals[-1].position


def _follow(head: Head, seal: Seal, event: Event | None) -> Head:
    """The next head; raises _Broken where this seal does not fit."""
    if seal.position != head.position + 1:
        raise _Broken(f"seal {head.position + 1} is missing")
    if seal.previous != head.digest:
        raise _Broken(f"seal {seal.position} does not follow the one before it")
    if event is None:
        raise _Broken(f"event {seal.event_id}, sealed at {seal.position}, was deleted")
    made = seal.form in FORMS and digest_of(
        event, position=seal.position, previous=seal.previous, form=seal.form
    )
    if made != seal.digest:
        raise _Broken(f"event {event.id}, sealed at {seal.position}, was changed")
    return Head(seal.position, seal.digest)


def _nothing_beside() -> None:
    """Every event has a seal or waits for one, not for long."""
    beside = Event.objects.filter(seal=None, unsealed=None).order_by("id")
    if (event_id := beside.values_list("id", flat=True).first()) is not None:
        raise _Broken(f"event {event_id} was added beside the chain, or its seal was removed")
    lost = Unsealed.objects.filter(~Exists(Event.objects.filter(id=OuterRef("event_id"))))
    late = Event.objects.filter(unsealed__isnull=False, at__lt=timezone.now() - WAITS_AT_MOST)
    if (event_id := late.order_by("id").values_list("id", flat=True).first()) is not None:
        raise _Broken(f"event {event_id} has waited too long for its seal: does beat run?")
    if (event_id := lost.values_list("event_id", flat=True).first()) is not None:
        raise _Broken(f"event {event_id} was deleted before it was sealed")
