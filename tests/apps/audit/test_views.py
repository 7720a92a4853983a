"""The audit's page: what concerns a member, all for those who read all; filters in the URL."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.services import record
from apps.projects.models import Project
from kernel.actors import Actor, system
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]
TOKEN = UUID("00000000-0000-4000-8000-0000000000ff")


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.mark.parametrize(
    ("who", "query", "there", "reason"),
    [
        ("erik", "", True, "auditors read all"),
        ("bob", "", True, "admins read all"),
        ("alice", "", True, "her own project"),
        ("charlie", "", False, "a stranger to it"),
        ("erik", "?verb=app.requested", True, "by verb"),
        ("erik", "?verb=app", True, "by area"),
        ("erik", "?verb=quota", False, "another area"),
        ("erik", "?verb=ap", False, "an area is not a part of a word"),
        ("erik", "?who=ALI", True, "a part of a name"),
        ("erik", "?who=00000000-0000-4000-8000-00000000000a", True, "by id"),
        ("erik", "?who=charlie", False, "somebody else"),
        ("erik", "?target=sequences", True, "what it was done to"),
        ("erik", "?from=2000-01-01&to=2999-12-31", True, "within days"),
        ("erik", "?to=2000-01-01", False, "before it"),
        ("erik", "?from=2999-01-01", False, "after it"),
        ("erik", "?request=r-77", True, "by request"),
        ("erik", "?request=r-7", False, "by another request"),
        ("erik", f"?token={TOKEN}", True, "by token"),
        ("erik", "?token=00000000-0000-4000-8000-0000000000fe", False, "by another token"),
        ("erik", "?who=ali&verb=app&target=nothing", False, "all filters hold"),
    ],
)
def test_who_reads_what(
    request: pytest.FixtureRequest,
    alice: Person,
    signed_in: SignedIn,
    who: str,
    query: str,
    there: bool,
    reason: str,
) -> None:
    catalogue.template()
    app = submit(alice, "sequences").app
    record(
        actor=Actor("token", alice.id, alice.label, token_id=TOKEN, request_id="r-77"),
        verb="app.requested",
        target_kind="app",
        target_id=app.id,
        target_label="Sequences 2026",
        project_id=app.project_id,
    )
    page = signed_in(request.getfixturevalue(who)).get(f"/audit/{query}").content.decode()
    assert ("Sequences 2026" in page) == there, reason


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("verb=a;drop", "verb", "no verb"),
        ("from=yesterday", "from", "no day"),
        ("from=2026-02-30", "from", "no day of the calendar"),
        ("from=2026-02-02&to=2026-02-01", "to", "the wrong way round"),
        ("token=1", "token", "no token"),
        ("target=" + "x" * 101, "target", "too long"),
        ("project=nothing-here", "project", "a project that is not there"),
        ("project=genomics", "project", "one that is not theirs is told in the same words"),
    ],
)
def test_a_filter_that_cannot_be(
    genomics: Project, charlie: Person, signed_in: SignedIn, query: str, field: str, reason: str
) -> None:
    answer = signed_in(charlie).get(f"/audit/?{query}")
    assert answer.status_code == 400, reason
    assert f'id="id_{field}-error"' in answer.content.decode(), reason


@pytest.mark.parametrize("place", ["x", "1-", "999999999999999999-1", "1-1x", "²-1"])
def test_a_place_that_is_none(charlie: Person, signed_in: SignedIn, place: str) -> None:
    assert signed_in(charlie).get("/audit/", {"before": place}).status_code == 400


def happened(count: int, **more: object) -> None:
    for number in range(count):
        told: dict[str, object] = {
            "actor": system("test"),
            "verb": "app.started",
            "target_label": f"n{number:03}",
        }
        record(target_kind="app", target_id=number, **(told | more))  # type: ignore[arg-type]  # a test's rows


def shown(page: str) -> list[str]:
    return re.findall(r"\bn\d\d\d\b", page)


def test_page_by_page_nothing_twice_nothing_left_out(erik: Person, signed_in: SignedIn) -> None:
    happened(120)
    client, address, found = signed_in(erik), "/audit/?verb=app", list[str]()
    while address:
        page = client.get(address).content.decode()
        found += shown(page)
        happened(1, target_label="written meanwhile")
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/audit/{older[1]}".replace("&amp;", "&") if older else ""
        assert not address or "verb=app" in address, "the filters stay in the URL"
    assert found == [f"n{number:03}" for number in reversed(range(120))]


def test_as_many_queries_for_many_as_for_few(
    genomics: Project, alice: Person, erik: Person, signed_in: SignedIn
) -> None:
    for person in (alice, erik):
        client = signed_in(person)
        client.get("/audit/")
        counts = []
        for _ in range(2):
            happened(20, project_id=genomics.id, before={"a": 1}, after={"a": 2})
            with CaptureQueriesContext(connection) as queries:
                client.get("/audit/")
            counts.append(len(queries))
        assert counts[0] == counts[1]


def test_a_member_reads_what_concerns_them_and_not_from_where_others_came(
    genomics: Project, alice: Person, dana: Person, charlie: Person, signed_in: SignedIn
) -> None:
    def act(who: Actor, label: str, **more: object) -> None:
        told: dict[str, object] = {"verb": "x.y", "target_kind": "app", "target_id": "1"}
        record(actor=who, target_label=label, **(told | more))  # type: ignore[arg-type]  # a test's rows

    hers = Actor("person", alice.id, "Alice", request_id="r-alice", ip="192.0.2.1")
    danas = Actor("person", dana.id, "Dana", token_id=TOKEN, request_id="r-dana", ip="192.0.2.2")
    act(hers, "her own act")
    act(danas, "in her project", project_id=genomics.id)
    act(danas, "done to her", target_kind="person", target_id=alice.id)
    act(danas, "elsewhere")
    page = signed_in(alice).get("/audit/").content.decode()
    for text in ("her own act", "in her project", "done to her", "r-alice", "192.0.2.1"):
        assert text in page
    for text in ("elsewhere", "r-dana", "192.0.2.2", str(TOKEN)):
        assert text not in page
    stranger = signed_in(charlie).get("/audit/").content.decode()
    assert "her own act" not in stranger


def test_the_difference_reads_well(erik: Person, signed_in: SignedIn) -> None:
    happened(
        1,
        before={"limits": {"apps": 5, "gpus": 0}, "kept": "same"},
        after={"limits": {"apps": 8, "gpus": 0}, "kept": "same", "until": "2027-01-01", "text": "<b>"},
    )
    page = signed_in(erik).get("/audit/").content.decode()
    assert "3 differences" in page
    assert re.search(r"<code>limits.apps</code>:\s*<del>5</del>.*?<ins>8</ins>", page, re.DOTALL)
    assert "<ins>2027-01-01</ins>" in page
    assert "&lt;b&gt;" in page
    assert "kept" not in page


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, db: None) -> None:
    for method, address in ((client.get, "/audit/"), (client.post, "/audit/export/")):
        assert method(address)["Location"].startswith("/sign-in/")
