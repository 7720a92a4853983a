"""Limits: what is refused, what owners are told, how a grant ends."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.notices.models import Notice
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.models import Counter, LimitChange
from kernel.errors import Conflict, LimitBelowUse, Refused
from kernel.units import Amounts
from tests.cast import actor
from tests.factories import projects

ONE = Amounts(apps=1, cpu_mhz=300, memory_mib=100)


@pytest.fixture
def project(dana: Person) -> Project:
    return projects.shared("limits", dana, Amounts(9, 900, 900, 900))


def days(n: int) -> date:
    return timezone.localdate() + timedelta(days=n)


def test_a_limit_below_use_is_refused_with_what_would_have_to_go(project: Project, bob: Person) -> None:
    big, small = uuid4(), uuid4()
    services.reserve(project_id=project.id, holder=small, amounts=ONE)
    services.reserve(project_id=project.id, holder=big, amounts=Amounts(apps=1, cpu_mhz=500))
    with pytest.raises(LimitBelowUse) as told:
        services.set_limit(
            actor=actor(bob), project=project, limits={"cpu_mhz": 700, "memory_mib": 800}, reason="less"
        )
    (excess,) = told.value.excesses
    assert (excess.dimension, excess.in_use, excess.limit, excess.over) == ("cpu_mhz", 800, 700, 100)
    assert excess.holders == ((big, 500), (small, 300)), "what holds the most first"
    assert told.value.field == "limits.cpu_mhz"
    assert not LimitChange.objects.exists(), "nothing half-done: memory would have been allowed"


@pytest.mark.parametrize(
    ("limits", "until", "code", "reason"),
    [
        ({"cpu_mhz": -1}, None, "quota.amount", "negative"),
        ({"cpu_mhz": 1.5}, None, "quota.amount", "a fraction"),
        ({"cpu_mhz": float("nan")}, None, "quota.amount", "no number"),
        ({"cpu_mhz": 10**18}, None, "quota.amount", "huge"),
        ({"wheels": 4}, None, "quota.dimension", "no dimension"),
        ({"cpu_mhz": 2000}, days(-1), "quota.until_past", "an end that is over"),
        ({"cpu_mhz": 10}, days(1), "quota.grant_below_base", "a grant is no cut"),
    ],
)
def test_what_cannot_be_a_limit(
    project: Project, bob: Person, limits: Mapping[str, int], until: date | None, code: str, reason: str
) -> None:
    with pytest.raises(Refused) as told:
        services.set_limit(actor=actor(bob), project=project, limits=limits, reason="x", until=until)
    assert told.value.code == code, reason
    assert told.value.field is not None
    assert not LimitChange.objects.exists()


def test_nobody_overwrites_what_they_have_not_read(project: Project, bob: Person) -> None:
    read = selectors.version_of(project.id)
    services.set_limit(actor=actor(bob), project=project, limits={"apps": 4}, reason="x", version=read)
    with pytest.raises(Conflict) as told:
        services.set_limit(actor=actor(bob), project=project, limits={"apps": 5}, reason="x", version=read)
    assert told.value.code == "precondition.failed"


def test_dimensions_that_are_not_named_keep_their_grant(project: Project, bob: Person) -> None:
    services.set_limit(
        actor=actor(bob), project=project, limits={"cpu_mhz": 2000}, reason="course", until=days(9)
    )
    services.set_limit(actor=actor(bob), project=project, limits={"apps": 20}, reason="more apps")
    cpu = next(each for each in selectors.figures(project.id) if each.dimension == "cpu_mhz")
    assert (cpu.limit, cpu.base_limit, cpu.granted_until, cpu.over) == (2000, 900, days(9), False)


@pytest.mark.parametrize(
    ("left", "told", "reason"),
    [
        (31, [], "too early"),
        (30, [30], "the first word"),
        (20, [20], "the word of 30 days was missed while nothing ran: it is made up for"),
        (7, [7], "a week"),
        (1, [1], "tomorrow"),
        (0, [0], "today is its last day"),
    ],
)
def test_owners_are_told_before_a_grant_ends(
    project: Project, dana: Person, bob: Person, left: int, told: list[int], reason: str
) -> None:
    services.set_limit(
        actor=actor(bob), project=project, limits={"cpu_mhz": 2000}, reason="course", until=days(left)
    )
    for _ in range(3):
        services.tell_ending()
    found = Notice.objects.filter(kind="quota.grant_ending", person=dana)
    assert [each.params["days"] for each in found] == told, reason
    assert Notice.objects.exclude(person=dana).count() == 0


def test_each_of_the_days_before_is_told_once(project: Project, bob: Person) -> None:
    services.set_limit(
        actor=actor(bob), project=project, limits={"cpu_mhz": 2000}, reason="course", until=days(0)
    )
    for left in range(40, -1, -1):
        Counter.objects.filter(project=project, dimension="cpu_mhz").update(granted_until=days(left))
        services.tell_ending()
    assert Notice.objects.count() == 31, "another end is another grant: its days are told anew"


def test_the_end_is_told_once_with_what_is_over(project: Project, dana: Person, bob: Person) -> None:
    services.set_limit(
        actor=actor(bob), project=project, limits={"cpu_mhz": 2000}, reason="course", until=days(0)
    )
    services.reserve(project_id=project.id, holder=uuid4(), amounts=Amounts(apps=1, cpu_mhz=1500))
    Counter.objects.filter(project=project, dimension="cpu_mhz").update(granted_until=days(-1))
    assert (services.end_grants(), services.end_grants()) == (1, 0)
    (notice,) = Notice.objects.filter(kind="request.grant_ended")
    assert (notice.person_id, notice.params["over"]) == (dana.id, ["cpu_mhz"])
    assert notice.params["amounts"] == ["cpu_mhz=1500"]
    change = LimitChange.objects.filter(counter__project=project).latest("at")
    assert (change.before, change.after) == (2000, 1500)
