"""`audit`: filters, pages and following, for programs."""

from uuid import uuid4

import pytest

from apps.accounts.models import Person
from apps.audit.services import record, seal
from apps.projects.models import Project
from kernel.actors import system
from tests.factories.callers import Tool, caller


def happened(count: int, verb: str = "app.started", project: Project | None = None) -> None:
    for number in range(count):
        record(
            actor=system("test"),
            verb=verb,
            target_kind="app",
            target_id=number,
            target_label=f"n{number:03}",
            project_id=project.id if project else None,
        )


def labels(tool: Tool, address: str) -> tuple[list[str], str | None]:
    answer = tool.get(address).json()
    return [each["target_label"] for each in answer["results"]], answer["next"]


def test_page_by_page(erik: Person) -> None:
    happened(7)
    tool, found, address = caller(erik), list[str](), "/api/v1/audit/?limit=3&verb=app.started"
    while address:
        page, following = labels(tool, address)
        found += page
        address = following or ""
        happened(1, verb="app.stopped")
    assert found == [f"n{number:03}" for number in reversed(range(7))]


def test_following_what_was_sealed(erik: Person) -> None:
    happened(3)
    seal()
    tool = caller(erik)
    seal()
    found, address = labels(tool, "/api/v1/audit/?after=0&verb=app&limit=2")
    assert found == ["n000", "n001"]
    assert address is not None
    found, address = labels(tool, address)
    assert found == ["n002"]
    assert address is not None
    assert labels(tool, address) == ([], None)
    happened(1)
    assert labels(tool, address) == ([], None), "not before it is sealed"
    seal()
    assert labels(tool, address)[0] == ["n000"]


def test_who_reads_what(genomics: Project, alice: Person, charlie: Person, erik: Person) -> None:
    happened(1, project=genomics)
    for person, there in ((alice, True), (charlie, False), (erik, True)):
        found, _ = labels(caller(person), "/api/v1/audit/?verb=app.started")
        assert bool(found) == there
    elsewhere = caller(erik, projects=[uuid4()])
    assert labels(elsewhere, "/api/v1/audit/?verb=app.started")[0] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("verb=a;b", "verb"),
        ("from=x", "from"),
        ("to=2026-13-01", "to"),
        ("token=x", "token"),
        ("project=nothing-here", "project"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("after=²", "after"),
        ("after=99999999999999999999", "after"),
        ("cursor=x", "cursor"),
        ("wh=x", "wh"),
    ],
)
def test_what_is_refused_names_its_field(erik: Person, query: str, field: str) -> None:
    answer = caller(erik).get(f"/api/v1/audit/?{query}")
    assert answer.status_code == 400, answer.content
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"#/{field}"]


def test_more_than_the_most_is_the_most(erik: Person) -> None:
    happened(201)
    assert len(labels(caller(erik), "/api/v1/audit/?limit=100000")[0]) == 200
