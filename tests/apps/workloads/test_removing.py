"""A deletion and its undoing: what is kept, for how long, who is told, and what the quota says meanwhile."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import formats, timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.services import submit_change
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.projects.selectors import personal_of
from apps.quotas.models import Charge
from apps.workloads import selectors, services
from apps.workloads.enums import Desired
from apps.workloads.models import App, AppEvent
from apps.workloads.tasks import end_retentions
from kernel.actors import system
from kernel.errors import Conflict, QuotaExceeded, Refused
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue, people, projects
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
RUNNING, STOPPED, ARCHIVED, GONE = (
    ObservedState.RUNNING,
    ObservedState.STOPPED,
    ObservedState.ARCHIVED,
    ObservedState.GONE,
)


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


@pytest.fixture
def app(chain: Chain, dana: Person, genomics: Project) -> App:
    """It runs, in the shared project."""
    made = submit(dana, project_id=genomics.id, label="Wiki").app
    chain.until(made, RUNNING)
    return made


def charges(app: App) -> dict[str, tuple[int, int]]:
    return {each.dimension: (each.used, each.reserved) for each in Charge.objects.filter(holder=app.id)}


def live(chain: Chain, app: App) -> int:
    job = chain.lab.jobs.jobs.get(app.slug)
    return len(list(job.live())) if job else 0


def over(app: App) -> None:
    """Its retention has ended."""
    App.objects.filter(id=app.id).update(archived_until=timezone.now() - timedelta(seconds=1))


def test_deleted_it_takes_nothing_and_keeps_what_it_had(chain: Chain, app: App, dana: Person) -> None:
    values = dict(chain.lab.secrets.paths[f"apps/{app.slug}"].values)
    services.delete(actor=actor(dana), app_id=app.id)
    chain.until(app, ARCHIVED)
    assert live(chain, app) == 0
    assert not chain.lab.services.registered
    assert not chain.lab.routes.routers
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].values == values
    row = App.objects.get(id=app.id)
    assert (row.desired, row.host) == (Desired.ARCHIVED, "wiki.apps.localhost")
    assert row.archived_until is not None
    assert timedelta(days=6) < row.archived_until - timezone.now() < timedelta(days=7, seconds=1)
    assert charges(app) == {}, "this template has no storage"


def test_storage_alone_is_counted_meanwhile(chain: Chain, dana: Person, genomics: Project) -> None:
    catalogue.template("keeps", **catalogue.STORING)
    kept = submit(dana, "keeps", project_id=genomics.id, template="keeps").app
    chain.until(kept, RUNNING)
    services.delete(actor=actor(dana), app_id=kept.id)
    chain.until(kept, ARCHIVED)
    assert set(charges(kept)) == {"storage_mib"}
    assert chain.lab.jobs.volumes, "its data is there"


def test_undone_it_is_as_it_was(chain: Chain, app: App, dana: Person) -> None:
    values = dict(chain.lab.secrets.paths[f"apps/{app.slug}"].values)
    before = charges(app)
    services.delete(actor=actor(dana), app_id=app.id)
    chain.until(app, ARCHIVED)
    services.undo(actor=actor(dana), app_id=app.id)
    chain.until(app, RUNNING)
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].values == values
    assert charges(app) == before
    row = App.objects.get(id=app.id)
    assert (row.desired, row.archived_from, row.archived_until) == (Desired.PRESENT, "", None)


@pytest.mark.parametrize(("verb", "state"), [("stop", STOPPED), ("sleep", ObservedState.ASLEEP)])
def test_what_was_still_is_still_again(
    chain: Chain, app: App, dana: Person, verb: str, state: ObservedState
) -> None:
    getattr(services, verb)(actor=actor(dana), app_id=app.id)
    chain.until(app, state)
    services.delete(actor=actor(dana), app_id=app.id)
    chain.until(app, ARCHIVED)
    services.undo(actor=actor(dana), app_id=app.id)
    chain.until(app, state)
    assert set(charges(app)) == {"apps"}


def test_undone_before_it_was_seen_down(chain: Chain, app: App, dana: Person) -> None:
    """Nothing was freed yet, so nothing is asked of the quota."""
    before = charges(app)
    services.delete(actor=actor(dana), app_id=app.id)
    services.undo(actor=actor(dana), app_id=app.id)
    chain.until(app, RUNNING)
    assert charges(app) == before


def test_undoing_is_refused_with_figures_where_there_is_no_room(
    chain: Chain, app: App, dana: Person, genomics: Project
) -> None:
    services.delete(actor=actor(dana), app_id=app.id)
    chain.until(app, ARCHIVED)
    submit(dana, "greedy", project_id=genomics.id, resources={"cpu_mhz": 4000})
    with pytest.raises(QuotaExceeded) as told:
        services.undo(actor=actor(dana), app_id=app.id)
    short = told.value.shortfalls[0]
    assert (short.dimension, short.reserved, short.asked, short.limit) == ("cpu_mhz", 4000, 100, 4000)
    row = App.objects.get(id=app.id)
    assert (row.desired, row.archived_from) == (Desired.ARCHIVED, "present"), "and it can be tried again"


def test_the_end_of_the_retention(chain: Chain, app: App, dana: Person) -> None:
    services.delete(actor=actor(dana), app_id=app.id)
    chain.until(app, ARCHIVED)
    end_retentions()
    assert App.objects.get(id=app.id).desired == Desired.ARCHIVED, "not before its time"
    over(app)
    with pytest.raises(Conflict, match="retention_over"):
        services.undo(actor=actor(dana), app_id=app.id)
    end_retentions()
    end_retentions()
    chain.until(app, GONE)
    assert chain.left() == {}
    assert charges(app) == {}
    event = Event.objects.get(verb="app.purge")
    assert (event.actor_kind, event.actor_label) == ("system", "retention")
    assert submit(dana, "wiki").app.host == "wiki.apps.localhost", "its name is free"


def test_purged_by_hand(chain: Chain, app: App, dana: Person) -> None:
    services.delete(actor=actor(dana), app_id=app.id)
    services.purge(actor=actor(dana), app_id=app.id)
    chain.until(app, GONE)
    assert chain.left() == {}
    for verb in (services.undo, services.purge):
        with pytest.raises(Conflict):
            verb(actor=actor(dana), app_id=app.id)


def test_a_lab_that_keeps_nothing(chain: Chain, app: App, dana: Person, settings: Settings) -> None:
    settings.RETENTION_DAYS = 0
    services.delete(actor=actor(dana), app_id=app.id)
    chain.until(app, GONE)
    assert chain.left() == {}


def test_a_day_that_somebody_else_names(app: App) -> None:
    """A lease that ends keeps it for as long as its own rules say."""
    until = timezone.now() + timedelta(days=40)
    services.delete(actor=system("lease"), app_id=app.id, until=until)
    assert App.objects.get(id=app.id).archived_until == until
    assert not Notice.objects.filter(kind="app.deleted").exists(), "a lease tells by itself"


def test_its_people_are_told_who_and_until_when(app: App, alice: Person, bob: Person, dana: Person) -> None:
    zoe = people.person("zoe")
    projects.member(app.project, zoe, Role.OWNER)
    services.delete(actor=actor(bob), app_id=app.id)
    told = Notice.objects.filter(kind="app.deleted")
    assert set(told.values_list("person_id", flat=True)) == {dana.id, zoe.id}
    until = App.objects.get(id=app.id).archived_until
    assert until is not None
    day = timezone.localdate(until).isoformat()
    assert told[0].params == {"app": "Wiki", "project": "Genomics", "by": bob.label, "until_on": day}
    services.undo(actor=actor(dana), app_id=app.id)
    assert Notice.objects.get(kind="app.restored").person_id == zoe.id, "who did it knows"


def test_a_deleted_app_takes_no_change(app: App, dana: Person) -> None:
    services.delete(actor=actor(dana), app_id=app.id)
    with pytest.raises(Conflict, match="not_now"):
        submit_change(actor=actor(dana), person=dana, app_id=app.id, parameters={"title": "New"})


def test_its_page_says_until_when_and_brings_it_back(
    app: App, chain: Chain, dana: Person, alice: Person, signed_in: SignedIn, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    dana.language = "en"
    dana.save()
    client = signed_in(dana)
    client.post(f"/apps/{app.id}/delete/", {"typed": "wiki"})
    chain.until(app, ARCHIVED)
    page = client.get(f"/apps/{app.id}/").content.decode()
    assert "it can be brought back." in page
    assert f"/apps/{app.id}/undo/" in page
    assert "it can be brought back. Removing" in client.get(f"/apps/{app.id}/settings/").content.decode()
    assert f"/apps/{app.id}/undo/" not in signed_in(alice).get(f"/apps/{app.id}/").content.decode()
    client.post(f"/apps/{app.id}/purge/", {"typed": "viki"})
    assert App.objects.get(id=app.id).desired == Desired.ARCHIVED
    client.post(f"/apps/{app.id}/undo/")
    assert App.objects.get(id=app.id).desired == Desired.PRESENT
    assert AppEvent.objects.filter(app=app, code="app.undo").exists()


def test_its_page_leads_to_no_address_while_it_is_deleted(
    app: App, chain: Chain, dana: Person, alice: Person, signed_in: SignedIn, settings: Settings
) -> None:
    """The address is kept for it and answers nothing: a link there would be a lie."""
    settings.LANGUAGE_CODE = "en"
    address = selectors.address(app)
    assert f'href="{address}"' in signed_in(dana).get(f"/apps/{app.id}/").content.decode()
    services.delete(actor=actor(dana), app_id=app.id)
    for state in (None, ARCHIVED):  # on its way there, and once it is
        if state:
            chain.until(app, state)
        for path in ("", "live/", "settings/"):
            page = signed_in(dana).get(f"/apps/{app.id}/{path}").content.decode()
            assert address not in page, path
            assert str(app.host) in page, "which one is kept"
            assert "This app is archived: nothing answers at its address." in page
            assert formats.date_format(days_on(7), "DATE_FORMAT") in page
            assert "An owner of its project can bring it back." not in page
            assert "How to use it" not in page, "nothing there can be used"
            assert "Who may open it" not in page
    page = signed_in(alice).get(f"/apps/{app.id}/").content.decode()
    assert address not in page
    assert "An owner of its project can bring it back." in page, "who may, where the reader may not"


def days_on(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def held_name(dana: Person, app: App) -> str:
    """It is deleted; its name, which nobody gets until it can no longer be brought back."""
    services.delete(actor=actor(dana), app_id=app.id)
    return app.name


def test_a_name_that_it_holds_is_refused_with_who_holds_it_and_until_when(
    app: App, dana: Person, charlie: Person
) -> None:
    name = held_name(dana, app)
    for person in (dana, charlie):
        with pytest.raises(Refused) as told:
            submit(person, name)
        assert (told.value.code, told.value.field) == ("name.archived", "name")
        assert told.value.params["label"] == "Wiki"
        assert told.value.params["until"] == timezone.localdate() + timedelta(days=7)
        assert told.value.params["suggestions"] == "wiki-2, wiki-3, wiki-4"
    other = submit(charlie, "other").app
    assert services.name_available(name).refusal is not None
    services.purge(actor=actor(dana), app_id=app.id)
    assert App.objects.get(id=other.id).host, "another name is free as ever"


def test_another_address_that_it_holds_is_refused_so_too(chain: Chain, app: App, dana: Person) -> None:
    name = held_name(dana, app)
    other = submit(dana, "other").app
    chain.until(other, RUNNING)
    with pytest.raises(Refused) as told:
        services.readdress(actor=actor(dana), app_id=other.id, name=name)
    assert told.value.code == "name.archived"


@pytest.mark.parametrize(
    ("language", "sentence", "way"),
    [
        ("en", "is held until", "Bring it back, or remove it for good"),
        ("fr", "est retenu jusqu’au", "La rétablir, ou la supprimer définitivement"),
    ],
)
def test_its_owners_are_shown_the_way_to_it(
    app: App,
    dana: Person,
    alice: Person,
    charlie: Person,
    signed_in: SignedIn,
    settings: Settings,
    language: str,
    sentence: str,
    way: str,
) -> None:
    settings.LANGUAGE_CODE = language
    name = held_name(dana, app)
    there = f'href="/apps/{app.id}/"'
    for person, sees in [(dana, True), (alice, False), (charlie, False)]:
        client = signed_in(person)
        typed = client.get("/apps/name/", {"name": name}).content.decode()
        form = client.post("/catalogue/page/request/", {"name": name}).content.decode()
        assert (there in typed, way in typed) == (sees, sees), person.label
        assert (there in form, way in form) == (sees, sees), person.label
        assert sentence in form


def test_the_api_points_at_it_where_the_caller_and_the_token_see_it(
    app: App, dana: Person, charlie: Person, genomics: Project
) -> None:
    name, own = held_name(dana, app), personal_of(dana)
    assert own is not None
    body = {"template": "page", "name": name, "parameters": {"title": "Hello"}}
    told = caller(dana).call("POST", "apps/", {**body, "project": str(own.id)})
    assert (told.status_code, told.json()["errors"][0]["code"]) == (400, "name.archived")
    held = told.json()["held_by"]
    assert (held["app"], held["display"]) == (str(app.id), "Wiki")
    assert held["url"].endswith(f"/api/v1/apps/{app.id}/")
    narrow = caller(dana, projects=[own.id]).call("POST", "apps/", {**body, "project": str(own.id)})
    assert "held_by" not in narrow.json()
    theirs = personal_of(charlie)
    assert theirs is not None
    strange = caller(charlie).call("POST", "apps/", {**body, "project": str(theirs.id)})
    assert (strange.status_code, strange.json().get("held_by")) == (400, None)
