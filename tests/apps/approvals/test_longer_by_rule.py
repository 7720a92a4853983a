"""Rules and a longer life of an app: what they decide by the days asked, and what a dry run says of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import RequestState
from apps.approvals.models import Decision, Request
from apps.approvals.rules import Candidate, Terms
from apps.approvals.selectors.rules import candidate
from apps.approvals.selectors.trying import try_rule
from apps.audit.models import Event
from apps.leases.models import Renewal
from apps.notices.models import Notice
from apps.projects.models import Project
from apps.quotas import services as quotas
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App
from kernel.units import Amounts
from tests.apps.approvals.test_ruling import write
from tests.apps.leases.days import calendar
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]


def today(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def app(alice: Person, genomics: Project) -> App:
    catalogue.template()
    return submit(alice, project_id=genomics.id, ends_on=today(100)).app


def ask(person: Person, app: App, days: int = 1000, **more: Any) -> Request:
    told: dict[str, Any] = {"until": today(days), "reason": "the thesis lasts three years", **more}
    return services.ask_lease(actor=actor(person), person=person, app_id=app.id, **told)


def end(app: App) -> date | None:
    return App.objects.get(id=app.id).ends_on


def test_a_rule_gives_the_days_that_are_asked_and_is_named(app: App, alice: Person, bob: Person) -> None:
    rule = write(bob, "theses", kinds=["lease"], lease_days=1100)
    asked = ask(alice, app)
    assert (asked.state, end(app)) == (RequestState.APPROVED, today(1000))
    decision = Decision.objects.get(request=asked)
    assert (decision.rule, decision.ruled_by, decision.until) == ("theses", rule, today(1000))
    renewal = Renewal.objects.get(app=app)
    assert (renewal.way, renewal.by, renewal.person) == ("decision", "theses", None)
    assert Event.objects.get(verb="request.approved", target_id=asked.id).actor_label == "theses"
    assert not Notice.objects.filter(kind="request.asked").exists(), "nobody is asked"


WAITS: list[tuple[dict[str, Any], str]] = [
    ({"lease_days": 999}, "one day more than it gives"),
    ({"kinds": ["lease"]}, "it does not say for how long"),
    ({"most_limit": {"cpu_mhz": 8000}, "days": 30}, "a rule of before, for every kind"),
    ({"lease_days": 1100, "kinds": ["app", "quota"]}, "another kind"),
    ({"lease_days": 1100, "templates": ["careful"]}, "an app of another template"),
    ({"lease_days": 1100, "project_kind": "personal"}, "another kind of project"),
    ({"lease_days": 1100, "groups": ["/lab/it"]}, "others may"),
]


@pytest.mark.parametrize(("terms", "reason"), WAITS, ids=[each[1] for each in WAITS])
def test_what_no_rule_gives_waits_as_ever(
    app: App, alice: Person, bob: Person, terms: dict[str, Any], reason: str
) -> None:
    catalogue.template("careful")
    write(bob, **terms)
    asked = ask(alice, app)
    assert (asked.state, end(app)) == (RequestState.SUBMITTED, today(100)), reason
    assert Notice.objects.filter(kind="request.asked").exists(), "who decides is told"


def test_a_template_that_wants_a_person_is_served_by_name_only(
    alice: Person, bob: Person, genomics: Project
) -> None:
    catalogue.template("careful", approval={"rule": "always", "why": {"fr": "x", "en": "x"}})
    write(bob, "apps", kinds=["app"], templates=["careful"])
    app = submit(alice, project_id=genomics.id, template="careful", ends_on=today(100)).app
    write(bob, "all", lease_days=1100)
    assert ask(alice, app).state == RequestState.SUBMITTED
    write(bob, "named", lease_days=1100, templates=["careful"])
    assert ask(alice, app, 1001).state == RequestState.APPROVED


def test_a_draft_is_judged_when_it_is_sent(app: App, alice: Person, bob: Person) -> None:
    write(bob, lease_days=1100)
    draft = ask(alice, app, draft=True)
    assert (draft.state, end(app)) == (RequestState.DRAFT, today(100))
    sent = services.send(actor=actor(alice), person=alice, request_id=draft.id)
    assert (sent.state, end(app)) == (RequestState.APPROVED, today(1000))


def test_what_has_no_room_any_more_waits_for_a_person(alice: Person, bob: Person, genomics: Project) -> None:
    """Lengthening brings an archived app back; the rule would have it, the quota has no room for it."""
    with calendar() as days:
        catalogue.template()
        app = submit(alice, project_id=genomics.id, ends_on=today(100)).app
        days.live(140, app)
        assert (app.lease_state, app.desired) == (LeaseState.ARCHIVED, Desired.ARCHIVED)
        quotas.release(holder=app.id, parts={"place"})  # as the reconciler does once it is seen gone
        quotas.reserve(project_id=genomics.id, holder=genomics.id, amounts=Amounts(apps=5))
        write(bob, lease_days=1100)
        asked = ask(alice, app, 1000)
        asked.refresh_from_db()
        app.refresh_from_db()
        assert (asked.state, app.desired) == (RequestState.SUBMITTED, Desired.ARCHIVED)
        assert not Decision.objects.filter(request=asked).exists()


def test_a_dry_run_says_what_the_rule_would_have_decided(app: App, alice: Person, bob: Person) -> None:
    asked = ask(alice, app, 1000)
    services.reject(actor=actor(bob), person=bob, request_id=asked.id, reason="two years are enough")
    longer = ask(alice, app, 2000)
    found = try_rule(bob, Candidate("draft", 1, Terms(kinds=frozenset({"lease"}), lease_days=1000)))
    assert [(each.request, each.days, each.rejected) for each in found.would] == [(asked, 1000, True)]
    assert found.why_not == {"kind": 1, "days": 1}, "the app itself was decided by the built-in rule"
    assert try_rule(bob, Candidate("draft", 1, Terms(lease_days=2000))).decided == 3
    assert try_rule(bob, Candidate("draft", 1, Terms(lease_days=2000))).rejected == 1
    longer.refresh_from_db()
    assert longer.state == RequestState.SUBMITTED, "nothing was decided by it"


@pytest.mark.parametrize("days", [800, 999, 1000, 1001, 1500])
def test_a_dry_run_and_the_rule_say_the_same(app: App, alice: Person, bob: Person, days: int) -> None:
    rule = write(bob, lease_days=1000)
    asked = ask(alice, app, days)
    did = asked.state == RequestState.APPROVED
    would = {each.request for each in try_rule(bob, candidate(rule), rule.place).would}
    assert (asked in would) == did == (days <= 1000)


def test_the_pages_say_it_in_days(app: App, alice: Person, bob: Person, signed_in: SignedIn) -> None:
    waits = ask(alice, app, 1000)
    client = signed_in(bob)
    typed = {"name": "theses", "kinds": "lease", "lease_days": "1000"}
    tried = client.post("/rules/new/", {**typed, "act": "try"}).content.decode()
    assert "It would have decided one of the last 2 requests" in tried
    assert "1000 days asked" in tried
    assert "it is for other kinds of request" in tried
    wrong = client.post("/rules/new/", {**typed, "lease_days": "0", "act": "save"})
    assert 'id="id_lease_days-error"' in wrong.content.decode()
    client.post("/rules/new/", {**typed, "lease_days": "900", "enabled": "on", "act": "save"})
    row = client.get("/rules/").content.decode().split("theses")[1].split("</tr>")[0]
    assert "lets an app live up to 900 days from the day of asking" in row
    assert "within the quota" not in row, "no amounts are asked for"
    page = client.get(f"/requests/{waits.id}/").content.decode()
    assert "more days are asked than it gives (1000, not 900)" in page


def test_who_asks_is_told_at_once(app: App, alice: Person, bob: Person, signed_in: SignedIn) -> None:
    write(bob, lease_days=1100)
    told = {"until": today(1000).isoformat(), "reason": "the thesis"}
    page = signed_in(alice).post(f"/apps/{app.id}/lease/ask/", told, follow=True).content.decode()
    assert "A rule of the lab granted it at once." in page


def test_a_program_writes_and_tries_such_a_rule(app: App, alice: Person, bob: Person) -> None:
    asked = ask(alice, app, 1000)
    tool = caller(bob)
    body = {"name": "theses", "terms": {"kinds": ["lease"], "lease_days": 1000}}
    tried = tool.call("POST", "rules/?dry_run=true", body).json()
    assert [(each["request"], each["days"]) for each in tried["would"]] == [(str(asked.id), 1000)]
    made = tool.call("POST", "rules/", body).json()
    assert made["terms"]["lease_days"] == 1000
