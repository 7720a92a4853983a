"""The ledger, step by step."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects.models import Project
from apps.quotas import services
from apps.quotas.models import Charge, Counter, LimitChange
from apps.quotas.selectors import figures, held_by, what_if
from kernel.errors import QuotaExceeded, Refused
from kernel.units import Amounts
from tests.cast import actor
from tests.factories import projects

ONE = Amounts(apps=1, cpu_mhz=100, memory_mib=200, storage_mib=50)
LIMITS = Amounts(apps=2, cpu_mhz=1000, memory_mib=1000, storage_mib=1000)


@pytest.fixture
def project(dana: Person) -> Project:
    return projects.shared("ledger", dana, LIMITS)


def row(project: Project, dimension: str) -> tuple[int, int, int]:
    counter = Counter.objects.get(project=project, dimension=dimension)
    return counter.used, counter.reserved, counter.limit


def test_reserved_becomes_used_and_is_released(project: Project) -> None:
    holder = uuid4()
    services.reserve(project_id=project.id, holder=holder, amounts=ONE)
    assert row(project, "cpu_mhz") == (0, 100, 1000)
    services.mark_used(holder=holder)
    services.mark_used(holder=holder)
    assert row(project, "cpu_mhz") == (100, 0, 1000)
    services.release(holder=holder, parts={"running"})
    services.release(holder=holder, parts={"running"})
    assert held_by(holder) == Amounts(apps=1, storage_mib=50)
    services.release(holder=holder, parts={"all"})
    assert held_by(holder) == Amounts()
    assert not Charge.objects.exists()


def test_reserving_twice_for_one_holder_is_reserving_once(project: Project) -> None:
    holder = uuid4()
    for _ in range(3):
        services.reserve(project_id=project.id, holder=holder, amounts=ONE)
    assert row(project, "apps") == (0, 1, 2)


def test_a_refusal_names_every_short_dimension_and_changes_nothing(project: Project) -> None:
    services.reserve(project_id=project.id, holder=uuid4(), amounts=ONE)
    before = list(Counter.objects.order_by("id").values_list("used", "reserved", "limit"))
    asked = Amounts(apps=1, cpu_mhz=950, memory_mib=10, storage_mib=5000)
    with pytest.raises(QuotaExceeded) as told:
        services.reserve(project_id=project.id, holder=uuid4(), amounts=asked)
    assert [(each.dimension, each.asked, each.reserved, each.limit) for each in told.value.shortfalls] == [
        ("cpu_mhz", 950, 100, 1000),
        ("storage_mib", 5000, 50, 1000),
    ]
    assert list(Counter.objects.order_by("id").values_list("used", "reserved", "limit")) == before


@pytest.mark.parametrize(
    ("to", "expected", "reason"),
    [
        (Amounts(apps=1, cpu_mhz=300), (100, 200), "more is reserved beside what is used"),
        (Amounts(apps=1, cpu_mhz=60), (60, 0), "less is given back from what is used"),
        (Amounts(apps=1, cpu_mhz=100), (100, 0), "the same changes nothing"),
    ],
)
def test_a_holder_changes_to_a_new_total(
    project: Project, to: Amounts, expected: tuple[int, int], reason: str
) -> None:
    holder = uuid4()
    services.reserve(project_id=project.id, holder=holder, amounts=ONE)
    services.mark_used(holder=holder)
    services.change_reservation(project_id=project.id, holder=holder, amounts=to)
    assert row(project, "cpu_mhz")[:2] == expected, reason


def test_the_database_itself_keeps_counters_within_their_limit(project: Project) -> None:
    for change in ({"reserved": F("limit") + 1}, {"used": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Counter.objects.filter(project=project, dimension="apps").update(**change)


def test_a_limit_that_a_grant_left_behind_use_follows_releases_down(project: Project, bob: Person) -> None:
    holder, today = uuid4(), timezone.localdate()
    limits = {"cpu_mhz": 900}
    services.set_limit(actor=actor(bob), project=project, limits={"cpu_mhz": 500}, reason="less")
    services.set_limit(actor=actor(bob), project=project, limits=limits, reason="course", until=today)
    services.reserve(project_id=project.id, holder=holder, amounts=Amounts(apps=1, cpu_mhz=900))
    Counter.objects.filter(project=project, dimension="cpu_mhz").update(
        granted_until=today - timedelta(days=1)
    )
    assert services.end_grants() == 1
    cpu = next(each for each in figures(project.id) if each.dimension == "cpu_mhz")
    assert (cpu.limit, cpu.base_limit, cpu.free, cpu.over) == (900, 500, 0, True)
    with pytest.raises(QuotaExceeded):
        services.reserve(project_id=project.id, holder=uuid4(), amounts=Amounts(apps=1, cpu_mhz=1))
    services.change_reservation(project_id=project.id, holder=holder, amounts=Amounts(apps=1, cpu_mhz=700))
    assert row(project, "cpu_mhz") == (0, 700, 700)
    services.release(holder=holder, parts={"all"})
    assert row(project, "cpu_mhz") == (0, 0, 500)
    assert Event.objects.filter(verb="quota.set", project_id=project.id).count() == 2
    assert Event.objects.filter(verb="quota.grant_ended", project_id=project.id).count() == 1


def test_a_grant_ends_with_its_last_day(project: Project, bob: Person) -> None:
    today = timezone.localdate()
    granted = Amounts(apps=2, cpu_mhz=5000, memory_mib=1000, storage_mib=1000)
    services.set_limit(actor=actor(bob), project=project, limits=granted, reason="a course", until=today)
    services.reserve(project_id=project.id, holder=uuid4(), amounts=Amounts(apps=1, cpu_mhz=3000))
    assert services.end_grants() == 0
    Counter.objects.filter(project=project).update(granted_until=today - timedelta(days=1))
    services.end_grants()
    assert row(project, "cpu_mhz") == (0, 3000, 3000)
    assert LimitChange.objects.filter(until=today).count() == 1


def test_a_grant_is_no_cut(project: Project, bob: Person) -> None:
    with pytest.raises(Refused) as told:
        services.set_limit(
            actor=actor(bob), project=project, limits=Amounts(apps=1), reason="x", until=date(2099, 1, 1)
        )
    assert told.value.code == "quota.grant_below_base"


def test_what_was_lifted_for_one_holder_serves_nobody_else(project: Project, bob: Person) -> None:
    services.reserve_beyond(
        actor=actor(bob),
        project_id=project.id,
        holder=uuid4(),
        amounts=Amounts(apps=1, cpu_mhz=4000),
        reason="granted",
    )
    assert row(project, "cpu_mhz") == (0, 4000, 4000)
    told = what_if(project.id, Amounts(apps=1, cpu_mhz=1))
    assert {each.dimension for each in told if not each.fits} == {"cpu_mhz"}


def test_recount_finds_and_repairs(project: Project) -> None:
    services.reserve(project_id=project.id, holder=uuid4(), amounts=ONE)
    assert services.recount() == ()
    Counter.objects.filter(project=project, dimension="cpu_mhz").update(used=7)
    (found,) = services.recount()
    assert (found.dimension, found.used, found.used_by_charges) == ("cpu_mhz", 7, 0)
    services.recount(repair=True)
    assert services.recount() == ()
