"""When a lease moves: tables of days. Nothing here needs a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.leases.enums import Move
from apps.leases.rules import Delays, Lease, Terms, check_end, combined, due, upcoming, warns
from apps.leases.transitions import BY_TIME, TABLE, check
from apps.workloads.enums import LeaseState
from kernel.errors import Conflict, Refused

S = LeaseState
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
TODAY = NOON.date()
DELAYS = Delays(grace=7, asleep=30, archive=60)


def lease(state: LeaseState, ends_in: int | None, since: float = 0, warned: float | None = None) -> Lease:
    """Ends in so many days, in this state for so many, its last warning given so many ago."""
    ends_on = None if ends_in is None else TODAY + timedelta(days=ends_in)
    warned_at = None if warned is None else NOON - timedelta(days=warned)
    return Lease(state, ends_on, NOON - timedelta(days=since), warned_at)


DUE: list[tuple[Lease, Move | None, str]] = [
    (lease(S.ACTIVE, 31), None, "31 days are far"),
    (lease(S.ACTIVE, 30), Move.EXPIRE, "30 are near"),
    (lease(S.ACTIVE, -400), Move.EXPIRE, "after a year of no clock too it begins at the beginning"),
    (lease(S.ACTIVE, None), None, "always on"),
    (lease(S.GRACE, None, 999, 999), None, "always on, whatever it was before"),
    (lease(S.EXPIRING, 0, 20), None, "the last day is its own"),
    (lease(S.EXPIRING, -1, 20), Move.GRACE, "the day after"),
    (lease(S.EXPIRING, -1, 0.5), None, "whoever was told today has a day"),
    (lease(S.EXPIRING, 31, 2), Move.RECALL, "the clock had jumped, and was put right"),
    (lease(S.GRACE, 3, 2), Move.RECALL, "the same, further on"),
    (lease(S.GRACE, -10, 7), None, "nobody was warned"),
    (lease(S.GRACE, -10, 7, 1), Move.SLEEP, "seven days, and a warning the day before"),
    (lease(S.GRACE, -10, 6.9, 3), None, "not quite seven days"),
    (lease(S.GRACE, -400, 400, 0.5), None, "warned half a day ago"),
    (lease(S.ASLEEP_EXPIRED, -40, 30, 7), Move.ARCHIVE, "thirty days, warned a week ago"),
    (lease(S.ASLEEP_EXPIRED, -40, 30, 6), None, "warned six days ago"),
    (lease(S.ARCHIVED, -100, 60, 7), Move.PURGE, "sixty days, warned a week ago"),
    (lease(S.ARCHIVED, -100, 59, 7), None, "fifty-nine"),
    (lease(S.ARCHIVED, -465, 425), None, "a year is gone at once and nobody was warned"),
    (lease(S.PURGED, -999, 999, 999), None, "nothing comes after the end"),
]


@pytest.mark.parametrize(("stands", "move", "why"), DUE, ids=[why for *_rest, why in DUE])
def test_what_is_due(stands: Lease, move: Move | None, why: str) -> None:
    assert due(stands, NOON, DELAYS) == move, why
    assert move is None or stands.state in TABLE[move].sources


WARNED = [
    (lease(S.GRACE, -9, 5.9), False, "a day before seven"),
    (lease(S.GRACE, -9, 6), True, "then"),
    (lease(S.GRACE, -9, 6, 0), False, "once"),
    (lease(S.ASLEEP_EXPIRED, -40, 22), False, "a week before thirty"),
    (lease(S.ASLEEP_EXPIRED, -40, 23), True, "then"),
    (lease(S.ARCHIVED, -99, 53), True, "a week before sixty"),
    (lease(S.EXPIRING, 3, 53), False, "before the end others warn"),
]


@pytest.mark.parametrize(("stands", "now", "why"), WARNED, ids=[str(n) for n in range(len(WARNED))])
def test_the_last_warning_before_a_move(stands: Lease, now: bool, why: str) -> None:
    assert warns(stands, NOON, DELAYS) is now, why


def test_what_comes_is_what_is_due_then() -> None:
    """The day that pages name is the day on which the clock moves it, if it is warned in time."""
    for stands in (lease(S.GRACE, -1, 0, -6), lease(S.ASLEEP_EXPIRED, -9, 0, -23)):
        coming = upcoming(stands, DELAYS)
        assert coming is not None
        then = datetime.combine(coming.on, NOON.timetz())
        assert due(stands, then - timedelta(days=1), DELAYS) is None
        assert due(stands, then, DELAYS) is coming.move


def test_a_stage_lasts_a_day_whatever_the_settings_say() -> None:
    nothing = Delays(grace=0, asleep=-5, archive=0)
    assert {nothing.of(each) for each in (Move.SLEEP, Move.ARCHIVE, Move.PURGE)} == {timedelta(days=1)}
    assert nothing.notice(Move.PURGE) == timedelta(days=1)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("move", Move)
def test_the_table_is_asked(move: Move, state: LeaseState) -> None:
    """All pairs: what the table does not name is refused; purged is the end of all."""
    if state in TABLE[move].sources:
        assert check(move, state) == TABLE[move].target
        assert state is not S.PURGED
    else:
        with pytest.raises(Conflict):
            check(move, state)


def test_by_time_every_stage_follows_on_the_one_before() -> None:
    way = [S.ACTIVE]
    while way[-1] in BY_TIME:
        way.append(check(BY_TIME[way[-1]], way[-1]))
    assert way == [S.ACTIVE, S.EXPIRING, S.GRACE, S.ASLEEP_EXPIRED, S.ARCHIVED, S.PURGED]


TERMS = [
    ((None, None), (None, None), (365, 730), "as the lab says"),
    ((30, None), (None, None), (30, 730), "another default for a project"),
    ((None, 1000), (None, None), (365, 1000), "an admin gives a project more than the lab"),
    ((None, 90), (None, None), (90, 90), "the default is never beyond the maximum"),
    ((None, None), (14, 60), (14, 60), "a template for short courses"),
    ((None, 30), (60, 90), (30, 30), "a template never gives more than the project"),
    ((None, None), (None, 2000), (365, 730), "nor more than the lab"),
]


@pytest.mark.parametrize(("project", "template", "expected", "why"), TERMS, ids=[each[-1] for each in TERMS])
def test_terms(
    project: tuple[int | None, int | None],
    template: tuple[int | None, int | None],
    expected: tuple[int, int],
    why: str,
) -> None:
    assert combined(Terms(365, 730), project, template) == Terms(*expected), why


@pytest.mark.parametrize(
    ("in_days", "code"),
    [(-1, "app.ends_in_past"), (0, "app.ends_in_past"), (1, ""), (90, ""), (91, "lease.beyond")],
)
def test_an_end_is_to_come_and_within_the_maximum(in_days: int, code: str) -> None:
    day = TODAY + timedelta(days=in_days)
    if not code:
        check_end(day, Terms(30, 90), TODAY)
        return
    with pytest.raises(Refused) as refused:
        check_end(day, Terms(30, 90), TODAY)
    assert (refused.value.code, refused.value.field) == (code, "ends_on")
    assert date.max > day
