"""From a far end to the purge, day by day; and what a clock that jumps does not do."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.leases import services
from apps.notices.models import Notice, Outbox
from apps.workloads import services as workloads
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App, AppEvent
from kernel.errors import Conflict, PaillasseError
from tests.apps.leases.days import Calendar
from tests.cast import actor

S = LeaseState


def told(person: Person) -> list[tuple[str, str]]:
    """Kinds of notices about the lease, the oldest first, with the days that they name."""
    rows = Notice.objects.filter(person=person, kind__startswith="app.").order_by("created_at", "once")
    return [(each.kind.removeprefix("app."), str(each.params.get("days", ""))) for each in rows]


def test_the_whole_way(days: Calendar, app: App, alice: Person, dana: Person) -> None:
    """Alice asked for it, dana owns the project: both hear of everything, once."""
    seen: list[tuple[int, str, str]] = []
    for day in range(220):
        days.live(1, app)
        if not seen or seen[-1][1:] != (app.lease_state, app.desired):
            seen.append((day + 1, app.lease_state, app.desired))
    assert seen == [
        (1, S.ACTIVE, Desired.PRESENT),
        (70, S.EXPIRING, Desired.PRESENT),
        (101, S.GRACE, Desired.PRESENT),
        (108, S.ASLEEP_EXPIRED, Desired.ASLEEP),
        (138, S.ARCHIVED, Desired.ARCHIVED),
        (198, S.PURGED, Desired.ABSENT),
    ]
    expected = [
        *(("expiring", each) for each in ("30", "14", "7", "1")),
        *(("lease_sleep", each) for each in ("7", "1")),
        *(("lease_archive", each) for each in ("30", "7")),
        *(("lease_purge", each) for each in ("60", "7")),
        ("lease_purged", ""),
    ]
    for person in (alice, dana):
        assert sorted(told(person)) == sorted(expected)
    assert Outbox.objects.count() == 2 * len(expected), "one mail a notice"
    moves = ["lease.expire", "lease.grace", "lease.sleep", "lease.archive", "lease.purge"]
    for rows in (
        Event.objects.filter(verb__startswith="lease.").order_by("id").values_list("verb", flat=True),
        AppEvent.objects.filter(code__startswith="lease.").order_by("id").values_list("code", flat=True),
    ):
        assert list(rows) == moves


def test_looking_again_does_nothing(days: Calendar, app: App) -> None:
    days.live(75)
    notices, events = Notice.objects.count(), Event.objects.count()
    for _again in range(3):
        assert services.follow(now=days.now) == 0
    assert (Notice.objects.count(), Event.objects.count()) == (notices, events)


def test_days_without_a_clock_cost_no_stage_and_no_flood(days: Calendar, app: App, alice: Person) -> None:
    """The sweep did not run from day 60 to day 95: one warning, the one that holds now."""
    days.live(60)
    days.forward(days=35)
    days.look()
    app.refresh_from_db()
    assert app.lease_state == S.EXPIRING
    assert told(alice) == [("expiring", "5")]
    days.live(4)
    assert told(alice) == [("expiring", "5"), ("expiring", "1")]


@pytest.mark.parametrize("after", [0, 75, 102, 110, 140])
def test_a_year_at_once_is_one_stage_at_the_most(days: Calendar, app: App, after: int) -> None:
    """Wherever it stands, a clock that jumps a year ahead for an hour purges nothing."""
    days.live(after, app)
    order = [S.ACTIVE, S.EXPIRING, S.GRACE, S.ASLEEP_EXPIRED, S.ARCHIVED, S.PURGED]
    before = order.index(LeaseState(app.lease_state))
    days.forward(days=365)
    for _minute in range(12):
        days.forward(minutes=5)
        days.look()
    app.refresh_from_db()
    assert order.index(LeaseState(app.lease_state)) <= before + 1
    assert app.desired != Desired.ABSENT


def test_a_clock_put_right_gives_the_lease_back(days: Calendar, app: App) -> None:
    days.forward(days=365)
    days.look()
    days.forward(days=-365)
    days.look()
    app.refresh_from_db()
    assert app.lease_state == S.ACTIVE
    assert Event.objects.filter(verb="lease.recall").count() == 1


def test_nothing_is_purged_while_the_warning_has_not_left(days: Calendar, app: App) -> None:
    """The mail server is away for a month: the app waits for it."""
    days.live(190)
    Outbox.objects.filter(notice__once__contains="purge:last").update(sent_at=None)
    for _day in range(30):
        days.forward(days=1)
        services.follow(now=days.now)
    app.refresh_from_db()
    assert (app.lease_state, app.desired) == (S.ARCHIVED, Desired.ARCHIVED)
    days.live(1, app)
    days.live(1, app)
    assert (app.lease_state, app.desired) == (S.PURGED, Desired.ABSENT)


def test_the_retention_of_deletions_leaves_it_alone(days: Calendar, app: App) -> None:
    days.live(140)
    days.forward(days=365)
    assert workloads.end_retentions(now=days.now) == 0


def test_what_stands_still_stays_so_and_what_was_deleted_is_let_be(
    days: Calendar, app: App, alice: Person, dana: Person
) -> None:
    workloads.stop(actor=actor(alice), app_id=app.id)
    days.live(110, app)
    assert (app.lease_state, app.desired) == (S.ASLEEP_EXPIRED, Desired.STOPPED)
    with pytest.raises(Conflict) as refused:
        workloads.start(actor=actor(alice), app_id=app.id)
    assert refused.value.code == "lease.over"
    workloads.delete(actor=actor(dana), app_id=app.id)
    days.live(60, app)
    assert (app.lease_state, app.desired) == (S.ASLEEP_EXPIRED, Desired.ARCHIVED), "the retention's, not ours"


def test_what_the_lease_put_away_is_not_brought_back_by_an_undo(
    days: Calendar, app: App, dana: Person
) -> None:
    days.live(140, app)
    with pytest.raises(Conflict) as refused:
        workloads.undo(actor=actor(dana), app_id=app.id)
    assert refused.value.code == "lease.over"
    app.refresh_from_db()
    assert app.desired == Desired.ARCHIVED


def test_one_that_cannot_be_moved_does_not_hold_up_the_others(
    days: Calendar, app: App, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    days.live(107)
    monkeypatch.setattr("apps.leases.services.following.workloads.sleep", refuse)
    days.live(3, app)
    assert (app.lease_state, app.desired) == (S.GRACE, Desired.PRESENT), "all of it is undone"
    monkeypatch.undo()


def refuse(**_told: object) -> None:
    raise PaillasseError("app.not_now")


def test_an_app_of_before_gets_an_end(days: Calendar, app: App) -> None:
    App.objects.filter(id=app.id).update(ends_on=None)
    days.look()
    app.refresh_from_db()
    assert app.ends_on == timezone.localdate(days.now) + timedelta(days=365)
    assert Event.objects.filter(verb="lease.begun").count() == 1


def test_without_owners_the_admins_are_warned(
    days: Calendar, app: App, dana: Person, alice: Person, bob: Person
) -> None:
    Person.objects.filter(id__in=[dana.id, alice.id]).update(is_active=False)
    days.live(75)
    assert Counter(Notice.objects.values_list("person__name", flat=True)) == {bob.name: 1}


def test_another_worker_at_the_same_row_is_passed_by(days: Calendar, app: App) -> None:
    """skip_locked stands in the query: a second sweep never waits for the first."""
    days.live(69)
    days.forward(days=1)
    with connection.execute_wrapper(kept := Kept()):
        services.follow(now=days.now)
    assert any("SKIP LOCKED" in sql for sql in kept.said)


class Kept:
    """What was asked of the database."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        self.said.append(sql)
        return execute(sql, params, many, context)
