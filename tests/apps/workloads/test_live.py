"""What a person asks for right now."""

import pytest

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.workloads import live, selectors, services
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, Missing, RefusedMany, Unavailable
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue, projects
from tests.factories.apps import submit


@pytest.fixture
def chain(db: None, monkeypatch: pytest.MonkeyPatch) -> Chain:
    catalogue.template()
    chain = Chain()
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    return chain


@pytest.fixture
def app(chain: Chain, alice: Person, genomics: Project) -> App:
    made = submit(alice, project_id=genomics.id).app
    chain.until(made, ObservedState.RUNNING)
    return selectors.get(alice, made.id)


def test_a_reveal_is_audited_before_it_is_read(chain: Chain, app: App, alice: Person) -> None:
    chain.lab.secrets.fail_next("read_secret")
    with pytest.raises(Unavailable):
        live.reveal_secret(actor=actor(alice), person=alice, app=app)
    assert Event.objects.filter(verb="secret.revealed").count() == 1, "though nothing was shown"
    shown = live.reveal_secret(actor=actor(alice), person=alice, app=app)
    assert shown == chain.lab.secrets.paths[f"apps/{app.slug}"].values
    assert len(shown["password"]) == 24
    event = Event.objects.filter(verb="secret.revealed").latest("id")
    assert shown["password"] not in str(vars(event))


def test_who_may_not_reveal(app: App, charlie: Person, erik: Person, genomics: Project) -> None:
    viewer = projects.member(genomics, charlie, Role.VIEWER).person
    for person in (viewer, erik):
        with pytest.raises(Forbidden):
            live.reveal_secret(actor=actor(person), person=person, app=app)
    assert not Event.objects.filter(verb="secret.revealed").exists()


def test_a_stranger_learns_nothing(app: App, charlie: Person) -> None:
    with pytest.raises(Missing):
        live.reveal_secret(actor=actor(charlie), person=charlie, app=app)
    with pytest.raises(Missing):
        selectors.get(charlie, app.id)


def test_names_and_no_values(chain: Chain, app: App) -> None:
    (told,) = live.secret_names(app)
    assert (told["name"], told["source"], told["provided"]) == ("password", "generated", True)
    assert chain.lab.secrets.count("read_secret") == 0
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].values["password"] not in str(told)


def test_a_member_provides_a_secret(chain: Chain, alice: Person) -> None:
    catalogue.template("asking", secrets=catalogue.MEMBER_SECRET)
    asked = submit(alice, "asks", template="asking").app
    chain.look(asked)
    app = selectors.get(alice, asked.id)
    for values, code in (
        ({"other": "x"}, "secret.unknown"),
        ({"password": ""}, "secret.length"),
        ({"password": "x" * 9000}, "secret.length"),
        ({}, "secret.none"),
    ):
        with pytest.raises(RefusedMany) as told:
            live.provide_secret(actor=actor(alice), person=alice, app=app, values=values)
        assert [each.code for each in told.value.refusals] == [code]
    live.provide_secret(actor=actor(alice), person=alice, app=app, values={"password": "correct horse"})
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].values == {"password": "correct horse"}
    chain.until(app, ObservedState.RUNNING)
    assert not Event.objects.filter(after__icontains="correct horse").exists()
    assert Event.objects.filter(verb="secret.provided").count() == 1


def test_providing_meets_another_write(chain: Chain, alice: Person) -> None:
    catalogue.template("asking", secrets=catalogue.MEMBER_SECRET)
    app = submit(alice, "asks", template="asking").app
    chain.lab.secrets.write_secret(f"apps/{app.slug}", {"other": "1"}, cas=0, metadata={})
    live.provide_secret(
        actor=actor(alice), person=alice, app=selectors.get(alice, app.id), values={"password": "2"}
    )
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].values == {"other": "1", "password": "2"}


@pytest.mark.parametrize("leaves", ["deleted", "purged", "gone"])
def test_nothing_is_written_for_what_is_on_its_way_out(chain: Chain, alice: Person, leaves: str) -> None:
    """What comes after the purge has looked would stay in OpenBao for ever: no app has that path any more."""
    catalogue.template("asks", secrets=catalogue.MEMBER_SECRET)
    app = submit(alice, "asks", template="asks").app
    chain.look(app)
    read = selectors.get(alice, app.id)  # a page that was opened before
    services.delete(actor=actor(alice), app_id=app.id)
    if leaves != "deleted":
        services.purge(actor=actor(alice), app_id=app.id)
    if leaves == "gone":
        chain.until(app, ObservedState.GONE)
    before = dict(chain.lab.secrets.paths)
    with pytest.raises(Conflict):
        live.provide_secret(actor=actor(alice), person=alice, app=read, values={"password": "too late"})
    assert dict(chain.lab.secrets.paths) == before
    assert not Event.objects.filter(verb="secret.provided").exists()
