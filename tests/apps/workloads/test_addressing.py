"""Names: one that people read, changed without a release; one in the address, whose old one leads on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.audit.models import Event
from apps.console.views.explaining import explain
from apps.projects.models import Project
from apps.workloads import services
from apps.workloads.models import App, FormerHost, Release
from apps.workloads.specs import url_of
from apps.workloads.tasks import follow_days
from kernel.errors import Conflict, Refused
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.atonce import at_once
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import remove, submit

RUNNING = ObservedState.RUNNING
SignedIn = Callable[[Person], Client]
OLD, NEW = "wiki.apps.localhost", "notes.apps.localhost"


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


@pytest.fixture
def app(chain: Chain, alice: Person, genomics: Project) -> App:
    made = submit(alice, project_id=genomics.id, label="Wiki").app
    chain.until(made, RUNNING)
    return made


def move(person: Person, app: App, name: str = "notes") -> Any:
    return services.readdress(actor=actor(person), app_id=app.id, name=name)


def asked(rf: Any, host: str, path: str = "/") -> Any:
    return explain(rf.get(path), host)


def test_a_display_name_changes_and_nothing_else(chain: Chain, app: App, alice: Person) -> None:
    services.rename(actor=actor(alice), app_id=app.id, label="  Notes of the team ")
    row = App.objects.get(id=app.id)
    assert (row.label, row.generation, row.host, row.slug) == ("Notes of the team", 1, OLD, app.slug)
    assert Release.objects.filter(app=app).count() == 1
    chain.look(app)
    assert chain.lab.jobs.jobs[app.slug].version == 0
    event = Event.objects.get(verb="app.rename")
    assert (event.before, event.after) == ({"label": "Wiki"}, {"label": "Notes of the team"})


@pytest.mark.parametrize("label", ["", "   ", "x" * 101, "two\nlines"])
def test_what_is_no_display_name(app: App, alice: Person, label: str) -> None:
    with pytest.raises(Refused) as told:
        services.rename(actor=actor(alice), app_id=app.id, label=label)
    assert (told.value.code, told.value.field) == ("app.label", "label")


@pytest.mark.parametrize("label", ["x" * 101, "two\nlines", "wiki\u202e.txt", "\x1b[2J"])
def test_an_app_does_not_begin_with_what_is_no_display_name(app: App, alice: Person, label: str) -> None:
    """What cannot be given later is not had by giving it first: it stands in mails and lists."""
    copy = approvals.Copy(app.project_id, "twin", label=label)
    ways: list[Callable[[], Any]] = [
        partial(submit, alice, "other", label=label),
        partial(approvals.duplicate, actor=actor(alice), person=alice, app_id=app.id, copy=copy),
    ]
    for ask in ways:
        with pytest.raises(Refused) as told:
            ask()
        assert (told.value.code, told.value.field) == ("app.label", "label")
    assert App.objects.count() == 1


def test_a_new_address_replaces_no_copy(chain: Chain, app: App, alice: Person) -> None:
    before = [each.id for each in chain.lab.jobs.jobs[app.slug].allocations]
    routers = set(chain.lab.routes.routers)
    move(alice, app)
    chain.until(app, RUNNING)
    chain.lab.settle()
    job = chain.lab.jobs.jobs[app.slug]
    assert (job.version, [each.id for each in job.allocations]) == (1, before), "tags change in place"
    assert chain.lab.addresses.routed == {NEW}
    assert not routers & set(chain.lab.routes.routers), "no router changes what its name stands for"
    row = App.objects.get(id=app.id)
    assert (row.name, row.host, row.slug) == ("notes", NEW, app.slug)


def test_the_old_address_leads_on_with_path_and_query(app: App, alice: Person, rf: Any) -> None:
    move(alice, app)
    told = asked(rf, OLD, "/a%20b/?q=%C3%A9&x=1")
    assert (told.status_code, told["Location"]) == (308, url_of(NEW) + "/a%20b/?q=%C3%A9&x=1")
    assert told["Cache-Control"] == "no-store"
    assert told["X-Paillasse-Explains"] == "1"
    assert asked(rf, "other.apps.localhost").status_code == 404, "only what the table holds leads on"


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "/?next=https://evil.example"])
def test_it_never_leads_elsewhere(app: App, alice: Person, rf: Any, path: str) -> None:
    move(alice, app)
    request = rf.get("/")
    request.path = request.path_info = path
    assert explain(request, OLD)["Location"].startswith(f"{url_of(NEW)}/")


def test_nobody_else_has_the_old_one_meanwhile(app: App, alice: Person, charlie: Person) -> None:
    move(alice, app)
    for name in ("wiki", "notes"):
        assert not services.name_available(name).free
        with pytest.raises(Refused, match="taken"):
            submit(charlie, name)
    with pytest.raises(IntegrityError), transaction.atomic():
        App.objects.filter(id=submit(charlie, "else").app.id).update(host=OLD)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormerHost.objects.create(app=app, host=NEW, until=timezone.now())


def test_it_may_go_back(chain: Chain, app: App, alice: Person) -> None:
    move(alice, app)
    move(alice, app, "wiki")
    assert App.objects.get(id=app.id).host == OLD
    assert list(FormerHost.objects.values_list("host", flat=True)) == [NEW]
    chain.until(app, RUNNING)


def test_the_end_of_the_redirect(app: App, alice: Person, charlie: Person, rf: Any) -> None:
    move(alice, app)
    FormerHost.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert asked(rf, OLD).status_code == 404
    follow_days()
    assert submit(charlie, "wiki").app.host == OLD


def test_a_lab_without_redirects(app: App, alice: Person, charlie: Person, settings: Settings) -> None:
    settings.ADDRESS_REDIRECT_DAYS = 0
    move(alice, app)
    assert submit(charlie, "wiki").app.host == OLD


def test_what_is_gone_leads_nowhere(chain: Chain, app: App, alice: Person, dana: Person, rf: Any) -> None:
    move(alice, app)
    remove(dana, app.id)
    chain.until(app, ObservedState.GONE)
    assert asked(rf, OLD).status_code == 404
    assert services.name_available("wiki").free


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("www", "name.taken"),
        ("other", "name.taken"),
        ("-x-", "name.invalid"),
        ("a--b", "name.invalid"),
        ("A", "name.invalid"),
    ],
)
def test_a_new_name_is_checked_as_any(app: App, alice: Person, charlie: Person, name: str, code: str) -> None:
    submit(charlie, "other")
    with pytest.raises(Refused) as told:
        move(alice, app, name)
    assert (told.value.code, told.value.field) == (code, "name")


def test_nobody_collects_addresses(app: App, alice: Person) -> None:
    for number in range(5):
        move(alice, app, f"n{number}")
    with pytest.raises(Conflict, match="former_addresses"):
        move(alice, app, "n9")
    with pytest.raises(Conflict, match="same_address"):
        move(alice, app, "n4")


@pytest.mark.django_db(transaction=True)
def test_two_who_want_one_name_at_the_same_moment(alice: Person, charlie: Person) -> None:
    """One asks for a new app of that name, one moves there: the database has one winner, every time."""
    catalogue.template()
    one = submit(alice, "one").app
    for number in range(5):
        name = f"wanted{number}"
        done = at_once(
            [
                partial(move, alice, one, name),
                partial(submit, charlie, name),
            ]
        )
        failed = [each for each in done if isinstance(each, Exception)]
        assert [getattr(each, "code", each) for each in failed] == ["name.taken"]
        FormerHost.objects.all().delete()
        App.objects.exclude(id=one.id).update(host=None)


def test_the_page_says_what_it_will_do_and_keeps_what_was_typed(
    app: App, alice: Person, charlie: Person, signed_in: SignedIn, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    submit(charlie, "taken")
    client = signed_in(alice)
    page = client.get(f"/apps/{app.id}/settings/").content.decode()
    assert "leads to the new one for 90 days" in page
    refused = client.post(f"/apps/{app.id}/address/", {"name": "Taken", "generation": "1"})
    assert refused.status_code == 422
    assert 'value="taken"' in refused.content.decode()
    assert "taken-2" in refused.content.decode()
    client.post(f"/apps/{app.id}/address/", {"name": "notes", "generation": "1"})
    client.post(f"/apps/{app.id}/rename/", {"label": "Notes"})
    row = App.objects.get(id=app.id)
    assert (row.host, row.label) == (NEW, "Notes")
    assert OLD in client.get(f"/apps/{app.id}/settings/").content.decode()
