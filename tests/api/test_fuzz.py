"""Whatever is sent, the answer is no server error and is a problem where it is a refusal."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.workloads.models import App
from tests.api.calls import NEW
from tests.api.world import World
from tests.factories.callers import caller

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["${x}", "{{ x }}", "../..", "\u202e", "🎈", "wiki", "page", "1e309"])
)
JSON = st.recursive(
    LEAVES,
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(st.text(max_size=8), deeper, max_size=3),
)
FIELDS = st.sampled_from(
    [
        "project",
        "template",
        "version",
        "name",
        "label",
        "parameters",
        "resources",
        "uploads",
        "reason",
        "ends_on",
    ]
)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def sound(response: Any) -> None:
    """No server error, and a problem where it is a refusal."""
    assert response.status_code < 500, response.content
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        json.loads(response.content)


@settings(max_examples=60, suppress_health_check=QUIET)
@given(changes=st.dictionaries(FIELDS, JSON, max_size=3))
def test_bodies_of_a_request(world: World, changes: dict[str, object]) -> None:
    tool = caller(world.alice)
    body = {**NEW, "project": str(world.project.id), **changes}
    sound(tool.call("POST", "apps/?dry_run=true", json.dumps(body)))
    sound(tool.call("PATCH", f"apps/{world.app.id}/?dry_run=true", json.dumps(changes)))
    world.alice.tokens.all().delete()


@settings(max_examples=40, suppress_health_check=QUIET)
@given(body=JSON)
def test_any_json(world: World, body: object) -> None:
    tool = caller(world.alice)
    for path in ("apps/", f"apps/{world.app.id}/secrets/reveal/", f"requests/{world.waiting.id}/reject/"):
        sound(tool.call("POST", path, json.dumps(body)))
    world.alice.tokens.all().delete()


@settings(max_examples=40, suppress_health_check=QUIET)
@given(
    name=st.sampled_from(["limit", "offset", "ordering", "search", "project", "desired", "name", "wait"]),
    value=st.text(max_size=20),
)
def test_any_query(world: World, name: str, value: str) -> None:
    tool = caller(world.alice)
    for path in ("apps/", "projects/", "templates/"):
        sound(tool.get(f"/api/v1/{path}", {name: value}))
    world.alice.tokens.all().delete()


@pytest.mark.parametrize("size", [1024 * 1024 - 200, 1024 * 1024 + 1])
def test_a_body_of_a_megabyte(world: World, size: int) -> None:
    response = caller(world.alice).call("POST", "apps/", {"name": "x" * size})
    assert response.status_code in {400, 413}
    assert App.objects.filter(name__startswith="xx").count() == 0
