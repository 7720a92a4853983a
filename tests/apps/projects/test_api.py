"""The API over HTTP: a token, its scopes and projects, what a stranger sees, a call that is repeated."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import Person
from apps.projects.models import Membership, Project
from tests.cast import actor

ALL = ["profile:read", "projects:read", "projects:write"]


def caller(person: Person, scopes: list[str] | None = None, projects: tuple[UUID, ...] = ()) -> Client:
    """A tool with a token of the person's."""
    _, text = services.create_token(
        actor=actor(person),
        person=person,
        name="tool",
        scopes=scopes or ALL,
        projects=projects,
        expires_at=timezone.now() + timedelta(days=1),
    )
    return Client(headers={"Authorization": f"Bearer {text}", "Accept-Language": "en"})


def add(client: Client, project: Project, email: str, **headers: str) -> Any:
    """Add a viewer."""
    body = {"email": email, "role": "viewer"}
    return client.post(f"/api/v1/projects/{project.id}/members/", body, "application/json", headers=headers)


def test_without_a_token(genomics: Project, client: Client) -> None:
    for headers in ({}, {"Authorization": "Bearer lab_x.y"}):
        response = client.get("/api/v1/projects/", headers=headers)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="Paillasse"'
        assert response["Content-Type"] == "application/problem+json"


def test_me(alice: Person) -> None:
    assert caller(alice).get("/api/v1/me/").json()["id"] == str(alice.id)


def test_a_scope_is_needed(genomics: Project, dana: Person) -> None:
    reader = caller(dana, ["projects:read"])
    assert reader.get("/api/v1/projects/").status_code == 200
    assert reader.get("/api/v1/me/").status_code == 403
    assert add(reader, genomics, "zoe@lab.example").status_code == 403
    assert not Membership.objects.filter(person__email="zoe@lab.example").exists()


def test_only_mine_are_listed(genomics: Project, alice: Person, charlie: Person, bob: Person) -> None:
    slugs = {
        person.login: {each["slug"] for each in caller(person).get("/api/v1/projects/").json()["results"]}
        for person in (alice, charlie, bob)
    }
    assert "genomics" in slugs["alice"]
    assert len(slugs["alice"]) == 2
    assert len(slugs["charlie"]) == 1
    assert len(slugs["bob"]) == Project.objects.count()


def test_a_token_for_one_project_sees_that_one(genomics: Project, alice: Person) -> None:
    tool = caller(alice, projects=(genomics.id,))
    assert tool.get("/api/v1/projects/").json()["count"] == 1
    other = Project.objects.get(personal_of=alice)
    assert tool.get(f"/api/v1/projects/{other.id}/").status_code == 404


def test_missing_and_not_yours_are_the_same(genomics: Project, charlie: Person) -> None:
    tool = caller(charlie)
    nowhere = UUID(int=1)
    answers = []
    for project_id in (genomics.id, nowhere):
        for tail in ("", "members/", "quota/"):
            response = tool.get(f"/api/v1/projects/{project_id}/{tail}")
            body = {k: v for k, v in response.json().items() if k not in {"instance", "request_id"}}
            answers.append((response.status_code, json.dumps(body, sort_keys=True)))
    assert set(answers[:3]) == set(answers[3:])
    assert {status for status, _ in answers} == {404}


REFUSED: list[tuple[str, dict[str, object], str, str]] = [
    ("a field that is none", {"email": "a@b.example", "role": "viewer", "owner": True}, "#/owner", "unknown"),
    ("no address", {"email": "zoe", "role": "viewer"}, "#/email", "invalid"),
    ("a role that is none", {"email": "a@b.example", "role": "admin"}, "#/role", "invalid_choice"),
    ("nothing", {}, "#/email", "required"),
    ("twice", {"email": "alice@lab.example", "role": "viewer"}, "#/email", "project.already_member"),
]


@pytest.mark.parametrize(("reason", "body", "pointer", "code"), REFUSED, ids=[each[0] for each in REFUSED])
def test_each_refusal_names_its_field(
    genomics: Project, dana: Person, reason: str, body: dict[str, object], pointer: str, code: str
) -> None:
    url = f"/api/v1/projects/{genomics.id}/members/"
    response = caller(dana).post(url, body, "application/json")
    assert response.status_code == 400, reason
    assert (pointer, code) in {(each["pointer"], each["code"]) for each in response.json()["errors"]}


def test_a_repeated_call_happens_once(genomics: Project, dana: Person) -> None:
    tool = caller(dana)
    first = add(tool, genomics, "zoe@lab.example", **{"Idempotency-Key": "k-1"})
    again = add(tool, genomics, "zoe@lab.example", **{"Idempotency-Key": "k-1"})
    other = add(tool, genomics, "yan@lab.example", **{"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert genomics.memberships.count() == 3


def test_a_browser_s_session_needs_the_form_s_token(genomics: Project, dana: Person) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(dana, backend="portal.login.backend.KeycloakBackend")
    assert browser.get("/api/v1/projects/").status_code == 200
    assert add(browser, genomics, "zoe@lab.example").status_code == 403


@pytest.mark.parametrize(
    ("query", "count", "status"),
    [("limit=1", 1, 200), ("limit=100000", 2, 200), ("offset=1", 1, 200), ("offset=1000001", 0, 400)],
)
def test_pages(genomics: Project, alice: Person, query: str, count: int, status: int) -> None:
    response = caller(alice).get(f"/api/v1/projects/?{query}")
    assert response.status_code == status
    assert len(response.json().get("results", [])) == count


def test_a_session_works_and_a_stranger_s_does_not(
    genomics: Project, alice: Person, charlie: Person, signed_in: Callable[[Person], Client]
) -> None:
    url = f"/api/v1/projects/{genomics.id}/"
    assert [signed_in(person).get(url).status_code for person in (alice, charlie)] == [200, 404]
