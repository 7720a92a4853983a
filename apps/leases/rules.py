"""When a lease moves, and when people are warned. Pure: the time is an argument.

Each stage is left after its own delay, counted from when it was entered, and only after a warning of the move
that is old enough. So neither a clock that stood still nor one that jumped ahead by a year skips a stage: it
costs one stage at the most. Only the last cannot be taken back, and it needs a warning of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from apps.leases.enums import Move
from apps.leases.transitions import BY_TIME, TABLE
from apps.workloads.enums import LeaseState
from kernel.errors import Refused

EXPIRING_DAYS = 30  #: before the end
_LEAST_EXPIRING = timedelta(days=1)  # the end is told of at least that long before
#: days for which people have had the last warning before a move
NOTICE_DAYS: Mapping[Move, int] = {Move.SLEEP: 1, Move.ARCHIVE: 7, Move.PURGE: 7}


@dataclass(frozen=True)
class Terms:
    """For how many days a lease is given: where nobody says, and at the most."""

    default_days: int
    max_days: int

    def first(self, today: date) -> date:
        """The last day where nobody says one."""
        return today + timedelta(days=self.default_days)

    def last(self, today: date) -> date:
        """The latest last day that can be chosen without asking anybody."""
        return today + timedelta(days=self.max_days)


Days = tuple[int | None, int | None]  #: default and maximum; none: nothing is said


def combined(lab: Terms, project: Days, template: Days) -> Terms:
    """The lab's terms, or the project's where an admin set some; a template only ever shortens them."""
    most = project[1] or lab.max_days
    most = min(most, template[1] or most)
    return Terms(min(template[0] or project[0] or lab.default_days, most), most)


@dataclass(frozen=True)
class Delays:
    """How many days each stage lasts."""

    grace: int
    asleep: int
    archive: int

    def of(self, move: Move) -> timedelta:
        """How long the stage lasts that this move ends; a day at the least."""
        days = {Move.SLEEP: self.grace, Move.ARCHIVE: self.asleep, Move.PURGE: self.archive}
        return timedelta(days=max(1, days[move]))

    def notice(self, move: Move) -> timedelta:
        """How long before the move its last warning is given: never longer than the stage."""
        return min(timedelta(days=NOTICE_DAYS[move]), self.of(move))


@dataclass(frozen=True)
class Lease:
    """A lease as it stands."""

    state: LeaseState
    ends_on: date | None  #: its last day; none: it does not end
    since: datetime  #: when this stage was entered
    warned_at: datetime | None = None  #: when the last warning before the next move was given


@dataclass(frozen=True)
class Next:
    """What the clock does next, and on which day."""

    move: Move
    on: date


def check_end(ends_on: date, terms: Terms, today: date) -> None:
    """Raise Refused naming `ends_on` for a day that is over or beyond the maximum."""
    if ends_on <= today:
        raise Refused("app.ends_in_past", field="ends_on")
    if ends_on > terms.last(today):
        raise Refused("lease.beyond", field="ends_on", limit=terms.max_days, last=terms.last(today))


def due(lease: Lease, now: datetime, delays: Delays) -> Move | None:
    """The move that is due now, if any."""
    if lease.ends_on is None or lease.state not in BY_TIME:
        return None
    move, today = BY_TIME[lease.state], timezone.localdate(now)
    far = _is_far(lease, lease.ends_on, today)
    if move is Move.EXPIRE:
        return None if far else move
    if far and lease.state in TABLE[Move.RECALL].sources:
        return Move.RECALL
    if move is Move.GRACE:
        return move if today > lease.ends_on and now - lease.since >= _LEAST_EXPIRING else None
    return move if _is_over(lease, move, now, delays) else None


def _is_far(lease: Lease, ends_on: date, today: date) -> bool:
    """Whether the end is not near: of what has ended already, whether it has not come at all."""
    if lease.state == LeaseState.GRACE:
        return today <= ends_on
    return today < ends_on - timedelta(days=EXPIRING_DAYS)


def _is_over(lease: Lease, move: Move, now: datetime, delays: Delays) -> bool:
    if lease.warned_at is None:
        return False
    return now - lease.since >= delays.of(move) and now - lease.warned_at >= delays.notice(move)


def warns(lease: Lease, now: datetime, delays: Delays) -> bool:
    """Whether the last warning before the next move is to be given now."""
    move = BY_TIME.get(lease.state)
    if move is None or move not in NOTICE_DAYS or lease.ends_on is None or lease.warned_at is not None:
        return False
    return now - lease.since >= delays.of(move) - delays.notice(move)


def days_left(lease: Lease, now: datetime) -> int:
    """How many days are left until its last day is over; 0 on that day."""
    return (lease.ends_on - timezone.localdate(now)).days if lease.ends_on else 0


def upcoming(lease: Lease, delays: Delays) -> Next | None:
    """What comes next, and when, if nobody does anything."""
    if lease.ends_on is None or lease.state not in BY_TIME:
        return None
    move = BY_TIME[lease.state]
    if move in {Move.EXPIRE, Move.GRACE}:
        return Next(Move.GRACE, lease.ends_on + timedelta(days=1))
    at = lease.since + delays.of(move)
    if lease.warned_at is not None:
        at = max(at, lease.warned_at + delays.notice(move))
    return Next(move, timezone.localdate(at))
