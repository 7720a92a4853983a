"""Departures over the API: what an administrator's tool sees, hands over and closes."""

import pytest

from apps.accounts.models import Person
from apps.projects.enums import Role
from apps.projects.models import Departure, Membership, Project
from tests.factories import people, projects
from tests.factories.callers import caller

PATH = "/api/v1/departures/"


@pytest.fixture
def gone(genomics: Project) -> Departure:
    """Somebody who left: an owner beside dana, and the only one of `left`."""
    leaver = people.person("leaver", is_active=False)
    projects.member(genomics, leaver, Role.OWNER)
    projects.shared("left", leaver)
    return Departure.objects.create(person=leaver)


def test_handed_over_and_closed(gone: Departure, genomics: Project, bob: Person, dana: Person) -> None:
    tool, one = caller(bob), f"{PATH}{gone.id}/"
    assert [each["id"] for each in tool.get(PATH).json()["results"]] == [str(gone.id)]
    held = {each["slug"]: each["role"] for each in tool.get(one).json()["projects"]}
    assert held == {"genomics": "owner", "left": "owner"}
    refused = tool.call("POST", f"{one}settle/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "departure.owns")
    left = Project.objects.get(slug="left")
    body = {"project": str(left.id), "email": dana.email}
    assert [each["slug"] for each in tool.call("POST", f"{one}hand-over/", body).json()["projects"]] == [
        "genomics"
    ]
    assert Membership.objects.get(project=left).person == dana
    closed = tool.call("POST", f"{one}settle/", {"reason": "all is passed on"}).json()
    assert (closed["outcome"], closed["projects"]) == ("settled", [])
    assert tool.get(PATH).json()["results"] == []
    assert tool.get(one).status_code == 404


WRONG = [
    ({"email": "nobody@lab.example"}, 400, "email", "nobody has this address"),
    ({"email": "no address"}, 400, "email", "no address"),
    ({"email": "leaver@lab.example"}, 400, "email", "whoever left is no heir"),
    ({"role": "owner"}, 400, "role", "a field that is pushed in"),
    ({"project": "x"}, 400, "project", "no id"),
]


@pytest.mark.parametrize(("change", "status", "field", "reason"), WRONG, ids=[each[3] for each in WRONG])
def test_a_wrong_heir(
    gone: Departure, bob: Person, dana: Person, change: dict[str, str], status: int, field: str, reason: str
) -> None:
    left = Project.objects.get(slug="left")
    body = {"project": str(left.id), "email": dana.email, **change}
    answer = caller(bob).call("POST", f"{PATH}{gone.id}/hand-over/", body)
    assert answer.status_code == status, reason
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"#/{field}"]
    assert Membership.objects.get(project=left).person == gone.person, "nothing is half done"


def test_a_token_of_one_project_sees_none(gone: Departure, genomics: Project, bob: Person) -> None:
    tool = caller(bob, projects=[genomics.id])
    assert tool.get(PATH).json()["results"] == []
    assert tool.call("POST", f"{PATH}{gone.id}/settle/", {}).status_code == 404
