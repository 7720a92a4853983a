"""An app whose template always wants a decision comes to another project after one (ADR 0052)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import RequestKind, RequestState
from apps.approvals.models import Decision, Request
from apps.approvals.services import Taken
from apps.approvals.services import rules as writing
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects.models import Project
from apps.quotas import services as quotas
from apps.quotas.models import Charge
from apps.workloads import services as workloads
from apps.workloads.enums import HandoverOutcome
from apps.workloads.models import App, AppEvent, Handover, Operation
from kernel.errors import Conflict, Forbidden, Missing, QuotaExceeded, Refused
from kernel.units import Amounts
from tests.cast import actor
from tests.factories import catalogue, people, projects
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def app(dana: Person, bob: Person, genomics: Project) -> App:
    """An app that bob has allowed in genomics."""
    catalogue.template("careful", approval={"rule": "always", "why": {"fr": "x", "en": "x"}})
    asked = submit(dana, template="careful", project_id=genomics.id, label="Wiki")
    assert asked.request is not None
    services.approve(actor=actor(bob), person=bob, request_id=asked.request.id)
    return App.objects.get(id=asked.app.id)


@pytest.fixture
def yann(db: None) -> Person:
    """Owns `physics`."""
    person = people.person("yann")
    projects.personal(person)
    return person


@pytest.fixture
def physics(yann: Person) -> Project:
    return projects.shared("physics", yann)


def offer(dana: Person, app: App, slug: str = "physics") -> Handover:
    return workloads.offer(actor=actor(dana), person=dana, app_id=app.id, project=slug)


def accept(person: Person, made: Handover, reason: str = "") -> Taken:
    return services.take_over(actor=actor(person), person=person, handover_id=made.id, reason=reason)


def asked_for(person: Person, made: Handover) -> Request:
    """Accept, and have to wait."""
    taken = accept(person, made, "Our course needs it")
    assert taken.operation is None
    assert taken.request is not None
    return taken.request


def place(app: App) -> str:
    return App.objects.get(id=app.id).project.slug


def test_an_administrator_decides_and_then_it_comes(
    app: App, dana: Person, yann: Person, bob: Person, genomics: Project, physics: Project
) -> None:
    made = offer(dana, app)
    before = list(Charge.objects.order_by("id").values())
    request = asked_for(yann, made)
    assert (request.kind, request.state) == (RequestKind.HANDOVER, RequestState.SUBMITTED)
    assert (request.project, request.requester, request.handover) == (physics, yann, made)
    assert request.amounts["cpu_mhz"] == 100
    assert (place(app), list(Charge.objects.order_by("id").values())) == ("genomics", before), "nothing yet"
    assert bob.id in Notice.objects.filter(kind="request.asked").values_list("person_id", flat=True)
    decision = services.approve(actor=actor(bob), person=bob, request_id=request.id)
    assert (decision.granted["cpu_mhz"], place(app)) == (100, "physics")
    assert set(Charge.objects.values_list("project", flat=True)) == {physics.id}
    assert quotas.recount() == ()
    assert Handover.objects.get(id=made.id).outcome == HandoverOutcome.ACCEPTED
    request.refresh_from_db()
    assert request.operation == Operation.objects.get(app=app, kind="handover")
    told = Notice.objects.filter(kind="app.handed_over", person=dana).get()
    assert told.params["by"] == yann.label, "who took it over, not who allowed it"
    assert AppEvent.objects.get(app=app, code="app.handover").params["by"] == yann.label
    events = Event.objects.filter(project_id=physics.id).values_list("verb", flat=True)
    assert {"request.submitted", "request.approved", "app.handover"} <= set(events)
    assert Event.objects.get(verb="app.handed_over").project_id == genomics.id


def test_it_waits_only_where_the_template_wants_it(
    dana: Person, yann: Person, genomics: Project, physics: Project
) -> None:
    catalogue.template()
    app = submit(dana, project_id=genomics.id).app
    taken = accept(yann, offer(dana, app))
    assert taken.operation is not None
    assert (taken.request, place(app)) == (None, "physics")


def test_a_rule_that_names_the_template_decides_it(
    app: App, dana: Person, yann: Person, bob: Person, physics: Project
) -> None:
    terms = {"templates": ["careful"], "projects": [str(physics.id)], "most_asked": {"cpu_mhz": 100}}
    writing.create_rule(actor=actor(bob), person=bob, name="trusted", terms=terms, enabled=True)
    taken = accept(yann, offer(dana, app))
    assert taken.operation is not None
    assert place(app) == "physics"
    assert Decision.objects.get(request=taken.request).rule == "trusted"


def test_a_rule_for_other_amounts_does_not(app: App, dana: Person, yann: Person, bob: Person) -> None:
    projects.shared("other", yann)
    terms = {"templates": ["careful"], "most_asked": {"cpu_mhz": 99}}
    writing.create_rule(actor=actor(bob), person=bob, name="small", terms=terms, enabled=True)
    asked_for(yann, offer(dana, app, "other"))
    assert place(app) == "genomics"


def test_a_full_quota_is_told_before_anybody_has_to_decide(app: App, dana: Person, yann: Person) -> None:
    projects.shared("tight", yann, Amounts(apps=5, cpu_mhz=50, memory_mib=4096))
    made = offer(dana, app, "tight")
    with pytest.raises(QuotaExceeded):
        accept(yann, made)
    assert not Request.objects.filter(kind=RequestKind.HANDOVER).exists()
    assert Handover.objects.get(id=made.id).closed_at is None


def test_one_request_an_offer(app: App, dana: Person, yann: Person, physics: Project) -> None:
    made = offer(dana, app)
    request = asked_for(yann, made)
    with pytest.raises(Conflict, match=r"handover\.asked"):
        accept(yann, made)
    services.withdraw(actor=actor(yann), person=yann, request_id=request.id)
    asked_for(yann, made)


def test_whoever_accepts_in_time_is_given_time_for_the_decision(
    app: App, dana: Person, yann: Person, physics: Project
) -> None:
    made = offer(dana, app)
    soon = timezone.now() + timedelta(hours=1)
    Handover.objects.filter(id=made.id).update(expires_at=soon)
    asked_for(yann, made)
    assert Handover.objects.get(id=made.id).expires_at > soon + timedelta(days=13)


def test_a_rejection_declines_the_offer(
    app: App, dana: Person, yann: Person, bob: Person, physics: Project
) -> None:
    made = offer(dana, app)
    request = asked_for(yann, made)
    services.reject(actor=actor(bob), person=bob, request_id=request.id, reason="Not there")
    made.refresh_from_db()
    assert (made.outcome, place(app)) == (HandoverOutcome.DECLINED, "genomics")
    assert Notice.objects.get(kind="app.offer_declined").person_id == dana.id
    with pytest.raises(Conflict, match="closed"):
        accept(yann, made)


@pytest.mark.parametrize("how", ["withdrawn", "expired", "given by nobody"])
def test_an_offer_that_is_over_is_not_decided(
    app: App, dana: Person, yann: Person, bob: Person, physics: Project, how: str
) -> None:
    made = offer(dana, app)
    request = asked_for(yann, made)
    match how:
        case "withdrawn":
            workloads.withdraw(actor=actor(dana), person=dana, handover_id=made.id)
        case "expired":
            Handover.objects.filter(id=made.id).update(expires_at=timezone.now() - timedelta(seconds=1))
        case _:
            Person.objects.filter(id=dana.id).update(is_active=False)
    with pytest.raises(Conflict, match="handover"):
        services.approve(actor=actor(bob), person=bob, request_id=request.id)
    assert place(app) == "genomics"
    if how == "expired":
        workloads.expire_offers()
    if how != "given by nobody":
        assert services.withdraw_orphans(actor=actor(bob)) == 1
        request.refresh_from_db()
        assert request.state == RequestState.WITHDRAWN


def test_it_is_granted_whole_and_to_who_may_still_have_it(
    app: App, dana: Person, yann: Person, bob: Person, physics: Project
) -> None:
    request = asked_for(yann, offer(dana, app))
    told: dict[str, Any] = {"actor": actor(bob), "person": bob, "request_id": request.id, "reason": "less"}
    with pytest.raises(Refused, match="whole_only"):
        services.approve_in_part(**told, granted={"cpu_mhz": 50})
    with pytest.raises(Refused, match="nothing_to_end"):
        services.approve(**told, until=timezone.localdate())
    with pytest.raises(Forbidden):
        services.approve(actor=actor(yann), person=yann, request_id=request.id)
    Person.objects.filter(id=yann.id).update(is_active=False)
    with pytest.raises(Conflict, match="requester_gone"):
        services.approve(actor=actor(bob), person=bob, request_id=request.id)


def test_its_reason_can_be_changed_and_nothing_else(
    app: App, dana: Person, yann: Person, physics: Project
) -> None:
    request = asked_for(yann, offer(dana, app))
    told: dict[str, Any] = {"actor": actor(yann), "person": yann, "request_id": request.id}
    assert services.edit(**told, changes={"reason": "For the winter school"}).version == 2
    with pytest.raises(Refused):
        services.edit(**told, changes={"resources": {"cpu_mhz": 8000}})


def test_by_the_api(app: App, dana: Person, yann: Person, charlie: Person, physics: Project) -> None:
    made = offer(dana, app)
    path = f"handovers/{made.id}/accept/"
    assert caller(charlie).call("POST", path, {}).status_code == 404
    answer = caller(yann).call("POST", path, {"reason": "Our course"})
    assert answer.status_code == 200, "nothing is under way"
    waits = Request.objects.get(kind=RequestKind.HANDOVER)
    assert answer.json()["request"] == str(waits.id)
    assert answer["Location"].endswith(f"/api/v1/requests/{waits.id}/")
    assert caller(yann).call("GET", f"requests/{waits.id}/").json()["handover"] == str(made.id)
    again = caller(yann).call("POST", path, {})
    assert (again.status_code, again.json()["code"]) == (409, "handover.asked")


def test_the_pages(
    app: App, dana: Person, yann: Person, bob: Person, physics: Project, signed_in: SignedIn
) -> None:
    made = offer(dana, app)
    page = signed_in(yann).get(f"/handovers/{made.id}/").content.decode()
    assert "An administrator decides whether" in page
    answered = signed_in(yann).post(f"/handovers/{made.id}/accept/", {"reason": "Our course"})
    waits = Request.objects.get(kind=RequestKind.HANDOVER)
    assert answered["Location"] == f"/requests/{waits.id}/"
    page = signed_in(yann).get(f"/handovers/{made.id}/").content.decode()
    assert f"/requests/{waits.id}/" in page
    assert f"/handovers/{made.id}/accept/" not in page, "it is asked for already"
    for person in (yann, bob):
        page = signed_in(person).get(f"/requests/{waits.id}/").content.decode()
        assert f"/handovers/{made.id}/" in page
    assert "Less than was asked" not in page
    assert signed_in(yann).get(f"/requests/{waits.id}/edit/").status_code == 200
    page = signed_in(dana).get(f"/handovers/{made.id}/").content.decode()
    assert f"/requests/{waits.id}/" not in page, "it is the other project's"
    signed_in(bob).post(f"/requests/{waits.id}/approve/", {"version": 1})
    assert place(app) == "physics"


def test_a_stranger_reads_nothing_of_it(
    app: App, dana: Person, yann: Person, charlie: Person, physics: Project
) -> None:
    request = asked_for(yann, offer(dana, app))
    with pytest.raises(Missing):
        services.withdraw(actor=actor(charlie), person=charlie, request_id=request.id)
