"""Groups that give roles: exact paths, beside what was given by hand, never without an owner."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects import services
from apps.projects.enums import Role
from apps.projects.models import GroupMapping, Membership, Project
from kernel.errors import Forbidden, Refused
from portal.first_sign_in import welcome
from tests.cast import actor
from tests.factories import projects
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
PATH = "/lab/genomics"


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def give(admin: Person, project: Project, role: str = "developer", path: str = PATH) -> GroupMapping:
    """Map a group."""
    return services.map_group(actor=actor(admin), person=admin, path=path, project=project, role=role)


def enter(person: Person, *groups: str) -> None:
    """Sign in with these groups."""
    person.groups = list(groups)
    person.save()
    welcome(person)


def role(person: Person, project: Project) -> str:
    """The person's role; empty where they are not in it."""
    found = Membership.objects.filter(person=person, project=project).first()
    return found.role if found else ""


PATHS = [
    ("the path itself", PATH, "developer"),
    ("below it", f"{PATH}/students", ""),
    ("ends alike", f"/other{PATH}", ""),
    ("another case", PATH.upper(), ""),
    ("a prefix", "/lab/genomic", ""),
]


@pytest.mark.parametrize(("reason", "path", "given"), PATHS, ids=[each[0] for each in PATHS])
def test_only_the_exact_path(
    bob: Person, charlie: Person, genomics: Project, reason: str, path: str, given: str
) -> None:
    give(bob, genomics)
    enter(charlie, path)
    assert role(charlie, genomics) == given, reason


def test_it_comes_and_goes_with_the_group(bob: Person, charlie: Person, genomics: Project) -> None:
    give(bob, genomics, "viewer")
    give(bob, genomics, "owner", "/lab/heads")
    for groups, wanted in (
        ((PATH,), "viewer"),
        ((PATH, "/lab/heads"), "owner"),
        ((PATH,), "viewer"),
        ((), ""),
    ):
        enter(charlie, *groups)
        enter(charlie, *groups)
        assert role(charlie, genomics) == wanted, groups
    verbs = Event.objects.filter(target_id=str(charlie.id), project_id=genomics.id).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "member.added",
        "member.role_changed",
        "member.role_changed",
        "member.removed",
    ]


@pytest.mark.parametrize("by_hand", ["viewer", "developer", "owner"])
def test_what_was_given_by_hand_stays(bob: Person, charlie: Person, genomics: Project, by_hand: str) -> None:
    projects.member(genomics, charlie, Role(by_hand))
    give(bob, genomics)
    enter(charlie, PATH)
    assert role(charlie, genomics) == by_hand
    enter(charlie)
    assert role(charlie, genomics) == by_hand


def test_known_people_have_it_at_once_and_lose_it_at_once(
    bob: Person, charlie: Person, genomics: Project
) -> None:
    enter(charlie, PATH)
    mapping = give(bob, genomics)
    assert role(charlie, genomics) == "developer"
    services.unmap_group(actor=actor(bob), person=bob, mapping_id=mapping.id)
    assert role(charlie, genomics) == ""


def test_the_last_owner_stays_and_the_admins_are_told(
    dana: Person, bob: Person, charlie: Person, genomics: Project
) -> None:
    give(bob, genomics, "owner")
    enter(charlie, PATH)
    services.remove_member(
        actor=actor(dana),
        person=dana,
        project=genomics,
        membership_id=Membership.objects.get(project=genomics, person=dana).id,
    )
    for _ in range(2):
        enter(charlie)
    assert role(charlie, genomics) == "owner"
    assert [each.person_id for each in Notice.objects.filter(kind="project.last_owner")] == [bob.id]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("no path", {"path": "lab"}, "path"),
    ("ends with a slash", {"path": "/lab/"}, "path"),
    ("two slashes", {"path": "/lab//x"}, "path"),
    ("nothing", {"path": "  "}, "path"),
    ("no role", {"role": "admin"}, "role"),
    ("a field pushed in", {"person": "x"}, "person"),
    ("twice", {"path": "/lab/twice"}, "path"),
]


@pytest.mark.parametrize(("reason", "sent", "field"), BAD, ids=[each[0] for each in BAD])
def test_what_is_wrong_is_named(
    bob: Person, genomics: Project, reason: str, sent: dict[str, Any], field: str
) -> None:
    give(bob, genomics, path="/lab/twice")
    body = {"path": PATH, "project": str(genomics.id), "role": "viewer", **sent}
    response = caller(bob).call("POST", "groups/", body)
    assert response.status_code == 400, reason
    assert [each["pointer"] for each in response.json()["errors"]] == [f"#/{field}"], reason
    assert GroupMapping.objects.count() == 1


def test_a_personal_project_takes_no_group(bob: Person, alice: Person) -> None:
    with pytest.raises(Refused, match=r"group\.project"):
        give(bob, Project.objects.get(personal_of=alice))


def test_who_may(bob: Person, erik: Person, dana: Person, genomics: Project, signed_in: SignedIn) -> None:
    sent = {"path": PATH, "slug": "genomics", "role": "viewer"}
    assert [signed_in(each).post("/groups/", sent).status_code for each in (erik, dana)] == [403, 404]
    with pytest.raises(Forbidden):
        give(dana, genomics)
    signed_in(bob).post("/groups/", sent)
    mapping = GroupMapping.objects.get()
    assert PATH in signed_in(erik).get("/groups/").content.decode()
    url = f"/groups/{mapping.id}/remove/"
    assert [signed_in(each).post(url).status_code for each in (erik, dana)] == [404, 404]
    assert [caller(each).call("GET", "groups/").status_code for each in (erik, dana)] == [200, 403]
    assert caller(erik).call("DELETE", f"groups/{mapping.id}/").status_code == 403
    assert signed_in(bob).post("/groups/", {**sent, "slug": "nothing"}).status_code == 422
    signed_in(bob).post(url)
    assert not GroupMapping.objects.exists()
