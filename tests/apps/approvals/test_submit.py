"""Asking for an app: decided at once, waiting, refused."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from uuid import uuid4

import pytest

from apps.accounts.models import Person
from apps.approvals import selectors, services
from apps.approvals.enums import RequestState
from apps.approvals.models import Request
from apps.approvals.services import waiting
from apps.audit.models import Event
from apps.projects.models import Project
from apps.quotas.selectors import figures
from apps.workloads.enums import Desired, OperationState
from apps.workloads.models import App, AppEvent, Claim, Release
from kernel.errors import Conflict, Forbidden, Missing, QuotaExceeded, Refused, RefusedMany
from tests.atonce import at_once
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit


@pytest.fixture(autouse=True)
def _page(db: None) -> None:
    catalogue.template()


def reserved(project_id: object) -> dict[str, int]:
    return {each.dimension: each.reserved for each in figures(project_id)}  # type: ignore[arg-type]


def test_within_quota_is_decided_at_once_by_a_named_rule(alice: Person) -> None:
    made = submit(alice)
    assert made.request is not None
    assert made.operation is not None
    assert made.decision is not None
    app = App.objects.get(id=made.app.id)
    assert (app.desired, app.generation) == (Desired.PRESENT, 1)
    assert app.host == "wiki.apps.localhost"
    assert made.request.state == RequestState.APPROVED
    assert made.decision.rule == "within-quota"
    assert made.operation.state == OperationState.PENDING
    assert Claim.objects.get(app=app).due_at is not None
    assert reserved(app.project_id) == {
        "apps": 1,
        "cpu_mhz": 100,
        "memory_mib": 64,
        "storage_mib": 0,
        "gpus": 0,
        "always_on": 0,
    }
    release = Release.objects.get(app=app)
    assert (release.number, release.driver, release.parameters) == (1, "docker", {"title": "Hello"})
    assert (release.author_id, release.author_label) == (alice.id, alice.label), "not the rule"
    assert len(release.job_digest) == 64


def test_each_change_has_its_audit_row(alice: Person) -> None:
    made = submit(alice)
    verbs = set(Event.objects.values_list("verb", "actor_kind"))
    assert verbs >= {
        ("app.requested", "person"),
        ("request.submitted", "person"),
        ("request.approved", "rule"),
        ("app.released", "rule"),
    }
    assert Event.objects.filter(target_id=str(made.app.id)).exists()


def test_beyond_quota_without_a_reason_is_refused_and_leaves_nothing(alice: Person) -> None:
    with pytest.raises(QuotaExceeded) as told:
        submit(alice, resources={"cpu_mhz": 5000, "memory_mib": 5000})
    short = {
        each.dimension: (each.used, each.reserved, each.asked, each.limit) for each in told.value.shortfalls
    }
    assert short == {"cpu_mhz": (0, 0, 5000, 4000), "memory_mib": (0, 0, 5000, 4096)}
    assert not App.objects.exists()
    assert not Request.objects.exists()


def test_beyond_quota_with_a_reason_waits_and_charges_nothing(alice: Person) -> None:
    made = submit(alice, resources={"cpu_mhz": 5000}, reason="a course with 40 students")
    assert made.needs == ("quota",)
    assert made.request is not None
    assert made.request.state == RequestState.SUBMITTED
    assert list(selectors.waiting()) == [made.request]
    assert set(reserved(made.app.project_id).values()) == {0}
    assert App.objects.get(id=made.app.id).desired == Desired.REQUESTED


def test_a_template_may_want_a_person_to_decide(alice: Person) -> None:
    catalogue.template("guarded", approval={"rule": "always"})
    made = submit(alice, template="guarded")
    assert made.needs == ("template",)
    assert made.decision is None


def test_approval_beyond_quota_lifts_the_limit_for_this_app_alone(alice: Person, bob: Person) -> None:
    made = submit(alice, resources={"cpu_mhz": 5000}, reason="a course")
    assert made.request is not None
    decision = services.approve(actor=actor(bob), person=bob, request_id=made.request.id, reason="granted")
    app = App.objects.get(id=made.app.id)
    assert app.desired == Desired.PRESENT
    assert Release.objects.get(app=app).author_id == alice.id
    told = AppEvent.objects.get(app=app, code="app.granted").params
    assert told == {"by": alice.label, "number": 1, "granted": bob.label}
    cpu = next(each for each in figures(app.project_id) if each.dimension == "cpu_mhz")
    assert (cpu.reserved, cpu.limit, cpu.base_limit, cpu.free, cpu.over) == (5000, 5000, 4000, 0, True)
    assert any(row["asked"] == 5000 for row in decision.figures)
    with pytest.raises(Conflict):
        services.approve(actor=actor(bob), person=bob, request_id=made.request.id)


def test_rejection_needs_a_reason_and_frees_the_host(alice: Person, bob: Person) -> None:
    made = submit(alice, resources={"cpu_mhz": 5000}, reason="please")
    assert made.request is not None
    with pytest.raises(Refused) as told:
        services.reject(actor=actor(bob), person=bob, request_id=made.request.id, reason=" ")
    assert told.value.field == "reason"
    services.reject(actor=actor(bob), person=bob, request_id=made.request.id, reason="use the cluster")
    app = App.objects.get(id=made.app.id)
    assert app.host is None
    assert app.gone_at is not None
    assert made.operation is not None
    made.operation.refresh_from_db()
    assert made.operation.state == OperationState.CANCELLED
    assert submit(alice).app.host == "wiki.apps.localhost"


def test_only_admins_decide(
    alice: Person, bob: Person, charlie: Person, genomics: Project, dana: Person
) -> None:
    made = submit(alice, project_id=genomics.id, resources={"cpu_mhz": 5000}, reason="please")
    assert made.request is not None
    with pytest.raises(Missing):
        services.approve(actor=actor(charlie), person=charlie, request_id=made.request.id)
    with pytest.raises(Forbidden):
        services.approve(actor=actor(dana), person=dana, request_id=made.request.id)


def test_withdrawn_by_its_requester(alice: Person, charlie: Person) -> None:
    made = submit(alice, resources={"cpu_mhz": 5000}, reason="please")
    assert made.request is not None
    with pytest.raises(Missing):
        services.withdraw(actor=actor(charlie), person=charlie, request_id=made.request.id)
    services.withdraw(actor=actor(alice), person=alice, request_id=made.request.id)
    assert not selectors.waiting().exists()
    assert App.objects.get(id=made.app.id).host is None


def test_a_stranger_learns_nothing_of_a_project(charlie: Person, genomics: Project) -> None:
    for project_id in (genomics.id, uuid4()):
        with pytest.raises(Missing):
            submit(charlie, project_id=project_id)


def test_a_taken_name_is_refused_with_free_ones(alice: Person, dana: Person) -> None:
    submit(alice)
    with pytest.raises(Refused) as told:
        submit(dana)
    assert (told.value.code, told.value.field) == ("name.taken", "name")
    assert told.value.params["suggestions"] == "wiki-2, wiki-3, wiki-4"
    assert App.objects.count() == 1


@pytest.mark.parametrize("name", ["Wiki", "a--b", "", "-x", "x" * 25, "é", "a.b", "login"])
def test_what_is_no_name_is_refused(alice: Person, name: str) -> None:
    with pytest.raises(Refused) as told:
        submit(alice, name)
    assert told.value.field == "name"
    assert not App.objects.exists()


def test_all_that_is_wrong_is_said_at_once(alice: Person) -> None:
    with pytest.raises(RefusedMany) as told:
        submit(
            alice,
            parameters={"title": "", "colour": "red"},
            resources={"cpu_mhz": 1},
            uploads={"data": uuid4()},
        )
    fields = {each.field for each in told.value.refusals}
    assert fields == {"parameters.title", "parameters.colour", "parameters.data", "resources.cpu_mhz"}


def test_an_image_that_the_lab_does_not_allow(alice: Person) -> None:
    catalogue.template("strange", runtimes=[{"driver": "docker", "image": "evil.example/x:1"}])
    with pytest.raises(Refused) as told:
        submit(alice, template="strange")
    assert told.value.code == "policy.refused"
    assert "policy.image" in str(told.value.params["rules"])
    assert not App.objects.exists()


def test_dry_run_writes_nothing(alice: Person) -> None:
    told = submit(alice, dry_run=True)
    assert told.plan()["outcome"] == "approved"
    assert {row["dimension"]: row["asked"] for row in told.plan()["quota"]}["cpu_mhz"] == 100
    assert not App.objects.exists()
    waits = submit(alice, dry_run=True, resources={"cpu_mhz": 5000}, reason="why not")
    assert waits.plan()["needs"] == ["quota"]


def test_a_request_without_quota_ledger_is_never_granted(alice: Person, genomics: Project) -> None:
    genomics.counters.all().delete()
    with pytest.raises(Missing):
        submit(alice, project_id=genomics.id)
    assert not App.objects.exists()


def test_a_refusal_for_the_quota_reads_each_thing_once(
    alice: Person, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    """Many ask at once where there is no room: what each is told costs the lab one look at each table."""
    with django_assert_max_num_queries(10), pytest.raises(QuotaExceeded):
        submit(alice, resources={"cpu_mhz": 8000})


def test_one_person_has_few_requests_waiting(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holds a name of the lab's and somebody's time: else one member takes all of both."""
    monkeypatch.setattr(waiting, "OPEN_MAX", 3)
    big = {"cpu_mhz": 8000, "memory_mib": 64}
    made = [submit(alice, name, resources=big, reason="a course") for name in ("one", "two")]
    ask = partial(services.ask_project, actor=actor(alice), person=alice, name="New", reason="a team")
    draft = ask(slug="proteins", draft=True)
    ways: list[Callable[[], object]] = [
        partial(submit, alice, "three", resources=big, reason="a course"),
        partial(ask, slug="other"),
        partial(ask, slug="other", draft=True),
    ]
    for way in ways:
        with pytest.raises(Conflict, match="too_many") as refused:
            way()
        assert refused.value.params["limit"] == 3
    assert App.objects.count() == 2, "and the name is free"
    assert submit(alice, "small").decision is not None, "what a rule decides does not wait"
    services.send(actor=actor(alice), person=alice, request_id=draft.id)
    assert made[0].request is not None
    services.withdraw(actor=actor(alice), person=alice, request_id=made[0].request.id)
    assert submit(alice, "three", resources=big, reason="a course").waits
    assert submit(bob, "four", resources=big, reason="a course").waits, "another person's are their own"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_no_more(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "OPEN_MAX", 3)
    big = {"cpu_mhz": 8000, "memory_mib": 64}
    asked = [partial(submit, alice, f"app-{n}", resources=big, reason="a course") for n in range(8)]
    done = at_once(asked)
    assert sum(isinstance(each, Conflict) for each in done) == 5, done
    assert Request.objects.count() == 3
