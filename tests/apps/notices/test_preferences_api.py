"""How notices come by mail, chosen by a tool."""

import pytest

from apps.accounts.models import Person
from apps.notices import selectors
from apps.projects.models import Project
from tests.factories.callers import caller

PATH = "/api/v1/notices/preferences/"


def test_what_is_not_named_stays(alice: Person) -> None:
    tool = caller(alice)
    before = tool.get(PATH).json()
    assert before["by_mail"]["apps"] == "now"
    assert "duty" in before["always"]
    after = tool.call("PATCH", PATH, {"by_mail": {"apps": "off"}}).json()
    assert after == {**before, "by_mail": {**before["by_mail"], "apps": "off"}}
    assert tool.call("PATCH", PATH, {"hour": 6}).json()["hour"] == 6
    assert selectors.preferences(alice.id)["apps"] == "off"
    assert selectors.digest_hour(alice.id) == 6


WRONG = [
    ({"by_mail": {"duty": "off"}}, "duty", "somebody waits for the reader"),
    ({"by_mail": {"nonsense": "off"}}, "nonsense", "no such group"),
    ({"by_mail": {"apps": "by pigeon"}}, "apps", "no such way"),
    ({"hour": 24}, "hour", "no hour"),
    ({"hour": -1}, "hour", "negative"),
    ({"person": "x"}, "person", "a field that is pushed in"),
]


@pytest.mark.parametrize(("body", "field", "reason"), WRONG, ids=[each[2] for each in WRONG])
def test_what_cannot_be_chosen(alice: Person, body: dict[str, object], field: str, reason: str) -> None:
    tool = caller(alice)
    before = tool.get(PATH).json()
    answer = tool.call("PATCH", PATH, body)
    assert answer.status_code == 400, reason
    assert field in answer.content.decode()
    assert tool.get(PATH).json() == before


def test_a_token_of_one_project_has_no_part_in_it(alice: Person, genomics: Project) -> None:
    tool = caller(alice, projects=[genomics.id])
    assert tool.get(PATH).status_code == 404
    assert tool.call("PATCH", PATH, {"hour": 6}).status_code == 404
