"""Asking for a longer life of an app: granted, in part, rejected, and each clear refusal."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import RequestState, Verdict
from apps.approvals.models import Request
from apps.audit.models import Event
from apps.leases.models import Renewal
from apps.notices.models import Notice
from apps.projects.models import Project
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, Missing, Refused
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]


def today(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def app(alice: Person, genomics: Project) -> App:
    catalogue.template()
    return submit(alice, project_id=genomics.id, ends_on=today(100)).app


def ask(person: Person, app: App, days: int = 1000, **more: Any) -> Request:
    told: dict[str, Any] = {"until": today(days), "reason": "the thesis lasts three years", **more}
    return services.ask_lease(actor=actor(person), person=person, app_id=app.id, **told)


def end(app: App) -> date | None:
    return App.objects.get(id=app.id).ends_on


def test_granted(app: App, alice: Person, bob: Person) -> None:
    asked = ask(alice, app)
    assert end(app) == today(100), "nothing changes before somebody decides"
    decision = services.approve(actor=actor(bob), person=bob, request_id=asked.id)
    assert (decision.verdict, decision.until, end(app)) == (Verdict.APPROVED, today(1000), today(1000))
    assert Renewal.objects.get(app=app).way == "decision"
    told = Notice.objects.get(person=alice, kind="request.decided").params
    assert (told["request_kind"], told["until_on"]) == ("lease", today(1000).isoformat())
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert verbs >= {"request.submitted", "request.approved", "lease.renew"}


@pytest.mark.parametrize("how", ["approve", "approve_in_part"])
def test_in_part_is_an_earlier_day_with_a_reason(app: App, alice: Person, bob: Person, how: str) -> None:
    """A decider who puts an earlier day and says “approve” approves in part."""
    asked = ask(alice, app)
    who: dict[str, Any] = {"actor": actor(bob), "person": bob, "request_id": asked.id}
    call: Any = getattr(services, how)
    more: dict[str, Any] = {"granted": {}} if how == "approve_in_part" else {}
    with pytest.raises(Refused) as refused:
        call(**who, **more, until=today(800), reason="")
    assert (refused.value.code, refused.value.field) == ("reason.required", "reason")
    decision = call(**who, **more, until=today(800), reason="two years first")
    asked.refresh_from_db()
    assert asked.state == RequestState.PARTIALLY_APPROVED
    assert (decision.verdict, end(app)) == (Verdict.PARTIALLY_APPROVED, today(800))


NO_GRANT = [
    ({"until": 1001}, "approve", "until", "a later day than was asked"),
    ({"until": 99}, "approve", "until", "an earlier one than it has"),
    ({"until": -1}, "approve", "until", "a day that is over"),
    ({}, "approve_in_part", "until", "in part without a day"),
    ({"until": 1000}, "approve_in_part", "until", "in part, and all of it"),
    ({"until": 800, "granted": {"cpu_mhz": 1}}, "approve_in_part", "granted", "what was not asked for"),
]


@pytest.mark.parametrize(("told", "how", "field", "why"), NO_GRANT, ids=[why for *_rest, why in NO_GRANT])
def test_what_cannot_be_granted(
    app: App, alice: Person, bob: Person, told: dict[str, Any], how: str, field: str, why: str
) -> None:
    asked = ask(alice, app)
    given = {**told, "until": today(told["until"])} if "until" in told else dict(told)
    if how == "approve_in_part":
        given.setdefault("granted", {})
    call: Any = getattr(services, how)
    with pytest.raises(Refused) as refused:
        call(actor=actor(bob), person=bob, request_id=asked.id, reason="some of it", **given)
    assert refused.value.field == field, why
    assert end(app) == today(100)


def test_rejected(app: App, alice: Person, bob: Person) -> None:
    asked = ask(alice, app)
    services.reject(actor=actor(bob), person=bob, request_id=asked.id, reason="the course is over")
    assert end(app) == today(100)
    assert App.objects.get(id=app.id).desired == "present", "the app goes on as it was"


NO_ASK = [
    (0, "lease.not_later", "a day that is over"),
    (90, "lease.not_later", "earlier than it ends"),
    (700, "lease.within", "what one may choose alone is not asked for"),
    (4000, "lease.too_long", "what nobody can see"),
]


@pytest.mark.parametrize(("days", "code", "why"), NO_ASK, ids=[why for *_rest, why in NO_ASK])
def test_what_cannot_be_asked(app: App, alice: Person, days: int, code: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(alice, app, days)
    assert (refused.value.code, refused.value.field) == (code, "until"), why
    assert not Request.objects.filter(kind="lease").exists()


def test_who_may_ask_and_decide(app: App, alice: Person, charlie: Person, dana: Person, erik: Person) -> None:
    with pytest.raises(Missing):
        ask(charlie, app)
    with pytest.raises(Forbidden):
        ask(erik, app)
    asked = ask(alice, app)
    with pytest.raises(Forbidden):
        services.approve(actor=actor(dana), person=dana, request_id=asked.id)
    with pytest.raises(Refused):
        ask(alice, app, reason=" ")


def test_it_is_edited_and_decided_as_it_stands_then(app: App, alice: Person, bob: Person) -> None:
    asked = ask(alice, app)
    mine: dict[str, Any] = {"actor": actor(alice), "person": alice, "request_id": asked.id}
    services.edit(**mine, changes={"until": today(900)}, version=1)
    with pytest.raises(Conflict):
        services.approve(actor=actor(bob), person=bob, request_id=asked.id, version=1)
    services.approve(actor=actor(bob), person=bob, request_id=asked.id, version=2)
    assert end(app) == today(900)


def test_a_program_asks_and_decides(app: App, alice: Person, bob: Person) -> None:
    tool = caller(alice)
    body: dict[str, Any] = {"kind": "lease", "app": str(app.id), "until": today(1000).isoformat()}
    assert tool.call("POST", "requests/", {"kind": "lease", "reason": "x"}).status_code == 400
    made = tool.call("POST", "requests/", {**body, "reason": "the thesis"})
    assert made.status_code == 201, made.content
    asked = made.json()
    assert (asked["kind"], asked["app"], asked["until"]) == ("lease", str(app.id), body["until"])
    told = {"until": today(800).isoformat(), "reason": "two years first"}
    decided = caller(bob).call("POST", f"requests/{asked['id']}/approve/", told).json()
    assert (decided["state"], decided["progress"]) == ("partially_approved", "applied")
    assert end(app) == today(800)


def test_the_way_through_the_pages(app: App, alice: Person, bob: Person, signed_in: SignedIn) -> None:
    browser = signed_in(alice)
    assert f"/apps/{app.id}/lease/ask/" in browser.get(f"/apps/{app.id}/lease/").content.decode()
    wrong = browser.post(f"/apps/{app.id}/lease/ask/", {"until": today(50).isoformat(), "reason": "x"})
    assert wrong.status_code == 422
    sent = browser.post(f"/apps/{app.id}/lease/ask/", {"until": today(1000).isoformat(), "reason": "x"})
    asked = Request.objects.get(kind="lease")
    assert sent["Location"] == f"/requests/{asked.id}/"
    page = signed_in(bob).get(f"/requests/{asked.id}/")
    assert page.status_code == 200
    signed_in(bob).post(
        f"/requests/{asked.id}/approve/", {"until": today(800).isoformat(), "reason": "first", "version": "1"}
    )
    assert end(app) == today(800)
