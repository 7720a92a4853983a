"""Who may do what: every role with every action, and the 404 that hides what is not yours."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects import selectors
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.projects.permissions import allowed, can, require
from kernel.errors import Forbidden, Missing
from tests.factories import people, projects

ALL = {"view", "deploy", "operate", "reveal", "members", "quota", "manage", "delete"}
MATRIX: list[tuple[str, set[str]]] = [
    ("viewer", {"view"}),
    ("developer", {"view", "deploy", "operate", "reveal"}),
    ("owner", ALL),
    ("stranger", set()),
    ("admin", ALL),
    ("auditor", {"view"}),
    ("anonymous", set()),
    ("ended", set()),
    ("disabled owner", set()),
]


@pytest.fixture
def cast(
    genomics: Project, dana: Person, alice: Person, bob: Person, charlie: Person, erik: Person
) -> dict[str, object]:
    """Somebody of each kind."""
    viewer, ended, disabled = (
        people.person("vera"),
        people.person("eve"),
        people.person("otto", is_active=False),
    )
    projects.member(genomics, viewer, Role.VIEWER)
    Membership.objects.create(
        project=genomics, person=ended, role=Role.OWNER, ends_on=timezone.localdate() - timedelta(days=1)
    )
    projects.member(genomics, disabled, Role.OWNER)
    return {
        "viewer": viewer,
        "developer": alice,
        "owner": dana,
        "stranger": charlie,
        "admin": bob,
        "auditor": erik,
        "anonymous": AnonymousUser(),
        "ended": ended,
        "disabled owner": disabled,
    }


@pytest.mark.parametrize(("who", "actions"), MATRIX, ids=[who for who, _ in MATRIX])
def test_matrix(cast: dict[str, Person], genomics: Project, who: str, actions: set[str]) -> None:
    assert {action for action in ALL if can(cast[who], genomics, action)} == actions
    for action in ALL - actions:
        with pytest.raises(Forbidden if "view" in actions else Missing):
            require(cast[who], genomics, action)


@pytest.mark.parametrize(("who", "actions"), MATRIX, ids=[who for who, _ in MATRIX])
def test_seen(cast: dict[str, Person], genomics: Project, who: str, actions: set[str]) -> None:
    assert selectors.visible_to(cast[who]).filter(id=genomics.id).exists() == ("view" in actions)
    if "view" not in actions:
        with pytest.raises(Missing) as not_yours:
            selectors.get(cast[who], genomics.id)
        with pytest.raises(Missing) as not_there:
            selectors.get_by_slug(cast[who], "no-such-project")
        assert not_yours.value.code == not_there.value.code, "the two cannot be told apart"


def test_the_last_day_counts(genomics: Project, charlie: Person) -> None:
    Membership.objects.create(
        project=genomics, person=charlie, role=Role.DEVELOPER, ends_on=timezone.localdate()
    )
    assert can(charlie, genomics, "deploy")


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_an_archived_project_is_only_looked_at(cast: dict[str, Person], genomics: Project, who: str) -> None:
    genomics.archived_at = timezone.now()
    assert allowed(cast[who], genomics) == {"view", "restore"}


def test_an_action_that_is_none_is_nobody_s(cast: dict[str, Person], genomics: Project) -> None:
    assert not any(can(person, genomics, "nonsense") for person in cast.values())


def test_a_list_asks_once(genomics: Project, alice: Person, django_assert_num_queries: object) -> None:
    roles = selectors.roles(alice)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert allowed(alice, genomics, roles[genomics.id]) == {"view", "deploy", "operate", "reveal"}
