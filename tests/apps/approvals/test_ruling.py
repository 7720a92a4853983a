"""Rules at work: what they decide, what a dry run says they would, and who may write them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.enums import RequestState
from apps.approvals.models import Decision, Request, Rule, RuleVersion
from apps.approvals.rules import WITHIN_QUOTA, Candidate, Terms
from apps.approvals.selectors.rules import candidate
from apps.approvals.selectors.trying import try_rule
from apps.approvals.services import ask_quota, reject
from apps.approvals.services import rules as services
from apps.audit.models import Event
from apps.projects.models import Project
from apps.projects.selectors import personal_of
from apps.quotas.models import Counter
from apps.quotas.services import end_grants, set_limit
from kernel.errors import Conflict, Forbidden, QuotaExceeded, Refused, RefusedMany
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]
BIG = {"cpu_mhz": 6000}  # 4000 are in the quota
GENEROUS: dict[str, Any] = {"most_limit": {"cpu_mhz": 6000}, "days": 30}


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()


def write(bob: Person, name: str = "generous", *, enabled: bool = True, **terms: Any) -> Rule:
    """A rule of bob's."""
    return services.create_rule(actor=actor(bob), person=bob, name=name, terms=terms, enabled=enabled)


def cpu(person: Person) -> Counter:
    own = personal_of(person)
    assert own is not None
    return Counter.objects.get(project=own, dimension="cpu_mhz")


def decided(request: Request | None) -> tuple[str, int | None] | None:
    """By which rule, in which version."""
    found = Decision.objects.filter(request=request).first()
    return (found.rule, found.rule_version) if found else None


def test_a_rule_lifts_the_limit_for_its_days_and_the_decision_names_it(alice: Person, bob: Person) -> None:
    rule = write(bob, **GENEROUS)
    made = submit(alice, resources=BIG)
    assert made.needs == ()
    decision = Decision.objects.get()
    assert (decision.rule, decision.rule_version, decision.ruled_by) == ("generous", 1, rule)
    day = timezone.localdate() + timedelta(days=30)
    assert decision.until == day
    counter = cpu(alice)
    assert (counter.limit, counter.base_limit, counter.granted_until) == (6000, 4000, day)
    assert Event.objects.get(verb="request.approved").actor_label == "generous"


def test_one_beyond_what_it_allows_waits_as_ever(alice: Person, bob: Person) -> None:
    write(bob, most_limit={"cpu_mhz": 5999}, days=30)
    made = submit(alice, resources=BIG, reason="Please")
    assert made.needs == ("quota",)
    assert decided(made.request) is None
    with pytest.raises(QuotaExceeded):
        submit(alice, "other", resources=BIG)
    assert cpu(alice).limit == 4000


def test_a_dry_run_of_a_request_says_what_the_rule_will_do(alice: Person, bob: Person) -> None:
    with pytest.raises(QuotaExceeded):
        submit(alice, resources=BIG, dry_run=True)
    write(bob, **GENEROUS)
    assert submit(alice, resources=BIG, dry_run=True).plan()["outcome"] == "approved"


def test_an_ended_grant_lifts_nothing_even_before_its_end_is_written(alice: Person, bob: Person) -> None:
    """The sweep comes each hour; from midnight on the grant is over all the same."""
    own = personal_of(alice)
    assert own is not None
    today = timezone.localdate()
    limits = {"cpu_mhz": 8000}
    set_limit(actor=actor(bob), project=own, limits=limits, reason="May", until=today)
    Counter.objects.filter(project=own).exclude(granted_until=None).update(
        granted_until=today - timedelta(days=1)
    )
    assert submit(alice, "first", resources=BIG, reason="Please").needs == ("quota",)
    end_grants()
    assert submit(alice, "second", resources=BIG, reason="Please").needs == ("quota",)


def test_a_template_that_wants_a_decision_is_served_by_name_only(alice: Person, bob: Person) -> None:
    catalogue.template("careful", approval={"rule": "always", "why": {"fr": "x", "en": "x"}})
    write(bob, "all")
    assert submit(alice, "one", template="careful").needs == ("template",)
    write(bob, "named", templates=["careful"])
    assert decided(submit(alice, "two", template="careful").request) == ("named", 1)


def test_a_quota_is_decided_by_rule_for_its_days(dana: Person, bob: Person, genomics: Project) -> None:
    write(bob, "more", kinds=["quota"], most_limit={"cpu_mhz": 8000}, days=7)
    asked = ask_quota(
        actor=actor(dana), person=dana, project_id=genomics.id, limits={"cpu_mhz": 8000}, reason="Course"
    )
    assert (asked.state, decided(asked)) == (RequestState.APPROVED, ("more", 1))
    counter = Counter.objects.get(project=genomics, dimension="cpu_mhz")
    week = timezone.localdate() + timedelta(days=7)
    assert (counter.limit, counter.base_limit, counter.granted_until) == (8000, 4000, week)
    beyond = ask_quota(
        actor=actor(dana), person=dana, project_id=genomics.id, limits={"cpu_mhz": 8001}, reason="Course"
    )
    assert (beyond.state, decided(beyond)) == (RequestState.SUBMITTED, None)


def test_what_cannot_be_as_the_rule_would_have_it_waits(dana: Person, bob: Person, genomics: Project) -> None:
    """For a time nothing can be lowered; whoever decides sorts it out."""
    write(bob, "more", kinds=["quota"], most_limit={"cpu_mhz": 8000}, days=7)
    limits = {"cpu_mhz": 8000, "memory_mib": 1024}
    asked = ask_quota(actor=actor(dana), person=dana, project_id=genomics.id, limits=limits, reason="Course")
    asked.refresh_from_db()
    assert (asked.state, decided(asked)) == (RequestState.SUBMITTED, None)
    assert Counter.objects.get(project=genomics, dimension="cpu_mhz").limit == 4000


def test_each_change_is_a_version_and_the_history_stays(alice: Person, bob: Person) -> None:
    rule = write(bob, **GENEROUS)
    first = submit(alice, "one", resources={"cpu_mhz": 100})
    services.change_rule(actor=actor(bob), person=bob, rule_id=rule.id, name="renamed")
    second = submit(alice, "two", resources={"cpu_mhz": 100})
    services.delete_rule(actor=actor(bob), person=bob, rule_id=rule.id)
    third = submit(alice, "three", resources={"cpu_mhz": 100})
    names = [decided(each.request) for each in (first, second, third)]
    assert names == [("generous", 1), ("renamed", 2), (WITHIN_QUOTA, 1)]
    kept = RuleVersion.objects.filter(rule=rule).order_by("version")
    assert [(each.version, each.name, each.enabled) for each in kept] == [
        (1, "generous", True),
        (2, "renamed", True),
        (3, "renamed", False),
    ]
    verbs = Event.objects.filter(target_kind="rule").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["rule.created", "rule.changed", "rule.deleted"]
    write(bob, "renamed")  # the name is free again


def test_what_was_rejected_is_shown_first(alice: Person, bob: Person) -> None:
    waits = submit(alice, "one", resources=BIG, reason="Please").request
    assert waits is not None
    reject(actor=actor(bob), person=bob, request_id=waits.id, reason="No")
    submit(alice, "two", resources={"cpu_mhz": 100})
    before = rows()
    found = try_rule(bob, Candidate("draft", 1, Terms(most_limit={"cpu_mhz": 6000})))
    assert rows() == before, "a dry run writes nothing"
    assert (found.looked_at, len(found.would), found.rejected) == (2, 2, 1)
    assert [each.rejected for each in found.would] == [True, False]
    assert found.asked["cpu_mhz"] == 6100
    assert found.lifted == {"cpu_mhz": 2000}
    narrow = try_rule(bob, Candidate("draft", 1, Terms(most_limit={"cpu_mhz": 5000})))
    assert (len(narrow.would), narrow.why_not) == (1, {"limit": 1})


def rows() -> dict[str, list[Any]]:
    """Everything that a decision could have touched."""
    tables = (Request, Decision, Rule, RuleVersion, Counter, Event)
    return {table.__name__: list(table._default_manager.order_by("pk").values()) for table in tables}


AMOUNTS = st.fixed_dictionaries(
    {}, optional={"cpu_mhz": st.sampled_from([100, 3000, 4000, 6000, 8000]), "memory_mib": st.just(256)}
)
TERMS = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.lists(st.sampled_from(["app", "change", "quota"]), max_size=2),
        "templates": st.lists(st.sampled_from(["page", "careful"]), max_size=1),
        "groups": st.lists(st.sampled_from(["/lab/a", "/lab"]), max_size=1),
        "project_kind": st.sampled_from(["", "personal", "shared"]),
        "most_asked": AMOUNTS,
        "most_limit": AMOUNTS,
        "days": st.none() | st.integers(1, 30),
    },
)
ASKED = st.tuples(st.sampled_from(["page", "careful"]), st.sampled_from([100, 2000, 4000, 5000, 8000]))
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=25, suppress_health_check=QUIET)
@given(
    rules=st.lists(st.tuples(TERMS, st.booleans()), max_size=3),
    asked=st.lists(ASKED, min_size=1, max_size=4),
    groups=st.lists(st.sampled_from(["/lab/a", "/lab", "/lab/ab"]), max_size=2),
)
def test_a_dry_run_says_what_is_decided(
    alice: Person,
    bob: Person,
    rules: list[tuple[dict[str, Any], bool]],
    asked: list[tuple[str, int]],
    groups: list[str],
) -> None:
    with transaction.atomic():
        catalogue.template("careful", approval={"rule": "always", "why": {"fr": "x", "en": "x"}})
        alice.groups = groups
        alice.save()
        written = [write(bob, f"r{n}", enabled=on, **terms) for n, (terms, on) in enumerate(rules)]
        for place, (template, mhz) in enumerate(asked):
            size = {"cpu_mhz": mhz}
            submit(alice, f"app-{place}", template=template, resources=size, reason="Please")
        for rule in written:
            if rule.enabled:
                tried = try_rule(bob, candidate(rule), rule.place)
                would = {each.request.id for each in tried.would}
                did = set(Decision.objects.filter(ruled_by=rule).values_list("request_id", flat=True))
                assert would == did, rule.terms
        transaction.set_rollback(True)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"groups": ["lab/it"]}, "groups", "no full path"),
    ({"groups": ["/lab//it"]}, "groups", "an empty part"),
    ({"projects": ["not-an-id"]}, "projects", "no id"),
    ({"projects": ["00000000-0000-4000-8000-0000000000ff"]}, "projects", "no project of this id"),
    ({"templates": ["nowhere"]}, "templates", "no such template"),
    ({"kinds": ["rights"]}, "kinds", "no rule gives rights"),
    ({"project_kind": "secret"}, "project_kind", "no kind of project"),
    ({"most_asked": {"watts": 1}}, "most_asked.watts", "no dimension"),
    ({"most_asked": {"cpu_mhz": -1}}, "most_asked.cpu_mhz", "below nought"),
    ({"most_limit": {"cpu_mhz": 1.5}}, "most_limit.cpu_mhz", "a fraction"),
    ({"most_limit": {"cpu_mhz": float("nan")}}, "most_limit.cpu_mhz", "no number"),
    ({"most_limit": {"cpu_mhz": True}}, "most_limit.cpu_mhz", "no figure"),
    ({"most_limit": {"cpu_mhz": 2**60}}, "most_limit.cpu_mhz", "huge"),
    ({"days": 0}, "days", "no day"),
    ({"days": 731}, "days", "more than two years"),
    ({"lease_days": 0}, "lease_days", "no day of a life"),
    ({"lease_days": 3651}, "lease_days", "longer than anybody can see"),
    ({"lease_days": True}, "lease_days", "no number of days"),
]


@pytest.mark.parametrize(("terms", "field", "reason"), WRONG, ids=[each[2] for each in WRONG])
def test_terms_that_cannot_be(bob: Person, terms: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(RefusedMany) as told:
        write(bob, **terms)
    assert [each.field for each in told.value.refusals] == [field], reason
    assert not Rule.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 61, WITHIN_QUOTA, "taken", "a\nb\x00"])
def test_names_that_cannot_be(bob: Person, name: str) -> None:
    write(bob, "taken")
    with pytest.raises(Refused):
        write(bob, name)
    assert Rule.objects.count() == 1


def test_the_order_is_one_row_after_another(bob: Person) -> None:
    rules = [write(bob, name) for name in "abcd"]
    services.move_rule(actor=actor(bob), person=bob, rule_id=rules[3].id, place=2)
    services.delete_rule(actor=actor(bob), person=bob, rule_id=rules[0].id)
    standing = Rule.objects.filter(deleted_at=None).order_by("place")
    assert [(each.name, each.place) for each in standing] == [("d", 1), ("b", 2), ("c", 3)]
    for place in (0, 4):
        with pytest.raises(Refused):
            services.move_rule(actor=actor(bob), person=bob, rule_id=rules[1].id, place=place)


def test_the_second_of_two_admins_is_told(bob: Person) -> None:
    rule = write(bob)
    services.change_rule(actor=actor(bob), person=bob, rule_id=rule.id, name="first", version=1)
    with pytest.raises(Conflict) as told:
        services.change_rule(actor=actor(bob), person=bob, rule_id=rule.id, name="second", version=1)
    assert told.value.code == "rule.moved_on"
    assert Rule.objects.get().name == "first"


def test_only_admins_write(bob: Person, erik: Person, alice: Person) -> None:
    rule = write(bob)
    for person in (erik, alice):
        with pytest.raises(Forbidden):
            write(person, "mine")
        with pytest.raises(Forbidden):
            services.change_rule(actor=actor(person), person=person, rule_id=rule.id, enabled=False)
        with pytest.raises(Forbidden):
            services.delete_rule(actor=actor(person), person=person, rule_id=rule.id)
    assert Rule.objects.filter(enabled=True).count() == 1
