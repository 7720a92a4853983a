"""Each error on its way to HTTP: a problem under /api/, a page elsewhere, and never what is inside."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from orchestration.explain import REASONS
from portal.problems import pointer

TABLE: list[tuple[str, int, str]] = [
    ("refused", 400, "upload.empty"),
    ("many", 400, "refused_many"),
    ("invalid", 400, "invalid"),
    ("forbidden", 403, "forbidden"),
    ("missing", 404, "missing"),
    ("http404", 404, "not_found"),
    ("conflict", 409, "conflict"),
    ("running", 409, "idempotency.running"),
    ("quota", 409, "quota.exceeded"),
    ("outside-conflict", 409, "nomad.conflict"),
    ("other-body", 422, "idempotency.other_body"),
    ("outside-refused", 422, "nomad.refused"),
    ("unavailable", 503, "nomad.unavailable"),
    ("misconfigured", 503, "vault.misconfigured"),
    ("database", 503, "PostgreSQL.unavailable"),
    ("bug", 500, "error"),
]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _views(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.portal.views"


def get(address: str, **headers: str) -> Any:
    """A caller who sees what the server answers, not its exception."""
    return Client(raise_request_exception=False).get(address, headers={"Accept-Language": "en", **headers})


@pytest.mark.parametrize(("kind", "status", "code"), TABLE, ids=[each[0] for each in TABLE])
def test_problem(kind: str, status: int, code: str) -> None:
    response = get(f"/api/v1/fail/{kind}/", **{"X-Request-ID": "abc-1"})
    body = json.loads(response.content)
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    page = f"/help/reasons/{code}/" if code in REASONS else f"/api/problems/#{code}"
    assert body["type"].endswith(page)
    assert (body["instance"], body["request_id"]) == (f"/api/v1/fail/{kind}/", "abc-1")
    assert body["title"]
    assert body["detail"]
    assert ("Retry-After" in response.headers) == (status == 503 or kind == "running")
    for inside in ("hunter2", "secret detail", "10.0.0.3", "server closed"):
        assert inside not in response.content.decode()


@pytest.mark.parametrize(("kind", "status", "code"), TABLE, ids=[each[0] for each in TABLE])
def test_page(kind: str, status: int, code: str) -> None:
    if kind == "invalid":
        status = 500  # no page raises an error of DRF
    response = get(f"/fail/{kind}/", **{"X-Request-ID": "abc-1"})
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (status, "text/html")
    assert "abc-1" in response.content.decode(), "there is a number to quote"
    for inside in ("hunter2", "secret detail", "10.0.0.3", "server closed"):
        assert inside not in response.content.decode()


def test_fields_are_pointed_at() -> None:
    errors = json.loads(get("/api/v1/fail/many/").content)["errors"]
    assert [each["pointer"] for each in errors] == ["#/a/b", "#/c~1d"]
    errors = json.loads(get("/api/v1/fail/invalid/").content)["errors"]
    assert {each["pointer"] for each in errors} == {"#/name", "#/resources/cpu_mhz"}
    assert json.loads(get("/api/v1/fail/refused/").content)["errors"][0]["pointer"] == "#/parameters/file"


def test_quota_figures() -> None:
    figures = json.loads(get("/api/v1/fail/quota/").content)["shortfalls"]
    memory = {"dimension": "memory_mib", "used": 3000, "reserved": 500, "asked": 1000, "limit": 4096}
    assert figures[0] == {**memory, "unit": "MiB", "scope": "project"}
    assert figures[1]["dimension"] == "apps"


BODIES: list[tuple[str, bytes, int, str]] = [
    ("no JSON", b"{", 400, "parse_error"),
    ("NUL", b'{"name": "\\u0000"}', 400, "nul"),
    ("deep", b"[" * 100_000, 400, "too_deep"),
    ("as many values as may be", json.dumps({"name": "abc", "x": [0] * 4_997}).encode(), 200, ""),
    # Each is judged, and what is wrong with it told: 80,000 unknown fields cost seconds, and nine MiB back.
    ("one value more", json.dumps({"name": "abc", "x": [0] * 4_998}).encode(), 400, "too_many_values"),
    ("a MiB of fields", json.dumps({f"f{n}": 1 for n in range(80_000)}).encode(), 400, "too_many_values"),
    ("too long", b'{"name": "abcd"}', 400, "invalid"),
    ("right", b'{"name": "abc"}', 200, ""),
    ("two MiB", b'"' + b"x" * 2_097_152 + b'"', 413, "upload.too_big"),
]


@pytest.mark.parametrize(("reason", "body", "status", "code"), BODIES, ids=[each[0] for each in BODIES])
def test_bodies(reason: str, body: bytes, status: int, code: str) -> None:
    response = Client().post("/api/v1/fail/ok/", body, content_type="application/json")
    assert response.status_code == status, reason
    assert json.loads(response.content).get("code", "") == code


def test_nothing_there() -> None:
    assert json.loads(get("/api/v1/none/").content)["code"] == "missing"
    assert get("/none/").status_code == 404


@pytest.mark.parametrize(
    ("field", "wanted"), [("a", "#/a"), ("a.b.1", "#/a/b/1"), ("a/b", "#/a~1b"), ("a~b", "#/a~0b"), ("", "#")]
)
def test_pointer(field: str, wanted: str) -> None:
    assert pointer(field) == wanted
