"""The authorisation matrix: each address and method, as each of the cast, at each kind of project."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.workloads import live
from tests.apps.workloads.chain import Chain
from tests.cast import BACKEND
from tests.matrix.places import Place, World, build
from tests.matrix.rows import ACTORS, OF_PROJECTS, OUTSIDE, ROWS, WHO, Row

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CHANGING = re.compile(
    r"nonce-[\w+/=]+|csrfmiddlewaretoken\" value=\"\w+|[0-9a-f]{8}-[0-9a-f-]{27}|\"request_id\": ?\"[^\"]*\""
)


@dataclass(frozen=True)
class Address:
    """One of the portal's."""

    name: str
    parts: frozenset[str]

    def at(self, place: Place) -> str:
        """Its path at a place."""
        return reverse(self.name, kwargs=place.kwargs(self.name, set(self.parts)))


def addresses(
    resolver: Any = None, prefix: str = "", held: frozenset[str] = frozenset()
) -> Iterator[Address]:
    """All that the portal serves, by name."""
    for each in (resolver or get_resolver()).url_patterns:
        parts = held | set(each.pattern.converters)
        if not isinstance(each, URLPattern):
            inner = f"{prefix}{each.namespace}:" if each.namespace else prefix
            yield from addresses(each, inner, parts)
        elif each.name and f"{prefix}{each.name}" not in OUTSIDE:
            yield Address(f"{prefix}{each.name}", parts)


ADDRESSES = {each.name: each for each in addresses()}
CALLS = [(name, method) for name, rows in ROWS.items() for method in rows if name in ADDRESSES]


@pytest.fixture
def world(
    alice: Person,
    bob: Person,
    charlie: Person,
    dana: Person,
    erik: Person,
    genomics: Project,
    monkeypatch: pytest.MonkeyPatch,
    template: None,
) -> World:
    """Made anew for each test; what a call does is undone after it."""

    def use(chain: Chain) -> None:
        monkeypatch.setattr(live, "drivers", chain.lab.drivers)

    cast = {"alice": alice, "bob": bob, "charlie": charlie, "dana": dana, "erik": erik}
    return build(cast, genomics, use)


def browser(person: Person | None) -> Client:
    """Signed in, or nobody."""
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person, backend=BACKEND)
    return client


def filled(body: dict[str, Any], place: Place) -> dict[str, Any]:
    """What is sent, with the place's ids in it."""
    text = re.sub(r"\{(\w+)\}", lambda named: str(place.ids[named[1]]), json.dumps(body))
    content: dict[str, Any] = json.loads(text)
    return content


def ask(client: Client, method: str, path: str, row: Row, place: Place) -> Any:
    """Call and undo what it did. `durable` blocks take the test's transaction for the outermost."""
    cache.clear()
    body = filled(row.body, place)
    data: Any = body
    options: dict[str, Any] = {"secure": True, "headers": {"If-Match": "*"}}
    if path.startswith("/api/") and method != "GET":
        data, options["content_type"] = json.dumps(body), "application/json"
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]
    with around:
        answer = client.generic if method not in {"GET", "POST"} else getattr(client, method.lower())
        if method in {"GET", "POST"}:
            response = answer(path, data, **options)
        else:
            response = client.generic(method, path, data if isinstance(data, str) else "", **options)
        if getattr(response, "is_async", False):
            _close(response)  # an endless stream: that it was opened is all that is asked here
        else:
            response.getvalue()  # what streams is read while its rows stand
        transaction.set_rollback(True)
    return response


def _close(response: Any) -> None:
    """As the test client does: the end of an answer would close the connection that the test stands on."""
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


def outcome(response: Any) -> str:
    """What became of the caller: led to sign in, told that nothing is there, forbidden, or let through."""
    to_sign_in = response.status_code == 302 and response["Location"].startswith(settings.LOGIN_URL)
    if to_sign_in or response.status_code == 401:
        return "sign-in"
    told = {403: "forbidden", 404: "missing", 405: "no such method"}
    if response.status_code >= 500:
        return f"failed with {response.status_code}"
    return told.get(response.status_code, "through")


def expected(row: Row, actor: str, place: str) -> str:
    """What the row's word makes of one of the cast at one kind of project."""
    if row.who == "public":
        return "through"
    if actor == "anonymous":
        return "sign-in"
    if row.who in OF_PROJECTS:
        if place == "nonexistent" or (actor == "stranger"):
            return "missing"
        if place == "other" and actor not in WHO["read-all"]:
            return "missing"
    who = row.archived if place == "archived" and row.who != "view" else row.who
    if actor in WHO.get(who, ()):
        return "missing" if row.ends and place == "deleted" else "through"
    return "forbidden" if actor in WHO[row.seen_by] else "missing"


def test_each_address_has_a_row() -> None:
    assert sorted(set(ADDRESSES) ^ set(ROWS)) == []


@pytest.mark.parametrize("place", ["own", "other", "archived", "deleted", "nonexistent"])
def test_who_is_let_through(world: World, place: str) -> None:
    """Each row, as each of the cast: the others are told nothing, or that they may not."""
    wrong: list[str] = []
    clients = {actor: browser(world.actors[actor]) for actor in ACTORS}
    for name, method in CALLS:
        row, where = ROWS[name][method], world.places[place]
        if place != "own" and row.who not in OF_PROJECTS:
            continue
        path = ADDRESSES[name].at(where)
        for actor in ACTORS:
            seen = outcome(ask(clients[actor], method, path, row, where))
            if seen != (wanted := expected(row, actor, place)):
                wrong.append(f"{method} {name}, {actor}: {seen}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def test_no_other_method_is_taken(world: World) -> None:
    """What has no row is refused, to an admin too."""
    client, where = browser(world.actors["admin"]), world.places["own"]
    taken = [
        f"{method} {name}"
        for name, rows in ROWS.items()
        for method in METHODS
        if method not in rows
        and outcome(ask(client, method, ADDRESSES[name].at(where), Row("admin"), where)) != "no such method"
    ]
    assert not taken, "\n".join(taken)


def test_another_s_looks_like_none(world: World) -> None:
    """Nobody can tell what is not theirs from what is not: same status, same words, same headers."""
    client, told = browser(world.actors["developer"]), []
    ids = [part for place in ("other", "nonexistent") for part in world.places[place].ids.values()]
    parts = sorted({str(part) for part in ids}, key=len, reverse=True)  # the same is left out of both
    for name, method in CALLS:
        row = ROWS[name][method]
        if row.who not in OF_PROJECTS:
            continue
        seen = []
        for place in ("other", "nonexistent"):
            where = world.places[place]
            response = ask(client, method, ADDRESSES[name].at(where), row, where)
            text = _CHANGING.sub("", response.content.decode())
            for part in parts:
                text = text.replace(part, "")
            headers = sorted(each for each in response.headers if each != "X-Request-ID")
            seen.append((response.status_code, text, headers))
        if seen[0] != seen[1]:
            told.append(f"{method} {name}")
    assert not told, "\n".join(told)
