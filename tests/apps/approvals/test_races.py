"""Requests and verdicts at the same moment, on real connections (P4, P9)."""

from collections import Counter as Tally
from functools import partial
from uuid import UUID

import pytest

from apps.accounts.enums import LabRole
from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import Verdict
from apps.approvals.models import Decision, Request
from apps.approvals.services import Submitted, rules
from apps.projects.models import Project
from apps.quotas import services as quotas
from apps.quotas.models import Counter
from apps.workloads import services as workloads
from apps.workloads.models import App
from kernel.errors import Conflict, QuotaExceeded, Refused
from kernel.units import Amounts
from tests.atonce import at_once
from tests.cast import actor, enter
from tests.factories import catalogue, projects
from tests.factories import people as people_factory
from tests.factories.apps import submit

ROOM, ASKERS = 10, 50
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dana(transactional_db: None) -> Person:
    catalogue.template()
    return enter("dana")


@pytest.fixture
def project(dana: Person) -> Project:
    return projects.shared("race", dana, Amounts(apps=ROOM, cpu_mhz=100_000, memory_mib=100_000))


def test_fifty_requests_with_room_for_ten(project: Project, dana: Person) -> None:
    names = [f"app-{number}" for number in range(ASKERS)]
    told = at_once([partial(submit, dana, name, project_id=project.id) for name in names])
    assert Tally(type(each) for each in told) == {Submitted: ROOM, QuotaExceeded: ASKERS - ROOM}
    assert App.objects.count() == Request.objects.count() == ROOM, "a refusal leaves nothing half-made"
    assert Counter.objects.get(project=project, dimension="apps").reserved == ROOM
    assert quotas.recount() == ()


def test_a_rule_lifts_no_further_than_it_may_however_many_ask(project: Project, dana: Person) -> None:
    bob = enter("bob", LabRole.ADMIN)
    Counter.objects.filter(project=project, dimension="cpu_mhz").update(limit=4000, base_limit=4000)
    terms = {"most_limit": {"cpu_mhz": 6000}, "days": 30}
    rules.create_rule(actor=actor(bob), person=bob, name="generous", terms=terms, enabled=True)
    size = {"cpu_mhz": 2000}
    asked = [partial(submit, dana, f"app-{n}", project_id=project.id, resources=size) for n in range(8)]
    told = at_once(asked)
    assert Tally(type(each) for each in told) == {Submitted: 3, QuotaExceeded: 5}
    counter = Counter.objects.get(project=project, dimension="cpu_mhz")
    assert (counter.reserved, counter.limit, counter.base_limit) == (6000, 6000, 4000)
    assert App.objects.count() == Request.objects.count() == 3


def test_one_name_asked_for_ten_times_at_once(project: Project, dana: Person) -> None:
    told = at_once([lambda: submit(dana, "wiki", project_id=project.id)] * 10)
    assert Tally(type(each) for each in told) == {Submitted: 1, Refused: 9}
    assert {each.code for each in told if isinstance(each, Refused)} == {"name.taken"}
    assert App.objects.filter(host="wiki.apps.localhost").count() == 1


def test_two_admins_decide_the_same_request(project: Project, dana: Person) -> None:
    bob = enter("bob", LabRole.ADMIN)
    waiting = _waiting(project, dana)
    told = at_once(
        [
            lambda: services.approve(actor=actor(bob), person=bob, request_id=waiting),
            lambda: services.reject(actor=actor(bob), person=bob, request_id=waiting, reason="no"),
        ]
        * 4
    )
    assert sum(not isinstance(each, Exception) for each in told) == 1
    assert sum(isinstance(each, Conflict) for each in told) == 7
    assert quotas.recount() == ()


def _waiting(project: Project, dana: Person) -> UUID:
    quotas.set_limit(actor=actor(dana), project=project, limits=Amounts(apps=ROOM), reason="tight")
    made = submit(dana, "waits", project_id=project.id, reason="please")
    assert made.request is not None
    assert made.decision is None
    return made.request.id


def test_conflicting_clicks_have_one_winner(project: Project, dana: Person) -> None:
    """Each click names the generation that its page showed: the first wins, the others hear of it."""
    app = submit(dana, "clicked", project_id=project.id).app
    who = actor(dana)
    told = at_once(
        [
            lambda: workloads.stop(actor=who, app_id=app.id, if_generation=1),
            lambda: workloads.restart(actor=who, app_id=app.id, if_generation=1),
            lambda: workloads.delete(actor=who, app_id=app.id, if_generation=1),
            lambda: services.submit_change(
                actor=who, person=dana, app_id=app.id, parameters={"title": "New"}, if_generation=1
            ),
        ]
        * 3
    )
    assert sum(not isinstance(each, Exception) for each in told) == 1
    assert all(isinstance(each, Conflict) for each in told if isinstance(each, Exception))
    assert App.objects.get(id=app.id).generation == 2


def test_whoever_comes_second_hears_who_was_first(project: Project, dana: Person) -> None:
    """Two admins with different verdicts at once: one wins, the other is told by whom, and what."""
    bob, nora = enter("bob", LabRole.ADMIN), people_factory.person("nora", lab_role=LabRole.ADMIN)
    waiting = _waiting(project, dana)
    told = at_once(
        [
            partial(services.approve, actor=actor(bob), person=bob, request_id=waiting),
            partial(services.reject, actor=actor(nora), person=nora, request_id=waiting, reason="no"),
        ]
    )
    [won] = [each for each in told if isinstance(each, Decision)]
    [lost] = [each for each in told if isinstance(each, Conflict)]
    assert won.decider is not None
    assert lost.code == "request.decided"
    assert lost.params["who"] == won.decider.label
    assert str(lost.params["verdict"]) == str(Verdict(won.verdict).label)
    assert Decision.objects.filter(request_id=waiting).count() == 1
    assert quotas.recount() == ()
