"""Files sent over the API: whose they are, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import Person
from apps.base.models import Upload
from apps.projects.models import Project
from tests.cast import actor


def send(person: Person, into: Project, content: bytes = b"a,b\n1,2\n", **fields: Any) -> Any:
    """Send a file with a token of the person's."""
    _, text = services.create_token(
        actor=actor(person),
        person=person,
        name="tool",
        scopes=[fields.pop("scope", "apps:write")],
        projects=fields.pop("projects", ()),
        expires_at=timezone.now() + timedelta(days=1),
    )
    body = {"project": str(into.id), "file": SimpleUploadedFile("../a b.csv", content), **fields}
    headers = {"Authorization": f"Bearer {text}", "Accept-Language": "en"}
    return Client(headers=headers).post("/api/v1/uploads/", body)


def test_a_file_is_kept_for_its_project(genomics: Project, alice: Person) -> None:
    response = send(alice, genomics)
    assert response.status_code == 201, response.content
    kept = Upload.objects.get(id=response.json()["id"])
    assert (kept.project_id, kept.person_id, kept.size) == (genomics.id, alice.id, 8)
    assert kept.name == "a_b.csv"


def test_others_send_nothing(genomics: Project, alice: Person, charlie: Person, erik: Person) -> None:
    assert send(charlie, genomics).status_code == 404
    assert send(erik, genomics).status_code == 403
    assert send(alice, genomics, scope="apps:read").status_code == 403
    elsewhere = Project.objects.get(kind="personal", memberships__person=alice)
    assert send(alice, genomics, projects=(elsewhere.id,)).status_code == 404
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"content": b""}, "file", id="empty"),
        pytest.param({"file": "not a file"}, "file", id="text in place of the file"),
        pytest.param({"project": "genomics"}, "project", id="not an id"),
        pytest.param({"surprise": "1"}, "surprise", id="unknown field"),
    ],
)
def test_what_is_wrong_is_named(genomics: Project, alice: Person, changes: Any, field: str) -> None:
    response = send(alice, genomics, **changes)
    assert response.status_code in {400, 422}
    assert [each["pointer"] for each in response.json()["errors"]] == [f"#/{field}"]
    assert not Upload.objects.exists()
