"""New projects, what is said of them, put away and brought back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects import services
from apps.projects.models import Project
from apps.projects.permissions import may_create
from apps.quotas.models import Counter
from apps.workloads import services as workloads
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, Missing, Refused
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
NEW = {"slug": "proteins", "name": "Proteins", "description": "Folding"}


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def test_who_makes_projects(alice: Person, bob: Person, erik: Person, settings: Settings) -> None:
    assert [may_create(each) for each in (alice, bob, erik)] == [False, True, False]
    settings.PROJECT_CREATION = "members"
    assert [may_create(each) for each in (alice, bob, erik)] == [True, True, True]


def test_an_admin_makes_one_with_its_quota(bob: Person, signed_in: SignedIn) -> None:
    response = signed_in(bob).post("/new-project/", NEW)
    assert response.headers["Location"] == "/projects/proteins/members/"
    project = Project.objects.get(slug="proteins")
    assert project.memberships.get().person == bob
    assert project.review_due_on is not None
    assert {c.dimension: c.limit for c in Counter.objects.filter(project=project)} == settings.DEFAULT_QUOTA


def test_others_do_not(alice: Person, signed_in: SignedIn) -> None:
    assert signed_in(alice).post("/new-project/", NEW).status_code == 403
    assert caller(alice).call("POST", "projects/", NEW).status_code == 403
    assert not Project.objects.filter(slug="proteins").exists()


def test_a_token_for_some_projects_makes_no_other(bob: Person, genomics: Project) -> None:
    assert caller(bob, projects=[genomics.id]).call("POST", "projects/", NEW).status_code == 403


WRONG = [
    ("short name taken", {"slug": "genomics"}, "slug"),
    ("short name with a space", {"slug": "a b"}, "slug"),
    ("a name of blanks", {"name": "   "}, "name"),
    ("a name too long", {"name": "x" * 101}, "name"),
    ("a description too long", {"description": "x" * 2001}, "description"),
    ("a field pushed in", {"kind": "personal"}, "kind"),
    ("an owner pushed in", {"owner": "somebody"}, "owner"),
]


@pytest.mark.parametrize(("reason", "sent", "field"), WRONG, ids=[each[0] for each in WRONG])
def test_what_is_wrong_is_named(
    bob: Person, genomics: Project, reason: str, sent: dict[str, str], field: str
) -> None:
    before = Project.objects.count()
    response = caller(bob).call("POST", "projects/", {**NEW, **sent})
    assert response.status_code == 400, reason
    assert [each["pointer"] for each in response.json()["errors"]] == [f"#/{field}"], reason
    assert Project.objects.count() == before, reason


def test_the_form_keeps_what_was_typed(bob: Person, genomics: Project, signed_in: SignedIn) -> None:
    response = signed_in(bob).post("/new-project/", {**NEW, "slug": "genomics"})
    assert response.status_code == 422
    assert "This short name is taken." in response.content.decode()
    assert "Folding" in response.content.decode()


def test_an_owner_renames_and_describes(dana: Person, genomics: Project, signed_in: SignedIn) -> None:
    client = signed_in(dana)
    client.post("/projects/genomics/settings/", {"name": "Genomes", "description": "All of them"})
    genomics.refresh_from_db()
    assert (genomics.name, genomics.description, genomics.slug) == ("Genomes", "All of them", "genomics")
    event = Event.objects.get(verb="project.changed")
    assert (event.before or {})["name"] == "Genomics"
    assert client.post("/projects/genomics/settings/", {"name": ""}).status_code == 422


def test_a_part_is_changed_and_the_rest_stays(dana: Person, genomics: Project) -> None:
    url = f"projects/{genomics.id}/"
    assert caller(dana).call("PATCH", url, {"description": "New"}).json()["name"] == "Genomics"
    assert caller(dana).call("PATCH", url, {"slug": "other"}).status_code == 400
    assert caller(dana).call("PATCH", url, {"review_due_on": "2099-01-01"}).status_code == 400


MANAGES = [("settings/", 403), ("archive/", 403), ("restore/", 403)]


@pytest.mark.parametrize(("path", "status"), MANAGES)
def test_who_manages(
    alice: Person,
    charlie: Person,
    erik: Person,
    genomics: Project,
    signed_in: SignedIn,
    path: str,
    status: int,
) -> None:
    sent = {"name": "Mine", "description": ""}
    for person, wanted in ((alice, status), (erik, status), (charlie, 404)):
        assert signed_in(person).post(f"/projects/genomics/{path}", sent).status_code == wanted
    genomics.refresh_from_db()
    assert (genomics.name, genomics.archived_at) == ("Genomics", None)


def test_what_runs_is_named_and_nothing_happens(dana: Person, alice: Person, genomics: Project) -> None:
    catalogue.template()
    submit(alice, "wiki", project_id=genomics.id)
    with pytest.raises(Conflict) as refused:
        workloads.archive_project(actor=actor(dana), person=dana, project=genomics)
    assert (refused.value.code, refused.value.params["names"]) == ("project.apps_run", "wiki")
    response = caller(dana).call("POST", f"projects/{genomics.id}/archive/", {})
    assert (response.status_code, response.json()["code"]) == (409, "project.apps_run")
    genomics.refresh_from_db()
    assert genomics.archived_at is None
    assert not Event.objects.filter(verb="project.archived").exists()


@pytest.mark.parametrize(("desired", "may"), [("asleep", False), ("stopped", True), ("archived", True)])
def test_which_apps_may_stay(dana: Person, alice: Person, genomics: Project, desired: str, may: bool) -> None:
    catalogue.template()
    made = submit(alice, "wiki", project_id=genomics.id)
    until = timezone.now() + timedelta(days=7) if desired == "archived" else None
    App.objects.filter(id=made.app.id).update(
        desired=desired, archived_until=until, archived_from="stopped" if until else ""
    )
    response = caller(dana).call("POST", f"projects/{genomics.id}/archive/", {})
    assert response.status_code == (200 if may else 409)


def test_put_away_and_brought_back(
    dana: Person, alice: Person, genomics: Project, signed_in: SignedIn
) -> None:
    client = signed_in(dana)
    client.post("/projects/genomics/archive/", {"reason": "The grant is over"})
    client.post("/projects/genomics/archive/")
    assert Event.objects.get(verb="project.archived").reason == "The grant is over"
    page = client.get("/projects/genomics/").content.decode()
    assert "only looked at" in page
    assert "Bring it back" in page
    assert "Bring it back" not in signed_in(alice).get("/projects/genomics/").content.decode()
    assert "Archived projects" in signed_in(alice).get("/projects/").content.decode()
    for act in (
        lambda: services.change_project(actor=actor(dana), person=dana, project=genomics, name="X"),
        lambda: services.add_member(actor=actor(dana), person=dana, project=genomics, email="a@b.example"),
        lambda: services.restore(actor=actor(alice), person=alice, project=genomics),
    ):
        with pytest.raises(Forbidden):
            act()
    assert caller(dana).call("POST", f"projects/{genomics.id}/restore/", {}).status_code == 200
    genomics.refresh_from_db()
    assert genomics.archived_at is None


def test_a_personal_project_is_not_put_away(alice: Person, charlie: Person) -> None:
    own = Project.objects.get(personal_of=alice)
    with pytest.raises(Forbidden, match=r"project\.personal"):
        services.archive(actor=actor(alice), person=alice, project=own)
    with pytest.raises(Missing):
        services.archive(actor=actor(charlie), person=charlie, project=own)
    assert services.change_project(actor=actor(alice), person=alice, project=own, name="Mine").name == "Mine"


def test_a_name_of_blanks(dana: Person, genomics: Project) -> None:
    with pytest.raises(Refused) as refused:
        services.change_project(actor=actor(dana), person=dana, project=genomics, name=" ")
    assert refused.value.field == "name"


def test_pages_of_many(bob: Person, dana: Person, signed_in: SignedIn) -> None:
    for number in range(55):
        services.create_shared(actor=actor(dana), slug=f"p{number}", name=f"P{number:02}", owner=dana)
    client = signed_in(bob)
    assert "P54" not in client.get("/projects/").content.decode()
    assert "P54" in client.get("/projects/?page=2").content.decode()
