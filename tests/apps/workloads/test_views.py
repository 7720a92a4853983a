"""An app's pages: what they say in each state, what they allow, and what they give a stranger."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.workloads import live
from apps.workloads.enums import Desired
from apps.workloads.explain import LOOKS, STEPS, why
from apps.workloads.models import App, Observation
from apps.workloads.reasons import SENTENCES
from orchestration.explain import REASONS
from orchestration.states import ConditionType, ObservedState
from tests.apps.workloads.chain import Chain
from tests.factories import catalogue, projects
from tests.factories.apps import submit

MOMENT = "2026-11-29T12:00:00+00:00"

SignedIn = Callable[[Person], Client]
TABS = ["releases", "logs", "secrets", "data", "access", "settings"]


@pytest.fixture
def chain(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Chain:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()
    chain = Chain()
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    return chain


@pytest.fixture
def app(chain: Chain, alice: Person, genomics: Project) -> App:
    return submit(alice, project_id=genomics.id, label="Wiki").app


def see(app: App, state: str, **facts: Any) -> None:
    """What was seen of it, as the reconciler would have written it."""
    facts.setdefault("generation", App.objects.get(id=app.id).generation)
    Observation.objects.filter(app=app).update(state=state, **facts)


def body(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_every_state_has_its_word_icon_and_colour() -> None:
    assert set(LOOKS) == {state.value for state in ObservedState}
    assert set(STEPS) == {kind.value for kind in ConditionType}


def test_every_reason_has_its_sentence() -> None:
    for code, reason in REASONS.items():
        said = why(code, {fact: MOMENT if fact == "since" else "x" for fact in reason.facts})
        kind = code.partition(".")[2]
        assert code in SENTENCES or f"*.{kind}" in SENTENCES, code
        assert "?" not in said, f"{code}: a fact that its reason does not carry: {said}"


@pytest.mark.parametrize("state", [state.value for state in ObservedState])
def test_a_page_for_each_state(app: App, alice: Person, signed_in: SignedIn, state: str) -> None:
    see(app, state)
    page = body(signed_in(alice), f"/apps/{app.id}/")
    assert f'data-state="{state}"' in page
    assert str(LOOKS[state].word) in page


def test_a_failure_says_why_and_offers_the_way_out(app: App, alice: Person, signed_in: SignedIn) -> None:
    logs = {"stderr": "no such table", "stdout": ""}
    see(app, "failed", reason_code="task.exit", facts={"exit_code": 3}, logs=logs)
    page = body(signed_in(alice), f"/apps/{app.id}/")
    assert "ended by itself with code 3" in page
    assert "no such table" in page
    assert reverse("workloads:retry", args=[app.id]) in page
    assert reverse("approvals:change-app", args=[app.id]) in page


def test_a_part_that_is_down_is_waited_for(app: App, alice: Person, signed_in: SignedIn) -> None:
    see(app, "pending", waiting_for="vault")
    assert "OpenBao cannot be reached" in body(signed_in(alice), f"/apps/{app.id}/")


def test_live_answers_204_while_nothing_changed(app: App, alice: Person, signed_in: SignedIn) -> None:
    client, url = signed_in(alice), f"/apps/{app.id}/live/"
    see(app, "starting")
    page = body(client, f"/apps/{app.id}/")
    seen = page.split("live/?seen=")[1].split('"')[0]
    assert client.get(f"{url}?seen={seen}").status_code == 204
    see(app, "placing")
    changed = client.get(f"{url}?seen={seen}")
    assert changed.status_code == 200
    assert "data-moving" in changed.content.decode(), "looks by itself where nothing tells"
    see(app, "running")
    last = client.get(f"{url}?seen={seen}")
    assert last.status_code == 200
    assert "data-moving" not in last.content.decode()
    seen = last.content.decode().split("live/?seen=")[1].split('"')[0]
    assert client.get(f"{url}?seen={seen}").status_code == 204, "what rests is asked for without being sent"


@pytest.mark.parametrize("tab", TABS)
def test_tabs(app: App, alice: Person, charlie: Person, signed_in: SignedIn, tab: str) -> None:
    body(signed_in(alice), f"/apps/{app.id}/{tab}/")
    assert signed_in(charlie).get(f"/apps/{app.id}/{tab}/").status_code == 404


@pytest.mark.parametrize(
    ("verb", "desired", "after"),
    [
        ("stop", "present", "stopped"),
        ("start", "stopped", "present"),
        ("sleep", "present", "asleep"),
        ("start", "asleep", "present"),
        ("restart", "present", "present"),
    ],
)
def test_verbs(app: App, alice: Person, signed_in: SignedIn, verb: str, desired: str, after: str) -> None:
    App.objects.filter(id=app.id).update(desired=desired)
    response = signed_in(alice).post(f"/apps/{app.id}/{verb}/", {"generation": "1"})
    assert response.headers["Location"] == f"/apps/{app.id}/"
    app.refresh_from_db()
    assert (app.desired, app.generation) == (after, 2)


def test_retry(app: App, alice: Person, signed_in: SignedIn) -> None:
    see(app, "failed", seen_generation=1)
    signed_in(alice).post(f"/apps/{app.id}/retry/")
    app.refresh_from_db()
    assert app.generation == 2


def test_what_moved_on_is_said_and_not_done(app: App, alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    response = client.post(f"/apps/{app.id}/stop/", {"generation": "7"})
    assert "changed meanwhile" in body(client, response.headers["Location"])
    app.refresh_from_db()
    assert app.desired == Desired.PRESENT


def test_deleting_needs_the_name_and_the_owner(
    app: App, alice: Person, dana: Person, signed_in: SignedIn
) -> None:
    url = f"/apps/{app.id}/delete/"
    assert signed_in(alice).post(url, {"typed": "wiki"}).status_code == 403, "a developer does not delete"
    signed_in(dana).post(url, {"typed": "something"})
    app.refresh_from_db()
    assert app.desired == Desired.PRESENT
    signed_in(dana).post(url, {"typed": "wiki"})
    app.refresh_from_db()
    assert app.desired == Desired.ARCHIVED


POSTS = ["stop", "start", "sleep", "retry", "restart", "delete", "undo", "purge"]
POSTS += ["secrets/reveal", "secrets/provide"]


@pytest.mark.parametrize("path", POSTS)
def test_a_stranger_meets_no_app(app: App, charlie: Person, signed_in: SignedIn, path: str) -> None:
    sent = {"typed": "wiki", "secret-password": "x"}
    assert signed_in(charlie).post(f"/apps/{app.id}/{path}/", sent).status_code == 404
    app.refresh_from_db()
    assert (app.desired, app.generation) == (Desired.PRESENT, 1)
    assert not Event.objects.filter(verb="secret.revealed").exists()


@pytest.mark.parametrize("path", POSTS)
def test_a_viewer_only_sees(
    app: App, charlie: Person, genomics: Project, signed_in: SignedIn, path: str
) -> None:
    projects.member(genomics, charlie, Role.VIEWER)
    client = signed_in(charlie)
    page = body(client, f"/apps/{app.id}/")
    for verb in POSTS:
        assert reverse("workloads:app", args=[app.id]) + f"{verb}/" not in page
    sent = {"typed": "wiki", "secret-password": "x"}
    assert client.post(f"/apps/{app.id}/{path}/", sent).status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_nothing_is_done_by_following_a_link(app: App, dana: Person, signed_in: SignedIn, path: str) -> None:
    assert signed_in(dana).get(f"/apps/{app.id}/{path}/").status_code == 405


def test_secrets_are_shown_on_demand_and_audited(
    chain: Chain, app: App, alice: Person, signed_in: SignedIn
) -> None:
    chain.until(app, ObservedState.RUNNING)
    client = signed_in(alice)
    value = chain.lab.secrets.paths[f"apps/{app.slug}"].values["password"]
    assert value not in body(client, f"/apps/{app.id}/secrets/")
    response = client.post(f"/apps/{app.id}/secrets/reveal/", headers={"HX-Request": "true"})
    part = response.content.decode()
    assert value in part
    assert "<html" not in part
    assert 'data-forget="30"' in part
    assert "no-store" in response["Cache-Control"]
    assert Event.objects.filter(verb="secret.revealed", actor_id=alice.id).count() == 1
    assert value not in body(client, f"/apps/{app.id}/secrets/hidden/")


def test_a_member_provides_a_secret(
    chain: Chain, alice: Person, genomics: Project, signed_in: SignedIn
) -> None:
    catalogue.template("asks", secrets=catalogue.MEMBER_SECRET)
    app = submit(alice, "asks", project_id=genomics.id, template="asks").app
    client = signed_in(alice)
    assert 'name="secret-password"' in body(client, f"/apps/{app.id}/secrets/")
    refused = client.post(f"/apps/{app.id}/secrets/provide/", {"secret-password": ""})
    assert refused.status_code == 422
    client.post(f"/apps/{app.id}/secrets/provide/", {"secret-password": "given by alice"})
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].values == {"password": "given by alice"}


@pytest.mark.parametrize(
    ("part", "call", "path", "words"),
    [
        ("jobs", "status", "logs/panel", "lines kept from before"),
        ("secrets", "secret_state", "secrets", "can be neither shown nor given"),
    ],
)
def test_with_a_part_down_the_page_stands(
    chain: Chain,
    app: App,
    alice: Person,
    signed_in: SignedIn,
    part: str,
    call: str,
    path: str,
    words: str,
) -> None:
    chain.until(app, ObservedState.RUNNING)
    getattr(chain.lab, part).fail_next(call)
    assert words in body(signed_in(alice), f"/apps/{app.id}/{path}/")


@pytest.mark.parametrize(
    ("query", "there", "reason"),
    [
        ("", True, "no filter"),
        ("?q=wik", True, "part of its name"),
        ("?q=other", False, "another name"),
        ("?project=genomics", True, "its project"),
        ("?project=nothing", False, "no such project"),
        ("?state=failed", False, "another state"),
        ("?page=999", True, "beyond the last page: the last one"),
    ],
)
def test_the_list_and_its_filters(
    app: App, alice: Person, signed_in: SignedIn, query: str, there: bool, reason: str
) -> None:
    assert (f"/apps/{app.id}/" in body(signed_in(alice), f"/apps/{query}")) == there, reason


def test_a_strangers_list_is_empty(app: App, charlie: Person, signed_in: SignedIn) -> None:
    assert str(app.id) not in body(signed_in(charlie), "/apps/")
