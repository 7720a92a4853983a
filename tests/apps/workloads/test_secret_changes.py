"""Secrets that change: drawn anew, given anew; each a release that names them, and no value anywhere."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.workloads import live, selectors
from apps.workloads.models import App, AppEvent, Release
from kernel.errors import Conflict, Forbidden, RefusedMany, Unavailable
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue, projects
from tests.factories.apps import submit
from tests.factories.callers import caller

BOTH = {"fr": "Clé", "en": "Key"}
SECRETS = [
    {"name": "password", "source": "generated", "label": BOTH, "on_change": "restart"},
    {"name": "key", "source": "generated", "label": BOTH, "file": "key", "on_change": "signal"},
    {"name": "given", "source": "member", "label": BOTH, "file": "given"},
]


@pytest.fixture
def chain(db: None, monkeypatch: pytest.MonkeyPatch) -> Chain:
    catalogue.template(secrets=SECRETS)
    chain = Chain()
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    return chain


@pytest.fixture
def app(chain: Chain, alice: Person, genomics: Project) -> App:
    """An app that runs, with what alice gave it."""
    made = submit(alice, project_id=genomics.id).app
    chain.look(made)
    asking = selectors.get(alice, made.id)
    live.provide_secret(actor=actor(alice), person=alice, app=asking, values={"given": "first"})
    chain.until(made, ObservedState.RUNNING)
    return selectors.get(alice, made.id)


def values(chain: Chain, app: App) -> dict[str, str]:
    return dict(chain.lab.secrets.paths[f"apps/{app.slug}"].values)


def test_all_generated_ones_are_drawn_anew_and_it_is_a_release(chain: Chain, app: App, alice: Person) -> None:
    before = values(chain, app)
    live.rotate_secret(actor=actor(alice), person=alice, app=app)
    after = values(chain, app)
    assert after["given"] == before["given"] == "first", "a member's own value stays"
    assert {name for name in after if after[name] != before[name]} == {"password", "key"}
    release = Release.objects.get(app=app, number=2)
    assert sorted(release.secrets) == ["key", "password"]
    first = Release.objects.get(app=app, number=1)
    assert (release.files_key, release.parameters) == (first.files_key, first.parameters)
    chain.until(app, ObservedState.RUNNING)
    told = json.dumps(list(AppEvent.objects.values("params")) + list(Event.objects.values("after")))
    assert not [name for name, value in after.items() if value in told]
    assert Event.objects.filter(verb="secret.rotated", target_id=app.id).count() == 1


def test_one_alone_a_members_too(chain: Chain, app: App, alice: Person) -> None:
    before = values(chain, app)
    live.rotate_secret(actor=actor(alice), person=alice, app=app, names=["given"])
    after = values(chain, app)
    assert {name for name in after if after[name] != before[name]} == {"given"}
    assert len(after["given"]) == 24


def test_what_was_given_before_is_a_release_when_it_is_given_again(app: App, alice: Person) -> None:
    assert list(app.releases.values_list("number", flat=True)) == [1], "the first is release 1's"
    live.provide_secret(actor=actor(alice), person=alice, app=app, values={"given": "second"})
    assert app.releases.get(number=2).secrets == ["given"]


def test_who_set_each_and_since_when(app: App, alice: Person) -> None:
    named = {each["name"]: each for each in live.secret_names(app)}
    assert named["given"]["set_by"] == actor(alice).label
    assert named["password"]["set_by"] == "", "drawn by the portal at first"
    assert all(each["updated_at"].startswith("20") for each in named.values())
    told = [(each["on_change"], each["signal"]) for each in named.values()]
    assert told == [("restart", ""), ("signal", "SIGHUP"), ("none", "")]


def test_what_is_refused(chain: Chain, app: App, alice: Person, charlie: Person, genomics: Project) -> None:
    with pytest.raises(RefusedMany):
        live.rotate_secret(actor=actor(alice), person=alice, app=app, names=["nothing"])
    viewer = projects.member(genomics, charlie, Role.VIEWER).person
    with pytest.raises(Forbidden):
        live.rotate_secret(actor=actor(viewer), person=viewer, app=app)
    chain.lab.secrets.cut()
    with pytest.raises(Unavailable):
        live.rotate_secret(actor=actor(alice), person=alice, app=app)
    chain.lab.secrets.mend()
    put_away = {"desired": "archived", "archived_until": timezone.now(), "archived_from": "present"}
    App.objects.filter(id=app.id).update(**put_away)
    with pytest.raises(Conflict):
        live.rotate_secret(actor=actor(alice), person=alice, app=selectors.get(alice, app.id))
    assert app.releases.count() == 1, "nothing was released by any of it"


def test_by_the_api(app: App, alice: Person) -> None:
    answer = caller(alice).call("POST", f"apps/{app.id}/secrets/rotate/", {"names": ["password"]})
    assert (answer.status_code, answer.json()["kind"]) == (202, "change")
    listed = caller(alice).call("GET", f"apps/{app.id}/releases/").json()["results"]
    assert [each["secrets"] for each in listed] == [["password"], []]


def test_nomad_is_told_what_to_do_when_one_changes(chain: Chain, app: App) -> None:
    (task,) = chain.lab.jobs.jobs[app.slug].raw["TaskGroups"][0]["Tasks"]
    told = {each["DestPath"]: (each["ChangeMode"], each.get("ChangeSignal")) for each in task["Templates"]}
    assert told == {
        "secrets/app.env": ("restart", None),
        "secrets/key": ("signal", "SIGHUP"),
        "secrets/given": ("noop", None),
    }


def test_the_page_draws_one_alone(
    chain: Chain, app: App, alice: Person, signed_in: Callable[[Person], Client]
) -> None:
    """Each that was drawn has its button; what a member gave is the member's to give anew."""
    client = signed_in(alice)
    page = client.get(f"/apps/{app.id}/secrets/").content.decode()
    assert [name for name in values(chain, app) if f'id="ask-rotate-{name}"' in page] == ["password", "key"]
    before = values(chain, app)
    assert client.post(f"/apps/{app.id}/secrets/rotate/", {"name": "key"}).status_code == 302
    after = values(chain, app)
    assert {name for name in after if after[name] != before[name]} == {"key"}


def test_the_releases_name_what_was_drawn(
    app: App, alice: Person, signed_in: Callable[[Person], Client]
) -> None:
    live.rotate_secret(actor=actor(alice), person=alice, app=app, names=["key"])
    client = signed_in(alice)
    client.post("/language/", {"language": "en"})
    for path in ("releases/", "releases/2/"):
        assert "New values of secrets: Key" in client.get(f"/apps/{app.id}/{path}").content.decode()
    assert "New values" not in client.get(f"/apps/{app.id}/releases/1/").content.decode()
