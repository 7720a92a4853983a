"""One timeline from the portal, Nomad, Consul and Traefik: each thing once, in words."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.projects.models import Project
from apps.workloads import explain
from apps.workloads.models import App, AppEvent, LastWords
from apps.workloads.reconcile import story
from apps.workloads.reconcile.story import note_checks, note_tasks
from apps.workloads.tasks import thin_stories
from orchestration.ports import AllocState, Instance, TaskEvent
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.fakes.troubles import Trouble

ALLOC = "0123abcd-0000-4000-8000-000000000001"

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Whatever language the test before spoke."""
    with override("en"):
        yield


@pytest.fixture
def app(db: None, alice: Person, genomics: Project) -> App:
    catalogue.template()
    return submit(alice, project_id=genomics.id).app


def alloc(app: App, *events: TaskEvent) -> AllocState:
    """An allocation that tells this."""
    return AllocState(
        id=ALLOC,
        job_version=0,
        client_status="running",
        desired_status="run",
        healthy=True,
        canary=False,
        node_name="node-1",
        tasks={"app": events},
        task_states={"app": "running"},
        failed=False,
        oom_killed=False,
        job_id=app.slug,
    )


def told(app: App, source: str) -> list[str]:
    """The sentences, the oldest first."""
    events = AppEvent.objects.filter(app=app, source=source).order_by("at", "id")
    return [explain.event(each.code, each.params) for each in events]


def now_ns(seconds: int = 0) -> int:
    return int((timezone.now() + timedelta(seconds=seconds)).timestamp() * 1e9)


def test_what_nomad_tells_is_told_once(app: App) -> None:
    seen = alloc(
        app,
        TaskEvent(now_ns(-5), "Received", "Task received by client"),
        TaskEvent(now_ns(-4), "Started", "Task started by client"),
        TaskEvent(now_ns(-3), "Terminated", 'Exit Code: 137, Exit Message: "OOM Killed"', exit_code=137),
        TaskEvent(now_ns(-2), "Restarting", "Task restarting in 2s"),
    )
    for _ in range(3):
        note_tasks([seen])
    assert told(app, "nomad") == [
        "Copy 0123abcd started on node-1.",
        "Copy 0123abcd was killed: it needed more memory than it may have.",
        "Copy 0123abcd is started again.",
    ]


def test_what_is_old_or_somebody_else_s_is_left_out(app: App) -> None:
    note_tasks([alloc(app, TaskEvent(now_ns(-90_000), "Started", ""))])
    other = alloc(app, TaskEvent(now_ns(), "Started", ""))
    note_tasks([AllocState(**{**vars(other), "job_id": "nobody--000000"})])
    assert told(app, "nomad") == []


def test_messages_are_harmless(app: App) -> None:
    note_tasks([alloc(app, TaskEvent(now_ns(), "Driver Failure", "\x1b[31mno \u202eBearer abcdef"))])
    (sentence,) = told(app, "nomad")
    assert sentence == "Copy 0123abcd could not be started: no ⟦U+202E⟧•••"


def test_a_check_that_flips(app: App) -> None:
    def instance(status: str, output: str = "") -> Instance:
        return Instance(app.slug, "1", "127.0.0.1", 80, status, output, (), {})

    note_checks(app.slug, [instance("passing")])
    assert told(app, "consul") == [], "the first time it is the step that says so"
    for _ in range(2):
        note_checks(app.slug, [instance("critical", "HTTP GET: 503"), instance("passing")])
    note_checks(app.slug, [instance("passing")])
    assert told(app, "consul") == ["Its check fails for 1 of 2: HTTP GET: 503", "Its check passes again."]
    note_checks("nobody--000000", [instance("critical", "HTTP GET: 503")])


def test_a_check_that_was_not_made_yet_does_not_fail(app: App) -> None:
    """A new copy stands in Consul as critical, without a word, until its check was made once."""

    def instance(status: str, output: str = "") -> Instance:
        return Instance(app.slug, "1", "127.0.0.1", 80, status, output, (), {})

    note_checks(app.slug, [instance("critical")])
    note_checks(app.slug, [instance("passing", "HTTP GET: 200")])
    assert told(app, "consul") == []
    note_checks(app.slug, [instance("critical"), instance("critical", "refused")])
    assert told(app, "consul") == ["Its check fails for 1 of 2: refused"]
    note_checks(app.slug, [instance("critical"), instance("passing")])
    assert told(app, "consul")[-1] != "Its check passes again.", "not before each copy was asked"


def test_a_check_that_flaps_for_months_does_not_fill_the_database(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others tell is kept up to a number; what the portal did with the app is kept whole."""
    monkeypatch.setattr(story, "TOLD_MAX", 3)
    mine = app.events.filter(source="portal").count()
    for output in ("", "503") * 3:
        note_checks(
            app.slug, [Instance(app.slug, "1", "", 80, "critical" if output else "passing", output, (), {})]
        )
    thin_stories()
    assert told(app, "consul") == [
        "Its check fails for 1 of 1: 503",
        "Its check passes again.",
        "Its check fails for 1 of 1: 503",
    ]
    assert app.events.filter(source="portal").count() == mine > 0


def test_the_page_filters_by_who_tells(app: App, alice: Person, signed_in: SignedIn) -> None:
    note_tasks([alloc(app, TaskEvent(now_ns(), "Started", ""))])
    client = signed_in(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "0123abcd started" in client.get(f"/apps/{app.id}/?source=nomad").content.decode()
    assert "0123abcd started" not in client.get(f"/apps/{app.id}/?source=consul").content.decode()
    assert "0123abcd started" in client.get(f"/apps/{app.id}/story/?source=rubbish").content.decode()


def test_a_release_that_was_taken_back_is_told_with_its_numbers_and_its_cause_once(
    app: App, alice: Person, signed_in: SignedIn
) -> None:
    chain = Chain()
    chain.until(app, ObservedState.RUNNING)
    chain.lab.jobs.trouble[app.slug] = Trouble("exit", exit_code=3, release=2)
    approvals.submit_change(actor=actor(alice), person=alice, app_id=app.id, parameters={"title": "New"})
    chain.until(App.objects.get(id=app.id), ObservedState.DEGRADED)
    (lost,) = [each for each in told(app, "nomad") if each.startswith("The cluster has its job no more")]
    assert "Release 2 did not get healthy: release 1 serves on." in lost
    client = signed_in(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get(f"/apps/{app.id}/live/").content.decode()
    shown, _, _read_aloud = page.partition('id="said-state"')
    assert shown.count("The program ended by itself") == 1


def test_a_failed_release_keeps_its_last_words(app: App, alice: Person, signed_in: SignedIn) -> None:
    chain = Chain()
    chain.lab.jobs.trouble[app.slug] = Trouble("exit", exit_code=3)
    log_tail = chain.lab.jobs.log_tail
    chain.lab.jobs.log_tail = lambda *a, **k: log_tail(*a, **k) or "no such table\n"  # type: ignore[method-assign]
    chain.until(app, ObservedState.FAILED)
    kept = LastWords.objects.get(release__app=app)
    assert "no such table" in kept.logs["stderr"]
    App.objects.get(id=app.id).observation.__class__.objects.filter(app=app).update(logs={})
    assert "no such table" in signed_in(alice).get(f"/apps/{app.id}/releases/").content.decode()
