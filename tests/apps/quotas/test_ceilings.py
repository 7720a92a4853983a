"""What the lab, and one member's personal projects, may have together: no justification goes beyond it."""

from uuid import uuid4

import pytest

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.approvals.models import Request
from apps.audit.models import Event
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.enums import Scope
from apps.quotas.models import Ceiling, LimitChange
from kernel.errors import CeilingReached, Conflict, QuotaExceeded, Refused
from kernel.units import Amounts
from tests.cast import actor
from tests.factories import projects
from tests.factories.apps import submit
from tests.factories.catalogue import template

ONE = Amounts(apps=1, cpu_mhz=100, memory_mib=100)


@pytest.fixture
def project(dana: Person) -> Project:
    return projects.shared("ceilings", dana, Amounts(9, 900, 900, 900))


def lab(dimension: str) -> Ceiling:
    return Ceiling.objects.get(scope=Scope.LAB, dimension=dimension)


def test_the_labs_ceiling_holds_over_all_projects(project: Project, dana: Person, bob: Person) -> None:
    services.set_ceiling(actor=actor(bob), limits={"cpu_mhz": 250}, reason="the machines end here")
    services.reserve(project_id=project.id, holder=uuid4(), amounts=ONE)
    services.reserve(project_id=dana.personal_project.id, holder=uuid4(), amounts=ONE)
    with pytest.raises(CeilingReached) as told:
        services.reserve(project_id=project.id, holder=uuid4(), amounts=ONE)
    (short,) = told.value.shortfalls
    figures = (short.scope, short.dimension, short.used, short.reserved, short.asked, short.limit)
    assert figures == ("lab", "cpu_mhz", 0, 200, 100, 250)
    assert selectors.differences() == (), "a refusal changes no counter below either"


def test_a_members_ceiling_holds_for_their_personal_project_alone(
    project: Project, dana: Person, bob: Person
) -> None:
    services.set_ceiling(actor=actor(bob), limits={"apps": 1}, person=dana, reason="one is enough")
    services.reserve(project_id=dana.personal_project.id, holder=uuid4(), amounts=ONE)
    with pytest.raises(CeilingReached) as told:
        services.reserve(project_id=dana.personal_project.id, holder=uuid4(), amounts=ONE)
    assert [each.scope for each in told.value.shortfalls] == ["person"]
    services.reserve(project_id=project.id, holder=uuid4(), amounts=ONE)


def test_use_and_release_move_the_ceilings_too(project: Project) -> None:
    holder = uuid4()
    services.reserve(project_id=project.id, holder=holder, amounts=ONE)
    assert (lab("cpu_mhz").used, lab("cpu_mhz").reserved) == (0, 100)
    services.mark_used(holder=holder)
    assert (lab("cpu_mhz").used, lab("cpu_mhz").reserved) == (100, 0)
    services.release(holder=holder, parts={"running"})
    assert (lab("cpu_mhz").used, lab("apps").used) == (0, 1)


def test_an_admin_lifts_the_projects_limit_but_not_the_labs(project: Project, bob: Person) -> None:
    services.set_ceiling(actor=actor(bob), limits={"cpu_mhz": 1000}, reason="the machines end here")
    before = selectors.figures(project.id)
    with pytest.raises(CeilingReached):
        services.reserve_beyond(
            actor=actor(bob),
            project_id=project.id,
            holder=uuid4(),
            amounts=Amounts(apps=1, cpu_mhz=1001),
            reason="yes",
        )
    assert selectors.figures(project.id) == before


@pytest.mark.parametrize("reason", ["", "a course begins on Monday"])
def test_a_request_beyond_a_ceiling_is_refused_whatever_its_reason(
    dana: Person, bob: Person, reason: str
) -> None:
    template()
    services.set_ceiling(actor=actor(bob), limits={"cpu_mhz": 99}, reason="the machines end here")
    with pytest.raises(CeilingReached):
        submit(dana, reason=reason)
    assert not Request.objects.exists()


def test_a_ceiling_lowered_while_a_request_waits_holds_at_the_decision(dana: Person, bob: Person) -> None:
    template()
    big = {"cpu_mhz": 4500, "memory_mib": 64, "count": 1}
    waiting = submit(dana, resources=big, reason="a course").request
    assert waiting is not None
    services.set_ceiling(actor=actor(bob), limits={"cpu_mhz": 4000}, reason="a machine broke")
    with pytest.raises(QuotaExceeded):
        approvals.approve(actor=actor(bob), person=bob, request_id=waiting.id)
    assert selectors.differences() == ()


@pytest.mark.parametrize(
    ("limits", "code", "reason"),
    [
        ({"cpu_mhz": 99}, "quota.ceiling_below_use", "less than what is reserved"),
        ({"cpu_mhz": -1}, "quota.amount", "negative"),
        ({"cpu_mhz": 10**13}, "quota.amount", "huge"),
        ({"cpu_mhz": True}, "quota.amount", "no number"),
        ({"wheels": 4}, "quota.dimension", "no dimension"),
    ],
)
def test_what_cannot_be_a_ceiling(
    project: Project, bob: Person, limits: dict[str, int], code: str, reason: str
) -> None:
    services.reserve(project_id=project.id, holder=uuid4(), amounts=ONE)
    with pytest.raises(Refused) as told:
        services.set_ceiling(actor=actor(bob), limits=limits, reason="x")
    assert (told.value.code, told.value.field) == (code, f"limits.{next(iter(limits))}"), reason
    assert lab("cpu_mhz").limit is None


def test_setting_one_is_held_to_its_version_kept_and_audited(project: Project, bob: Person) -> None:
    assert project
    services.set_ceiling(actor=actor(bob), limits={"apps": 50}, reason="to begin with", version=0)
    with pytest.raises(Conflict):
        services.set_ceiling(actor=actor(bob), limits={"apps": 60}, reason="late", version=0)
    services.set_ceiling(actor=actor(bob), limits={"apps": None}, reason="no longer", version=1)
    changes = LimitChange.objects.filter(ceiling__isnull=False).order_by("at")
    assert list(changes.values_list("before", "after")) == [(None, 50), (50, None)]
    assert Event.objects.filter(verb="quota.ceiling_set").count() == 2


def test_no_project_is_promised_more_than_the_lab_has(project: Project, bob: Person) -> None:
    services.set_ceiling(actor=actor(bob), limits={"cpu_mhz": 1000}, reason="the machines end here")
    with pytest.raises(Refused) as told:
        services.set_limit(actor=actor(bob), project=project, limits={"cpu_mhz": 1001}, reason="more")
    assert (told.value.code, told.value.field) == ("quota.above_ceiling", "limits.cpu_mhz")
    services.set_limit(actor=actor(bob), project=project, limits={"cpu_mhz": 1000}, reason="all of it")
