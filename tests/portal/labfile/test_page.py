"""Import and export on the page: seen before it is done, by administrators alone."""

import html
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects.models import Project

SignedIn = Callable[[Person], Client]
LAB = (
    "kind,project,name,email,role,description\n"
    'project,genomics,Génomique,,,"one\ntwo"\n'
    "member,genomics,,new@lab.example,viewer\n"
)


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def handed_in(client: Client, text: str = LAB) -> tuple[int, str]:
    file = SimpleUploadedFile("lab.csv", text.encode())
    answer = client.post("/import/", {"file": file})
    return answer.status_code, answer.content.decode()


def confirmation(page: str) -> dict[str, str]:
    """What the page's form would send."""
    told = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(name|seen|prune)" value="([^"]*)"', page)
    }
    text = re.search(r"<textarea name=\"content\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert text
    return {**told, "content": html.unescape(text[1]).replace("\n", "\r\n")}


def test_seen_then_done(genomics: Project, bob: Person, signed_in: SignedIn) -> None:
    client = signed_in(bob)
    status, page = handed_in(client)
    assert status == 200
    for text in ("Génomique", "new@lab.example", "Do this"):
        assert text in page
    genomics.refresh_from_db()
    assert genomics.name == "Genomics"
    done = client.post("/import/confirm/", confirmation(page))
    assert done["Location"] == "/import/"
    genomics.refresh_from_db()
    assert genomics.name == "Génomique"
    assert Event.objects.filter(verb="lab.imported", actor_id=bob.id).count() == 1
    assert genomics.description == "one\ntwo"
    assert "No differences" in handed_in(client)[1]


def test_what_has_moved_on_is_shown_again(genomics: Project, bob: Person, signed_in: SignedIn) -> None:
    client = signed_in(bob)
    told = confirmation(handed_in(client)[1])
    Project.objects.filter(id=genomics.id).update(name="Renamed meanwhile")
    answer = client.post("/import/confirm/", told)
    assert answer.status_code == 200
    assert "look again" in answer.content.decode()
    genomics.refresh_from_db()
    assert genomics.name == "Renamed meanwhile"


def test_problems_are_named_and_cannot_be_confirmed(
    genomics: Project, bob: Person, signed_in: SignedIn
) -> None:
    status, page = handed_in(signed_in(bob), LAB.replace("viewer", "king"))
    assert status == 400
    assert "Line 4" in page
    assert "Do this" not in page


def test_no_file(bob: Person, signed_in: SignedIn) -> None:
    assert signed_in(bob).post("/import/", {}).status_code == 400
    assert signed_in(bob).post("/import/confirm/", {}).status_code == 400
    assert signed_in(bob).post("/import/export/", {"form": "exe"}).status_code == 400


def test_export(genomics: Project, bob: Person, signed_in: SignedIn) -> None:
    client = signed_in(bob)
    for form in ("csv", "yaml"):
        answer = client.post("/import/export/", {"form": form})
        assert "genomics" in answer.content.decode()
        assert f".{form}" in answer["Content-Disposition"]
    assert Event.objects.filter(verb="lab.exported").count() == 2


@pytest.mark.parametrize("who", ["alice", "dana", "charlie", "erik"])
@pytest.mark.parametrize("address", ["/import/", "/import/confirm/", "/import/export/"])
def test_for_others_it_is_not_there(
    request: pytest.FixtureRequest, genomics: Project, signed_in: SignedIn, who: str, address: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.post(address, {"form": "csv"}).status_code == 404
    if address == "/import/":
        assert client.get(address).status_code == 404


def test_who_is_not_signed_in(client: Client, db: None) -> None:
    for address in ("/import/", "/import/confirm/", "/import/export/"):
        assert client.post(address)["Location"].startswith("/sign-in/")
