"""Changing what is asked of an app while it waits, as a browser meets it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.enums import RequestState
from apps.approvals.models import Request
from apps.projects.selectors import personal_of
from tests.factories import catalogue
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


def asked_by(person: Person, client: Client, **changes: Any) -> Request:
    """A request beyond the quota, which waits."""
    client.post(FORM, answers(person, **{**BIG, "reason": "a course", **changes}))
    return Request.objects.get(state=RequestState.SUBMITTED)


def test_what_is_asked_of_an_app_can_be_changed_on_the_page(alice: Person, signed_in: SignedIn) -> None:
    """Name, last day, answers, size and file: all that the first form asked, as it stands."""
    client = signed_in(alice)
    asked = asked_by(alice, client, **{"p-data": SimpleUploadedFile("table.csv", b"a,b\n1,2\n")})
    form = client.get(f"/requests/{asked.id}/edit/").content.decode()
    for kept in ('value="wiki"', 'value="Hello"', 'value="8000"', "a course</textarea>", "table.csv"):
        assert kept in form
    later = str(timezone.localdate() + timedelta(days=700))
    told = {
        "version": "1", "name": "notes", "ends_on": later, "size": "S", "cpu_mhz": "7000",
        "p-title": "Other", "p-data": SimpleUploadedFile("new.csv", b"a,b\n3,4\n"), "reason": "two courses",
    }  # fmt: skip
    assert client.post(f"/requests/{asked.id}/edit/", told).headers["Location"] == f"/requests/{asked.id}/"
    asked.refresh_from_db()
    app = asked.app
    assert app is not None
    assert (app.name, app.label, str(app.host).split(".")[0], str(app.ends_on)) == (
        "notes", "notes", "notes", later,
    )  # fmt: skip
    assert app.slug.split("--")[0].endswith("notes")
    assert (asked.version, asked.reason, asked.amounts["cpu_mhz"]) == (2, "two courses", 7000)
    assert asked.payload["parameters"] == {"title": "Other"}
    assert [each["filename"] for each in asked.payload["files"] if each["parameter"]] == ["new.csv"]
    thread = client.get(f"/requests/{asked.id}/").content.decode()
    assert "wiki → notes" in thread


WRONG_AGAIN = [
    ({"name": "Not A Name"}, "id_name", "no first label of a host"),
    ({"name": "taken"}, "id_name", "somebody has it"),
    ({"p-title": ""}, "id_p-title", "a required answer is missing"),
    ({"cpu_mhz": "1"}, "id_cpu_mhz", "below the template's bounds"),
    ({"ends_on": "2001-01-01"}, "id_ends_on", "a day that is over"),
    ({"ends_on": "2099-01-01"}, "id_ends_on", "later than anybody may choose"),
    ({"reason": ""}, "id_reason", "beyond the quota without a reason"),
    ({"version": "7"}, "", "somebody else's version"),
]


@pytest.mark.parametrize(("changes", "anchor", "reason"), WRONG_AGAIN, ids=[each[2] for each in WRONG_AGAIN])
def test_a_wrong_change_stands_beside_its_field(
    alice: Person, charlie: Person, signed_in: SignedIn, changes: dict[str, str], anchor: str, reason: str
) -> None:
    submit(charlie, "taken")
    client = signed_in(alice)
    asked = asked_by(alice, client)
    told = {
        "version": "1", "name": "wiki", "size": "S", **BIG, "p-title": "Kept title", "reason": "x", **changes
    }  # fmt: skip
    response = client.post(f"/requests/{asked.id}/edit/", told)
    page = response.content.decode()
    assert response.status_code == 422, reason
    assert f'href="#{anchor}"' in page or not anchor
    assert f'id="{anchor}' in page or not anchor
    assert "Kept title" in page or "p-title" in changes
    asked.refresh_from_db()
    assert (asked.version, asked.payload["parameters"]) == (1, {"title": "Hello"}), "nothing is half made"


def test_the_preview_of_a_change_keeps_nothing_and_never_starts_at_once(
    alice: Person, signed_in: SignedIn
) -> None:
    client = signed_in(alice)
    asked = asked_by(alice, client)
    small = {"size": "S", "cpu_mhz": "100", "p-title": "Hi", "name": "wiki", "reason": "x"}
    page = client.post(f"/requests/{asked.id}/edit/preview/", small).content.decode()
    assert "An administrator decides." in page
    assert f"/api/v1/requests/{asked.id}/" in page
    asked.refresh_from_db()
    assert asked.version == 1


def test_nobody_else_changes_what_is_asked(alice: Person, charlie: Person, signed_in: SignedIn) -> None:
    asked = asked_by(alice, signed_in(alice))
    assert signed_in(charlie).get(f"/requests/{asked.id}/edit/").status_code == 404
    assert signed_in(charlie).post(f"/requests/{asked.id}/edit/preview/", {}).status_code == 404
