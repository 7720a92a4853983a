"""Each call as whoever may make it, and as whoever may not: who, with which scope, for which project.

What is refused changes nothing, so one world serves a whole table; what is done gets a world of its own.
"""

import json
import re
from typing import Any

import pytest

from apps.accounts.models import Person
from apps.accounts.permissions import scopes_of
from apps.projects.selectors import personal_of
from tests.api.calls import ALL, WRITES, Call
from tests.api.world import World
from tests.factories.callers import Tool, caller, without

NAMED = [call for call in ALL if "{" in call.path or (call.body and "project" in call.body)]
DONE = [
    call
    for call in WRITES
    if call.status < 300
    and call.method != "PUT"  # the same twice by its nature
    and not call.path.endswith(("reveal/", "secrets/rotate/"))  # neither takes a key
    and "dry_run=true" not in call.path
]
LISTS = ("projects/", "requests/", "apps/", "operations/")


def send(tool: Tool, world: World, call: Call, **headers: str) -> Any:
    """Make the call."""
    text = json.dumps(call.body).replace("{project}", str(world.project.id))
    text = text.replace("{app}", str(world.app.id))
    body = None if call.body is None else json.loads(text)
    return tool.call(call.method, world.path(call.path), body, **headers)


def own(person: Person) -> Any:
    """The id of the person's own project."""
    project = personal_of(person)
    assert project is not None
    return project.id


@pytest.fixture
def people(world: World, bob: Person, dana: Person) -> dict[str, Person]:
    return {"alice": world.alice, "bob": bob, "dana": dana}


def with_scope(person: Person, scope: str) -> Tool:
    """As if a scope had been kept from the time when the person was an admin."""
    tool = caller(person)
    person.tokens.update(scopes=[*scopes_of(person), scope])
    return tool


@pytest.mark.parametrize("call", ALL, ids=str)
def test_who_may(world: World, people: dict[str, Person], call: Call) -> None:
    response = send(caller(people[call.who]), world, call)
    assert response.status_code == call.status, response.content
    assert response["API-Version"] == "1"
    assert response["X-Request-ID"]
    if response.status_code == 202:
        told, seen = response.json(), caller(world.alice).get(response["Location"])
        assert response["Retry-After"] == "2"
        assert seen.status_code == 200, (
            "what to watch: the operation, or the thing itself where it has a state"
        )
        assert isinstance(told, list) or seen.json()["id"] in told.values()


def test_without_the_scope(world: World, people: dict[str, Person]) -> None:
    found = {}
    for call in ALL:
        response = send(without(people[call.who], call.scope), world, call)
        found[str(call)] = (response.status_code, response.json()["code"])
        people[call.who].tokens.all().delete()
    assert found == {str(call): (403, "permission_denied") for call in ALL}


def test_without_a_token(world: World) -> None:
    for call in ALL:
        response = send(Tool(), world, call)
        assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="Paillasse"'), call
        assert response["Content-Type"] == "application/problem+json"


def test_a_stranger(world: World, charlie: Person) -> None:
    tool = with_scope(charlie, "requests:decide")
    found = {str(call): send(tool, world, call).status_code for call in NAMED}
    assert found == {str(call): call.stranger for call in NAMED}


def test_who_may_only_look(world: World) -> None:
    tool = with_scope(world.viewer, "requests:decide")
    calls = [call for call in ALL if call.method != "DELETE" or "members" not in call.path]
    found = {str(call): send(tool, world, call).status_code for call in calls}
    wanted = {str(call): 403 if call.scope == "requests:decide" else call.viewer for call in calls}
    assert found == wanted


def test_who_may_only_look_may_leave(world: World) -> None:
    assert send(caller(world.viewer), world, WRITES[-1]).status_code == 204


def test_a_token_for_another_project(world: World, people: dict[str, Person]) -> None:
    tools = {name: caller(person, projects=[own(person)]) for name, person in people.items()}
    found = {str(call): send(tools[call.who], world, call).status_code for call in NAMED}
    assert found == {str(call): 404 for call in NAMED}


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_what_is_mine(world: World, charlie: Person, path: str) -> None:
    mine = caller(world.alice).call("GET", path).json()
    assert str(world.project.id) in str(mine) or str(world.app.id) in str(mine)
    for tool in (caller(world.alice, projects=[own(world.alice)]), caller(charlie)):
        text = tool.call("GET", path).content.decode()
        assert str(world.project.id) not in text
        assert str(world.app.id) not in text


def test_an_unknown_field(world: World, people: dict[str, Person]) -> None:
    tools = {name: caller(person) for name, person in people.items()}
    for call in ALL:
        if call.method == "GET" or call.body is None:
            continue
        more = Call(call.method, call.path, call.scope, {**call.body, "is_staff": True})
        response = send(tools[call.who], world, more)
        assert response.status_code == 400, (str(call), response.content)
        found = {(each["pointer"], each["code"]) for each in response.json()["errors"]}
        assert ("#/is_staff", "unknown") in found, str(call)


def test_an_unknown_parameter(world: World, people: dict[str, Person]) -> None:
    tools = {name: caller(person) for name, person in people.items()}
    for call in ALL:
        mark = "&" if "?" in call.path else "?"
        wrong = Call(call.method, f"{call.path}{mark}proyect=1", call.scope, call.body)
        response = send(tools[call.who], world, wrong)
        assert response.status_code == 400, (str(call), response.content)
        assert response.json()["errors"][0]["pointer"] == "#/proyect"


@pytest.mark.parametrize("call", DONE, ids=str)
def test_a_repeat_with_a_key_happens_once(world: World, people: dict[str, Person], call: Call) -> None:
    tool = caller(people[call.who])
    first = send(tool, world, call, Idempotency_Key="k-1")
    again = send(tool, world, call, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (call.status, call.status), again.content
    assert again["Idempotency-Replayed"] == "true"
    assert (again.json() if again.content else None) == (first.json() if first.content else None)
    assert again.headers.get("Location") == first.headers.get("Location")


def test_every_address_has_its_row() -> None:
    """Whoever adds an endpoint adds who may call it."""
    from portal.api import router

    offers = re.compile(r"\{offer(ed)?\}")  # of a project, and to it
    here = {(call.method.lower(), offers.sub("{id}", call.path.partition("?")[0])) for call in ALL}
    tokens_are_named_by_nobody = {("delete", "tokens/{id}/"), ("post", "uploads/")}  # have tests of their own
    there = {(method, _shape(str(url.pattern))) for url in router.urls for method in _methods(url)}
    assert there - here - tokens_are_named_by_nobody == set()


def _methods(url: Any) -> list[str]:
    return [name for name in getattr(url.callback, "actions", {}) if name != "head"]


def _shape(pattern: str) -> str:
    first = pattern.split("/", maxsplit=1)[0]
    named = {
        "projects": "{project}",
        "apps": "{app}",
        "requests": "{request}",
        "operations": "{operation}",
        "notices": "{notice}",
        "rules": "{rule}",
        "absences": "{absence}",
        "invitations": "{mine}",
        "groups": "{group}",
        "departures": "{departure}",
        "fleet": "{upgrade}",
    }
    return (
        pattern.replace("<str:pk>", named.get(first, "{id}"))
        .replace("<uuid:member_id>", "{member}")
        .replace("<uuid:invitation_id>", "{invitation}")
        .replace("<str:slug>", "page")
        .replace("<int:number>", "1")
    )
