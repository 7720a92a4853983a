"""What all calls have in common: problems, languages, tags and preconditions, waiting, rates, pages."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.workloads.enums import OperationState
from apps.workloads.models import App, Operation
from tests.api.calls import NEW
from tests.api.world import LARGE, World
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import Tool, caller


@pytest.fixture
def tool(world: World) -> Tool:
    return caller(world.alice)


def new(world: World, **changes: object) -> dict[str, object]:
    """The body of a request for an app."""
    return {**NEW, "project": str(world.project.id), **changes}


WRONG: list[tuple[str, dict[str, object], str, str, str]] = [
    ("no name", {"name": ""}, "#/name", "blank", "Ce champ ne peut être vide."),
    ("not a name", {"name": "A B"}, "#/name", "name.invalid", "Un nom a de 1 à 24"),
    ("a taken one", {"name": "wiki"}, "#/name", "name.taken", "est pris"),
    ("no project", {"project": "x"}, "#/project", "invalid", "UUID"),
    ("an unknown field", {"owner": "me"}, "#/owner", "unknown", "Ce champ n’existe pas."),
    ("two wrong", {"owner": "me", "name": ""}, "#/name", "blank", "Ce champ ne peut être vide."),
    ("a question not asked", {"parameters": {"x": 1}}, "#/parameters/x", "parameter.unknown", "x"),
    ("an answer missing", {"parameters": {}}, "#/parameters/title", "parameter.required", "réponse"),
    ("too long", {"parameters": {"title": "x" * 999}}, "#/parameters/title", "parameter.too_long", "200"),
    ("a resource", {"resources": {"ram": 1}}, "#/resources/ram", "unknown", "Ce champ n’existe pas."),
    ("too much", {"resources": {"cpu_mhz": 9000}}, "#/resources/cpu_mhz", "resources.maximum", "8000"),
    ("a size", {"resources": {"size": "XXL"}}, "#/resources/size", "resources.size", "S"),
    ("a file", {"uploads": {"data": str(uuid4())}}, "#/parameters/data", "upload.missing", "fichier"),
    ("a day", {"ends_on": "2001-01-01"}, "#/ends_on", "app.ends_in_past", "à venir"),
    ("not an object", {"parameters": []}, "#/parameters", "not_a_dict", "dictionnaire"),
]


@pytest.mark.usefixtures("french")
def test_bad_values_in_both_languages(world: World) -> None:
    english, french, apps = caller(world.alice), caller(world.alice, language="fr"), App.objects.count()
    for reason, changes, pointer, code, words in WRONG:
        answers = [each.call("POST", "apps/", new(world, **changes)) for each in (english, french)]
        assert [each.status_code for each in answers] == [400, 400], (reason, answers[0].content)
        assert answers[1]["Content-Language"] == "fr"
        told = [_error(each, pointer) for each in answers]
        assert [each["code"] for each in told] == [code, code], reason
        assert words in told[1]["detail"], (reason, told[1])
        assert told[0]["detail"] != told[1]["detail"] or code == "name.taken", reason
    assert App.objects.count() == apps


def _error(response: Any, pointer: str) -> dict[str, str]:
    found: list[dict[str, str]] = response.json()["errors"]
    return next(each for each in found if each["pointer"] == pointer)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/api/v1/nothing/", {}, 404, "missing"),
        ("GET", "/api/nothing", {}, 404, "missing"),
        ("GET", "apps/not-an-id/", {}, 404, "not_found"),
        ("PUT", "apps/", {}, 405, "method_not_allowed"),
        ("POST", "apps", {}, 404, "api.slash"),
        ("GET", "apps/", {"Accept": "text/html"}, 406, "not_acceptable"),
        ("GET", "apps/?project=x", {}, 400, "invalid"),
        ("GET", "apps/?desired=flying", {}, 400, "invalid"),
        ("GET", "apps/?ordering=secret", {}, 400, "invalid"),
        ("GET", "operations/{operation}/?wait=31", {}, 400, "api.wait"),
        ("GET", "operations/{operation}/?wait=x", {}, 400, "api.wait"),
    ],
)
def test_every_error_is_a_problem(
    world: World, tool: Tool, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    response = tool.call(method, world.path(path), **headers)
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), body
    assert response["Content-Type"] == "application/problem+json"
    assert response["API-Version"] == "1"
    assert body["request_id"] == response["X-Request-ID"]


def test_another_media_type(world: World, tool: Tool) -> None:
    response = tool.post("/api/v1/apps/", b"<a/>", content_type="application/xml")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_beyond_the_quota(world: World, tool: Tool) -> None:
    refused = tool.call("POST", "apps/", new(world, resources=LARGE)).json()
    assert (refused["status"], refused["code"]) == (409, "quota.exceeded")
    cpu = next(each for each in refused["shortfalls"] if each["dimension"] == "cpu_mhz")
    assert cpu == {
        "dimension": "cpu_mhz",
        "used": 100,
        "reserved": 100,  # of an app that was asked for and does not run yet
        "asked": 8000,
        "limit": 4000,
        "scope": "project",
        "unit": "MHz",
    }
    assert refused["more"]["pointer"] == "#/reason"
    waits = tool.call("POST", "apps/", new(world, resources=LARGE, reason="A course"))
    assert (waits.status_code, waits.json()["state"]) == (202, "pending")


def test_a_dry_run_changes_nothing(world: World, tool: Tool) -> None:
    before = (App.objects.count(), Operation.objects.count())
    plan = tool.call("POST", "apps/?dry_run=true", new(world)).json()
    assert (plan["outcome"], plan["needs"], plan["host"]) == ("approved", [], "notes.apps.localhost")
    asked = {each["dimension"]: each["asked"] for each in plan["quota"]}
    assert (asked["apps"], asked["cpu_mhz"]) == (1, 100)
    assert plan["job"]["ID"].startswith("genomics-notes--")
    waits = tool.call("POST", "apps/?dry_run=true", new(world, resources=LARGE, reason="course")).json()
    assert (waits["outcome"], waits["needs"]) == ("waits", ["quota"])
    changed = tool.call(
        "PATCH", f"apps/{world.app.id}/?dry_run=true", {"parameters": {"title": "New"}}
    ).json()
    assert changed["parameters"] == {"title": "New"}
    assert tool.call("POST", "apps/?dry_run=maybe", new(world)).json()["code"] == "api.dry_run"
    assert (App.objects.count(), Operation.objects.count()) == before


def test_tags_and_preconditions(world: World, tool: Tool) -> None:
    path = f"apps/{world.app.id}/"
    seen = tool.call("GET", path)
    tag = seen["ETag"]
    assert tag.startswith(f'W/"{seen.json()["generation"]}-')
    same = tool.call("GET", path, If_None_Match=f'"other", {tag}')
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    change = {"parameters": {"title": "New"}}
    for stale in ('W/"99-abc"', '"99"'):
        refused = tool.call("PATCH", path, change, If_Match=stale)
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition.failed")
    assert tool.call("PATCH", path, change, If_Match="soon").json()["code"] == "api.if_match"
    assert tool.call("PATCH", path, change, If_Match=tag).status_code == 202
    assert tool.call("POST", f"{path}stop/", {}, If_Match=tag).status_code == 412
    assert tool.call("POST", f"{path}stop/", {}, If_Match="*").status_code == 202
    assert tool.call("GET", path, If_None_Match=tag).status_code == 200


def test_an_observation_changes_the_tag_and_not_the_version(world: World, tool: Tool) -> None:
    path = f"apps/{world.app.id}/"
    tag = tool.call("GET", path)["ETag"]
    world.app.observation.__class__.objects.filter(app=world.app).update(state="degraded")
    assert tool.call("GET", path, If_None_Match=tag).status_code == 200
    assert tool.call("POST", f"{path}restart/", {}, If_Match=tag).status_code == 202


def test_waiting_ends_with_the_operation(world: World, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:

    stop = tool.call("POST", f"apps/{world.app.id}/stop/", {}).json()
    looks: Iterator[None] = iter([None, None])

    def look(_seconds: float) -> None:
        if next(looks, "end") == "end":
            Operation.objects.filter(id=stop["id"]).update(state=OperationState.SUCCEEDED)

    monkeypatch.setattr("apps.workloads.api.operations.time.sleep", look)
    assert tool.call("GET", f"operations/{stop['id']}/?wait=30").json()["state"] == "succeeded"
    assert list(looks) == []


def test_waiting_is_bounded(world: World, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.workloads.api import operations as api

    stop = tool.call("POST", f"apps/{world.app.id}/stop/", {}).json()
    for _ in range(api.WAITERS):
        assert api._waiting.acquire(blocking=False)
    try:
        response = tool.call("GET", f"operations/{stop['id']}/?wait=30")
    finally:
        for _ in range(api.WAITERS):
            api._waiting.release()
    assert response.json()["state"] == "pending", "it was answered at once"


@pytest.mark.usefixtures("french")
def test_words_in_the_reader_s_language(world: World, tool: Tool) -> None:
    path = f"operations/{world.operation.id}/"
    french = caller(world.alice, language="fr")
    english, other = tool.call("GET", path).json(), french.call("GET", path).json()
    assert [step["type"] for step in english["steps"]] == [step["type"] for step in other["steps"]]
    labels = {
        step["type"]: (step["label"], own["label"])
        for step, own in zip(english["steps"], other["steps"], strict=True)
    }
    assert labels["Healthy"] == ("Health", "Santé")
    seen = french.call("GET", f"apps/{world.app.id}/").json()["observed"]
    assert (seen["state"], seen["display"]) == ("running", "En ligne")


def test_rates(world: World, tool: Tool, settings: Settings) -> None:
    settings.API_RATES = {"read": 3, "write": 1, "reveal": 1}
    codes = [tool.call("GET", "me/").status_code for _ in range(4)]
    assert codes in ([200, 200, 200, 429], [200, 200, 200, 200]), "a minute may begin in between"
    writes = [tool.call("POST", f"apps/{world.app.id}/restart/", {}) for _ in range(3)]
    limited = next(each for each in writes if each.status_code == 429)
    assert (limited.json()["code"], limited["Content-Type"]) == ("throttled", "application/problem+json")
    assert 0 < int(limited["Retry-After"]) <= 61
    assert caller(world.alice).call("GET", "me/").status_code == 200, "another token has its own rate"


def test_a_cache_that_does_not_answer_refuses_nobody(world: World, tool: Tool, settings: Settings) -> None:
    settings.API_RATES = {"read": 0, "write": 0, "reveal": 0}
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.cache.Cache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert tool.call("GET", "me/").status_code == 200


@pytest.mark.parametrize(
    "path", ["apps/", "projects/", "requests/", "operations/", "templates/", "projects/{project}/members/"]
)
def test_lists_take_a_constant_number_of_queries(world: World, tool: Tool, path: str) -> None:
    counts = []
    tool.call("GET", "me/")  # writes down that the token is used, once a minute
    for round_ in range(2):
        with CaptureQueriesContext(connection) as queries:
            response = tool.call("GET", f"{world.path(path)}?limit=200")
        assert response.status_code == 200
        counts.append((len(queries), response.json()["count"]))
        if not round_:
            _grow(world)
    (before, few), (after, many) = counts
    assert many > few
    assert before == after, f"{few} rows: {before} queries; {many} rows: {after}"


def _grow(world: World) -> None:
    """Four more of everything that is listed."""
    from tests.factories import people, projects

    for number in range(4):
        person = people.person(f"member-{number}")
        projects.member(world.project, person)
        projects.member(projects.shared(f"other-{number}", person), world.alice)
        catalogue.template(f"template-{number}")
        submit(world.alice, f"app-{number}")


def test_an_upload_becomes_an_app(world: World, tool: Tool) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = tool.post(
        "/api/v1/uploads/",
        {"project": str(world.project.id), "file": SimpleUploadedFile("t.csv", b"a,b\n1,2\n")},
    )
    assert sent.status_code == 201, sent.content
    made = tool.call("POST", "apps/", new(world, uploads={"data": sent.json()["id"]}))
    assert made.status_code == 202, made.content
    app = App.objects.get(id=made.json()["target"]["id"])
    assert app.release is not None
    assert [each["upload"] for each in app.release.files] == [sent.json()["id"]]


def test_a_token_revokes_itself_alone(world: World, tool: Tool) -> None:
    other = caller(world.alice)
    mine, theirs = world.alice.tokens.order_by("created_at").values_list("id", flat=True)
    assert tool.call("DELETE", f"tokens/{theirs}/").status_code == 404
    assert tool.call("DELETE", f"tokens/{mine}/").status_code == 204
    assert tool.call("GET", "me/").status_code == 401
    assert other.call("GET", "me/").status_code == 200


def test_ids_that_stand_nowhere_and_others_are_the_same(world: World, charlie: Person) -> None:
    stranger = caller(charlie)
    for name, theirs in (("project", world.project.id), ("app", world.app.id)):
        answers = [stranger.call("GET", f"requests/?{name}={each}") for each in (theirs, uuid4())]
        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].json()["results"] == answers[1].json()["results"] == []
    assert Project.objects.filter(id=world.project.id).exists()
