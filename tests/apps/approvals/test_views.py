"""The form, its preview, requests and decisions as a browser meets them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.enums import RequestState
from apps.approvals.models import Request
from apps.base.models import Upload
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.projects.selectors import personal_of
from apps.workloads.models import App
from tests.factories import catalogue, projects
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]
FORM = "/catalogue/page/request/"
BIG = {"cpu_mhz": 8000}


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()


def answers(person: Person, **changes: Any) -> dict[str, Any]:
    own = personal_of(person)
    assert own is not None
    return {"name": "wiki", "project": str(own.id), "size": "S", "p-title": "Hello", **changes}


def test_the_form_shows_the_quota_and_that_it_starts_at_once(alice: Person, signed_in: SignedIn) -> None:
    page = signed_in(alice).get(FORM).content.decode()
    assert "Within your quota:" in page
    assert "curl -X POST" in page
    assert 'name="p-title"' in page


def test_a_launch_link_fills_the_form_and_sends_nothing(alice: Person, signed_in: SignedIn) -> None:
    page = signed_in(alice).get(f"{FORM}?name=linked&p-title=From+a+link&size=L&p-strange=x").content.decode()
    assert 'value="linked"' in page
    assert 'value="From a link"' in page
    assert re.search(r'value="L"\s+checked', page)
    assert not App.objects.exists()


def test_asking_leads_to_the_apps_page(alice: Person, signed_in: SignedIn) -> None:
    response = signed_in(alice).post(FORM, answers(alice))
    app = App.objects.get(name="wiki")
    assert response.headers["Location"] == f"/apps/{app.id}/"
    assert app.release is not None
    assert app.release.parameters == {"title": "Hello"}


WRONG = [
    ({"name": ""}, "id_name", "no name"),
    ({"name": "Not A Name"}, "id_name", "no first label of a host"),
    ({"p-title": ""}, "id_p-title", "a required answer is missing"),
    ({"p-title": "x" * 500}, "id_p-title", "too long"),
    ({"size": "XXL"}, "id_size", "no size of this template"),
    ({"cpu_mhz": "1"}, "id_cpu_mhz", "below the template's bounds"),
    ({"ends_on": "2001-01-01"}, "id_ends_on", "a day that is over"),
    (BIG, "id_reason", "beyond the quota without a reason"),
]


@pytest.mark.parametrize(("changes", "anchor", "reason"), WRONG, ids=[each[2] for each in WRONG])
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    alice: Person, signed_in: SignedIn, changes: dict[str, str], anchor: str, reason: str
) -> None:
    response = signed_in(alice).post(FORM, answers(alice, **{"p-title": "Kept title", **changes}))
    page = response.content.decode()
    assert response.status_code == 422, reason
    assert f'href="#{anchor}"' in page, "the summary links to the field"
    assert f'id="{anchor}' in page, "and the field is there"
    if "p-title" not in changes:
        assert "Kept title" in page
    assert not App.objects.exists(), "nothing is half made"


def test_everything_that_is_wrong_is_said_at_once(alice: Person, signed_in: SignedIn) -> None:
    wrong = answers(alice, **{"name": "Not A Name", "p-title": "", "cpu_mhz": "1"})
    page = signed_in(alice).post(FORM, wrong).content.decode()
    for anchor in ("id_name", "id_p-title", "id_cpu_mhz"):
        assert f'href="#{anchor}"' in page


def test_a_taken_name_says_what_is_free(alice: Person, charlie: Person, signed_in: SignedIn) -> None:
    submit(charlie, "wiki")
    page = signed_in(alice).post(FORM, answers(alice)).content.decode()
    assert "wiki-2" in page
    part = signed_in(alice).get("/apps/name/?name=wiki").content.decode()
    assert "taken" in part
    assert "free" in signed_in(alice).get("/apps/name/?name=wiki-9").content.decode()


def test_an_upload_need_not_be_sent_twice(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    file = SimpleUploadedFile("table.csv", b"a,b\n1,2\n")
    page = client.post(FORM, answers(alice, **{"name": "", "p-data": file})).content.decode()
    kept = Upload.objects.get()
    assert f'name="kept-data" value="{kept.id}"' in page
    client.post(FORM, answers(alice, **{"kept-data": str(kept.id)}))
    release = App.objects.get(name="wiki").release
    assert release is not None
    assert [each["upload"] for each in release.files if each["parameter"] == "data"] == [str(kept.id)]


def test_a_file_that_is_not_needed_is_taken_away(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    client.post(FORM, answers(alice, **{"p-data": SimpleUploadedFile("table.csv", b"a,b\n1,2\n")}))
    app = App.objects.get(name="wiki")
    page = client.get(f"/apps/{app.id}/change/").content.decode()
    assert 'name="drop-data"' in page
    kept = str(Upload.objects.get().id)
    sent = {"size": "S", "p-title": "Hello", "generation": "1", "version": "1.0.0", "kept-data": kept}
    client.post(f"/apps/{app.id}/change/", {**sent, "drop-data": "on"})
    app.refresh_from_db()
    assert app.release is not None
    assert app.release.number == 2
    assert not [each for each in app.release.files if each["parameter"]]


def test_a_file_sent_anew_replaces_the_one_that_is_taken_away(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    client.post(FORM, answers(alice, **{"p-data": SimpleUploadedFile("table.csv", b"a,b\n1,2\n")}))
    app = App.objects.get(name="wiki")
    sent = {"size": "S", "p-title": "Hello", "generation": "1", "version": "1.0.0", "drop-data": "on"}
    client.post(f"/apps/{app.id}/change/", {**sent, "p-data": SimpleUploadedFile("new.csv", b"c\n3\n")})
    app.refresh_from_db()
    assert app.release is not None
    names = Upload.objects.filter(id__in=[each["upload"] for each in app.release.files if each["parameter"]])
    assert [each.name for each in names] == ["new.csv"]


def test_nobody_elses_upload_is_taken(alice: Person, charlie: Person, signed_in: SignedIn) -> None:
    file = SimpleUploadedFile("table.csv", b"a,b\n1,2\n")
    signed_in(charlie).post(FORM, answers(charlie, **{"name": "", "p-data": file}))
    kept = Upload.objects.get()
    signed_in(alice).post(FORM, answers(alice, **{"kept-data": str(kept.id)}))
    release = App.objects.get(name="wiki").release
    assert release is not None
    assert not [each for each in release.files if each["parameter"] == "data"]


def test_a_stranger_cannot_ask_for_a_project(genomics: Project, charlie: Person, signed_in: SignedIn) -> None:
    response = signed_in(charlie).post(FORM, answers(charlie, project=str(genomics.id)))
    assert response.status_code == 422
    assert not App.objects.exists()


def test_preview_says_that_somebody_must_decide_and_asks_why(alice: Person, signed_in: SignedIn) -> None:
    response = signed_in(alice).post(f"{FORM}preview/", answers(alice, **BIG))
    part = response.content.decode()
    assert "Beyond the quota" in part
    assert 'name="reason"' in part
    assert "does not fit" in part
    small = signed_in(alice).post(f"{FORM}preview/", answers(alice)).content.decode()
    assert "Within your quota" in small
    assert "TaskGroups" in small, "the job is shown once everything is answered"
    assert not App.objects.exists(), "a preview makes nothing"


def test_preview_shows_a_stranger_nothing_of_a_projects_figures(
    genomics: Project, charlie: Person, signed_in: SignedIn
) -> None:
    part = signed_in(charlie).post(f"{FORM}preview/", answers(charlie, project=str(genomics.id))).content
    assert str(genomics.id) not in part.decode()


def test_changing_makes_the_next_release(alice: Person, signed_in: SignedIn) -> None:
    app = submit(alice).app
    client = signed_in(alice)
    page = client.get(f"/apps/{app.id}/change/").content.decode()
    assert 'value="Hello"' in page
    response = client.post(
        f"/apps/{app.id}/change/", {"size": "L", "p-title": "Changed", "generation": "1", "version": "1.0.0"}
    )
    assert response.headers["Location"] == f"/apps/{app.id}/"
    app.refresh_from_db()
    assert app.release is not None
    assert (app.release.number, app.release.parameters) == (2, {"title": "Changed"})


def test_a_change_of_what_moved_on_is_said_and_not_made(alice: Person, signed_in: SignedIn) -> None:
    app = submit(alice).app
    sent = {"size": "S", "p-title": "Late", "generation": "0", "version": "1.0.0"}
    response = signed_in(alice).post(f"/apps/{app.id}/change/", sent)
    assert response.status_code == 422
    assert "changed meanwhile" in response.content.decode()
    app.refresh_from_db()
    assert app.release is not None
    assert app.release.number == 1


def waiting(person: Person) -> Request:
    made = submit(
        person, "big", resources={"cpu_mhz": 8000, "memory_mib": 64}, reason="For the conference"
    ).request
    assert made is not None
    assert made.state == RequestState.SUBMITTED
    return made


def test_the_requester_follows_and_takes_back(alice: Person, signed_in: SignedIn) -> None:
    asked, client = waiting(alice), signed_in(alice)
    assert "big" in client.get("/requests/").content.decode()
    page = client.get(f"/requests/{asked.id}/").content.decode()
    assert "For the conference" in page
    assert reverse("approvals:approve", args=[asked.id]) not in page
    client.post(f"/requests/{asked.id}/withdraw/")
    asked.refresh_from_db()
    assert asked.state == RequestState.WITHDRAWN


def test_an_admin_approves(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    asked, client = waiting(alice), signed_in(bob)
    assert "big" in client.get("/decisions/").content.decode()
    response = client.post(f"/requests/{asked.id}/approve/", {"reason": "", "version": "1"})
    assert response.headers["Location"] == "/decisions/"
    asked.refresh_from_db()
    assert asked.state == RequestState.APPROVED


def test_a_rejection_needs_its_reason(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    asked, client = waiting(alice), signed_in(bob)
    response = client.post(f"/requests/{asked.id}/reject/", {"reason": "", "version": "1"})
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    client.post(f"/requests/{asked.id}/reject/", {"reason": "Too much", "version": "1"})
    page = signed_in(alice).get(f"/requests/{asked.id}/").content.decode()
    assert "Too much" in page
    assert "limit" in page, "with the figures of that moment"


def test_the_second_of_two_verdicts_is_told(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    asked, client = waiting(alice), signed_in(bob)
    client.post(f"/requests/{asked.id}/approve/", {"version": "1"})
    response = client.post(f"/requests/{asked.id}/reject/", {"reason": "No", "version": "1"})
    assert "decided already" in client.get(response.headers["Location"]).content.decode()
    asked.refresh_from_db()
    assert asked.state == RequestState.APPROVED


@pytest.mark.parametrize("verb", ["approve", "reject", "withdraw"])
def test_a_stranger_meets_no_request(alice: Person, charlie: Person, signed_in: SignedIn, verb: str) -> None:
    asked = waiting(alice)
    assert signed_in(charlie).post(f"/requests/{asked.id}/{verb}/", {"reason": "x"}).status_code == 404
    assert signed_in(charlie).get(f"/requests/{asked.id}/").status_code == 404
    asked.refresh_from_db()
    assert asked.state == RequestState.SUBMITTED


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_only_admins_decide(alice: Person, erik: Person, signed_in: SignedIn, verb: str) -> None:
    asked = waiting(alice)
    for person in (alice, erik):
        response = signed_in(person).post(f"/requests/{asked.id}/{verb}/", {"reason": "mine"})
        assert response.status_code == 403
    asked.refresh_from_db()
    assert asked.state == RequestState.SUBMITTED


def test_the_inbox_is_not_for_members(alice: Person, erik: Person, signed_in: SignedIn) -> None:
    assert signed_in(alice).get("/decisions/").status_code == 403
    assert signed_in(erik).get("/decisions/").status_code == 200


@pytest.mark.parametrize("path", ["change/", "change/preview/"])
def test_a_stranger_changes_nothing(alice: Person, charlie: Person, signed_in: SignedIn, path: str) -> None:
    app = submit(alice).app
    assert signed_in(charlie).post(f"/apps/{app.id}/{path}", {"size": "S"}).status_code == 404


@pytest.mark.parametrize("path", ["change/", "change/preview/"])
def test_a_viewer_may_not_change(
    alice: Person, charlie: Person, genomics: Project, signed_in: SignedIn, path: str
) -> None:
    app = submit(alice, project_id=genomics.id).app
    projects.member(genomics, charlie, Role.VIEWER)
    assert signed_in(charlie).post(f"/apps/{app.id}/{path}", {"size": "S"}).status_code == 403
