"""A lease through random days and random moves, legal and not, beside a plain reading of what was written.

Whatever is tried: nothing is purged without every stage and every warning before it; each change of state has
its audit row; no mail is written twice.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.leases import services
from apps.leases.enums import Move
from apps.leases.models import Renewal
from apps.leases.services.links import path_of
from apps.leases.services.moving import CLOCK, move
from apps.leases.transitions import TABLE
from apps.notices.models import Notice, Outbox
from apps.projects.models import Project
from apps.quotas import services as quotas
from apps.workloads import services as workloads
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App
from kernel.errors import PaillasseError
from tests.apps.leases.days import Calendar, calendar
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

STAGES = ["expire", "grace", "sleep", "archive", "purge"]
#: the warnings without which nothing is purged: kind, and which of them
NEEDED = {
    "lease_sleep": {"first", "last"},
    "lease_archive": {"first", "last"},
    "lease_purge": {"first", "last"},
}
DAYS = st.tuples(st.just("days"), st.sampled_from([1, 1, 3, 8, 31, 62, 400]))
BACK = st.tuples(st.just("days"), st.sampled_from([-1, -40]))
ACTS = st.tuples(
    st.sampled_from(["renew", "link", "on", "off", "stop", "start", "sleep", "delete", "undo", "illegal"]),
    st.integers(0, 6),
)
#: the usual life, in which somebody meddles: days weigh most, so that many examples reach the end
STEPS = st.lists(st.one_of(DAYS, DAYS, DAYS, DAYS, BACK, ACTS), min_size=4, max_size=20)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried(
    alice: Person, dana: Person, bob: Person, genomics: Project, steps: list[Any]
) -> None:
    with calendar() as days, transaction.atomic():
        catalogue.template()
        quotas.set_limit(actor=actor(bob), project=genomics, limits={"always_on": 1}, reason="one")
        ends_on = timezone.localdate() + timedelta(days=40)
        app_id = submit(alice, project_id=genomics.id, ends_on=ends_on).app.id
        for what, number in steps:
            step(days, dana, app_id, what, number)
        transaction.set_rollback(True)


@pytest.mark.parametrize("rest", [0, 1, 6])
def test_left_alone_it_ends(alice: Person, dana: Person, bob: Person, genomics: Project, rest: int) -> None:
    """The property is not empty: months of nothing come to the end, with all that it asks for."""
    with calendar() as days:
        catalogue.template()
        app_id = submit(
            alice, project_id=genomics.id, ends_on=timezone.localdate() + timedelta(days=40)
        ).app.id
        for _day in range(200):
            step(days, dana, app_id, "days", 1)
        assert App.objects.get(id=app_id).lease_state == LeaseState.PURGED
        step(days, dana, app_id, "illegal", rest)


def step(days: Calendar, dana: Person, app_id: UUID, what: str, number: int) -> None:
    """One thing that happens, and everything that must hold after it."""
    before, events = App.objects.get(id=app_id), Event.objects.count()
    if what == "days":
        days.forward(days=number)
        days.look()
    else:
        try:
            with transaction.atomic():
                tried(dana, before, number)[what]()
        except PaillasseError:
            after = App.objects.get(id=app_id)
            assert _lease(after) == _lease(before), "what is refused changes nothing"
    check(before, App.objects.get(id=app_id), events)


def tried(dana: Person, app: App, number: int) -> dict[str, Callable[[], object]]:
    """What dana, or a defect, may try at any time."""
    who: dict[str, Any] = {"actor": actor(dana), "person": dana, "app_id": app.id}
    plain: dict[str, Any] = {"actor": actor(dana), "app_id": app.id}

    def link() -> None:
        token = path_of(dana.id, app).split("/")[-2]
        services.renew_by_link(actor=actor(dana), person=dana, token=token)
        with pytest.raises(PaillasseError):
            services.renew_by_link(actor=actor(dana), person=dana, token=token)

    def illegal() -> None:
        """A move that the table does not have here."""
        wrong = [each for each in Move if LeaseState(app.lease_state) not in TABLE[each].sources]
        move(app, wrong[number % len(wrong)], CLOCK, timezone.now())
        pytest.fail("the table has no such move")

    return {
        "renew": lambda: services.renew(
            **who, ends_on=timezone.localdate() + timedelta(days=20 + 30 * number)
        ),
        "link": link,
        "on": lambda: services.set_always_on(**who, on=True),
        "off": lambda: services.set_always_on(**who, on=False),
        "stop": lambda: workloads.stop(**plain),
        "start": lambda: workloads.start(**plain),
        "sleep": lambda: workloads.sleep(**plain),
        "delete": lambda: workloads.delete(**plain),
        "undo": lambda: workloads.undo(**plain),
        "illegal": illegal,
    }


def check(before: App, after: App, events: int) -> None:
    """What holds whatever happened."""
    moved = list(Event.objects.filter(verb__startswith="lease.", target_id=str(after.id)).order_by("id"))
    new = [each for each in moved if each.id in set(_newer(events))]
    if _lease(after) != _lease(before):
        assert len(new) == 1, "each move has its audit row"
        assert new[0].after == {
            "lease": after.lease_state,
            "ends_on": _iso(after.ends_on),
            "always_on": after.always_on,
        }
    else:
        assert new == []
    if after.lease_state == LeaseState.PURGED:
        check_purged(after, [each.verb.removeprefix("lease.") for each in moved])
    elif after.desired == Desired.ABSENT:
        assert before.desired in {Desired.ABSENT, Desired.ARCHIVED}
    warned = Outbox.objects.filter(notice__once__startswith="lease:")
    sent = warned.values_list("notice__person", "notice__once")
    assert len(sent) == len(set(sent)), "one mail a warning"
    assert not (after.always_on and after.ends_on)


def check_purged(app: App, verbs: list[str]) -> None:
    """Every stage, one after the other with nothing between, and every warning of this end."""
    assert verbs[-len(STAGES) :] == STAGES
    for person in (app.requester_id,):
        for kind, which in NEEDED.items():
            told = Notice.objects.filter(person_id=person, kind=f"app.{kind}")
            keys = {each.once.rsplit(":", 1)[1] for each in told if f":{app.ends_on}:" in each.once}
            assert keys >= which, f"{kind}: {keys}"
        ended = Notice.objects.filter(person_id=person, kind="app.expiring")
        assert any(f":{app.ends_on}:" in each.once for each in ended), "the end was told of"


def _newer(events: int) -> list[int]:
    return list(Event.objects.order_by("id").values_list("id", flat=True)[events:])


def _lease(app: App) -> tuple[str, date | None, bool]:
    return app.lease_state, app.ends_on, app.always_on


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def test_renewals_are_kept(alice: Person) -> None:
    """Their link's digest is unique: the database itself refuses a second use."""
    assert Renewal._meta.get_field("link").unique
