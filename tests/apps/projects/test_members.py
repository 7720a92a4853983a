"""Members with a last day, found by search, and the owner who always remains."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects import selectors, services
from apps.projects.enums import ACTIONS, ALLOWED, Role
from apps.projects.models import Membership, Project
from apps.projects.services import Until
from kernel.errors import PaillasseError, Refused
from tests.cast import actor
from tests.factories import people, projects
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
MEMBERS = "/projects/genomics/members/"


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def today(days: int = 0) -> date:
    """Today, or so many days later."""
    return timezone.localdate() + timedelta(days=days)


def of(project: Project, person: Person) -> Membership:
    """A membership."""
    return Membership.objects.get(project=project, person=person)


def change(person: Person, membership: Membership, **what: object) -> Membership:
    """Change a membership as this person."""
    return services.change_member(
        actor=actor(person),
        person=person,
        project=membership.project,
        membership_id=membership.id,
        **what,  # type: ignore[arg-type]
    )


def test_a_last_day_is_given_moved_and_taken_away(dana: Person, alice: Person, genomics: Project) -> None:
    for day in (today(), today(30), None):
        assert change(dana, of(genomics, alice), until=Until(day)).ends_on == day
    assert Event.objects.filter(verb="member.end_changed").count() == 3


REFUSED: list[tuple[str, str, dict[str, object], str, str]] = [
    ("the end is over", "alice", {"until": Until(date(2020, 1, 1))}, "project.ends_in_past", "ends_on"),
    ("a role that is none", "alice", {"role": "emperor"}, "project.role", "role"),
    ("the last owner ends", "dana", {"until": Until(date(2099, 1, 1))}, "project.last_owner", "ends_on"),
    ("the last owner steps down", "dana", {"role": "developer"}, "project.last_owner", "role"),
]


@pytest.mark.parametrize(
    ("reason", "whose", "what", "code", "field"), REFUSED, ids=[each[0] for each in REFUSED]
)
def test_refusals_name_the_field(
    dana: Person,
    alice: Person,
    genomics: Project,
    reason: str,
    whose: str,
    what: dict[str, object],
    code: str,
    field: str,
) -> None:
    before = of(genomics, Person.objects.get(login=whose))
    with pytest.raises(Refused) as refused:
        change(dana, before, **what)
    assert (refused.value.code, refused.value.field) == (code, field), reason
    after = Membership.objects.get(id=before.id)
    assert (after.role, after.ends_on) == (before.role, before.ends_on), reason


def test_whose_account_is_disabled_owns_nothing_for_good(
    dana: Person, alice: Person, genomics: Project
) -> None:
    otto = people.person("otto", is_active=False)
    projects.member(genomics, otto, Role.OWNER)
    with pytest.raises(Refused, match="last_owner"):
        services.remove_member(
            actor=actor(dana), person=dana, project=genomics, membership_id=of(genomics, dana).id
        )


def test_the_others_are_managed_after_the_last_owner_left_the_lab(
    dana: Person, bob: Person, alice: Person, genomics: Project
) -> None:
    Person.objects.filter(id=dana.id).update(is_active=False)
    change(bob, of(genomics, alice), role=Role.OWNER)
    services.remove_member(
        actor=actor(bob), person=bob, project=genomics, membership_id=of(genomics, dana).id
    )
    assert [each.person for each in genomics.memberships.all()] == [alice]


def test_who_is_added_is_told(dana: Person, charlie: Person, genomics: Project) -> None:
    services.add_member(actor=actor(dana), person=dana, project=genomics, email=charlie.email)
    notice = Notice.objects.get(kind="member.added")
    assert (notice.person_id, notice.params["project"]) == (charlie.id, "Genomics")


def test_nobody_is_added_whose_account_is_disabled(dana: Person, genomics: Project) -> None:
    otto = people.person("otto", is_active=False)
    with pytest.raises(Refused, match="inactive_person"):
        services.add_member(actor=actor(dana), person=dana, project=genomics, member=otto)


FORMS: list[tuple[str, dict[str, str], int]] = [
    ("a role that is none", {"role": "emperor"}, 302),
    ("no date", {"role": "viewer", "ends_on": "tomorrow"}, 302),
    ("over", {"role": "viewer", "ends_on": "2020-01-01"}, 302),
    ("a date that is none", {"role": "viewer", "ends_on": "2030-02-31"}, 302),
]


@pytest.mark.parametrize(("reason", "sent", "status"), FORMS, ids=[each[0] for each in FORMS])
def test_crafted_forms_change_nothing(
    dana: Person,
    alice: Person,
    genomics: Project,
    signed_in: SignedIn,
    reason: str,
    sent: dict[str, str],
    status: int,
) -> None:
    before = of(genomics, alice)
    client = signed_in(dana)
    assert client.post(f"{MEMBERS}{before.id}/change/", sent).status_code == status, reason
    assert "alert" in client.get(MEMBERS).content.decode(), reason
    after = of(genomics, alice)
    assert (after.role, after.ends_on) == (before.role, before.ends_on), reason


def test_another_project_in_the_form_means_nothing(
    dana: Person, charlie: Person, genomics: Project, signed_in: SignedIn
) -> None:
    other = projects.shared("proteins", people.person("zoe"))
    sent = {"email": charlie.email, "role": "viewer", "project": str(other.id), "ends_on": ""}
    signed_in(dana).post(MEMBERS, sent)
    assert of(genomics, charlie).role == Role.VIEWER
    assert other.memberships.count() == 1


API: list[tuple[str, dict[str, object], int, str]] = [
    ("over", {"ends_on": "2020-01-01"}, 400, "ends_on"),
    ("no date", {"ends_on": "soon"}, 400, "ends_on"),
    ("a group pushed in", {"group": "/lab/all"}, 400, "group"),
    ("a project pushed in", {"project": "x"}, 400, "project"),
    ("no role", {"role": ""}, 400, "role"),
]


@pytest.mark.parametrize(("reason", "sent", "status", "field"), API, ids=[each[0] for each in API])
def test_the_api_names_the_field(
    dana: Person,
    alice: Person,
    genomics: Project,
    reason: str,
    sent: dict[str, object],
    status: int,
    field: str,
) -> None:
    url = f"projects/{genomics.id}/members/{of(genomics, alice).id}/"
    response = caller(dana).call("PATCH", url, sent)
    assert response.status_code == status, reason
    assert [each["pointer"] for each in response.json()["errors"]] == [f"#/{field}"], reason


def test_the_api_sets_and_clears_a_last_day(dana: Person, alice: Person, genomics: Project) -> None:
    url = f"projects/{genomics.id}/members/{of(genomics, alice).id}/"
    for day in (today(3).isoformat(), None):
        answer = caller(dana).call("PATCH", url, {"ends_on": day}).json()
        assert (answer["ends_on"], answer["role"]) == (day, "developer")


FOUND: list[tuple[str, str, str, set[str]]] = [
    ("a colleague by a part of the name", "dana", "vera", {"vera"}),
    ("a stranger by a part", "dana", "charl", set()),
    ("a stranger by the whole address", "dana", "Charlie@lab.example", {"charlie"}),
    ("a stranger by the whole login", "dana", "charlie", {"charlie"}),
    ("too little", "dana", "ve", set()),
    ("everybody", "dana", "@lab.example", {"vera"}),
    ("a wildcard", "dana", "%%%", set()),
    ("who is in it already", "dana", "alice", set()),
    ("a disabled account", "dana", "otto", set()),
    ("an admin finds all", "bob", "charl", {"charlie"}),
]


@pytest.mark.parametrize(("reason", "who", "words", "found"), FOUND, ids=[each[0] for each in FOUND])
def test_strangers_are_not_enumerable(
    dana: Person,
    alice: Person,
    bob: Person,
    charlie: Person,
    genomics: Project,
    reason: str,
    who: str,
    words: str,
    found: set[str],
) -> None:
    other = projects.shared("proteins", dana)
    projects.member(other, people.person("vera"))
    projects.member(other, people.person("otto", is_active=False))
    person = Person.objects.get(login=who)
    assert {each.login for each in selectors.suggested(person, genomics, words)} == found, reason


def test_suggestions_cost_the_same_for_many(
    dana: Person, genomics: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = projects.shared("proteins", dana)
    for number in range(30):
        projects.member(other, people.person(f"vera{number}"))
    with django_assert_num_queries(1):
        assert len(selectors.suggested(dana, genomics, "vera")) == 8


def test_who_may_ask_for_suggestions(
    dana: Person, alice: Person, charlie: Person, genomics: Project, signed_in: SignedIn
) -> None:
    url = f"{MEMBERS}people/?email=charlie"
    assert '<option value="charlie@lab.example">' in signed_in(dana).get(url).content.decode()
    assert [signed_in(each).get(url).status_code for each in (alice, charlie)] == [403, 404]


def test_the_table_of_roles_is_the_rule_itself(dana: Person, genomics: Project, signed_in: SignedIn) -> None:
    table = signed_in(dana).get(MEMBERS).context["table"]
    assert [action for action, _ in table] == list(ACTIONS)
    for action, held in table:
        assert held == [action in ALLOWED[role] for role in Role]


def test_a_developer_leaves_by_a_button(alice: Person, genomics: Project, signed_in: SignedIn) -> None:
    page = signed_in(alice).get(MEMBERS).content.decode()
    assert f"{MEMBERS}{of(genomics, alice).id}/remove/" in page
    assert page.count("/remove/") == 1


def test_what_a_group_gives_is_not_taken_by_hand(dana: Person, alice: Person, genomics: Project) -> None:
    Membership.objects.filter(person=alice, project=genomics).update(group="/lab/genomics")
    for person in (dana, alice):
        with pytest.raises(Refused, match="from_group"):
            services.remove_member(
                actor=actor(person), person=person, project=genomics, membership_id=of(genomics, alice).id
            )
    assert change(dana, of(genomics, alice), role=Role.VIEWER).group == ""


def test_strangers_and_members_of_ended_memberships(dana: Person, alice: Person, genomics: Project) -> None:
    Membership.objects.filter(person=alice, project=genomics).update(ends_on=today(-1))
    with pytest.raises(PaillasseError):
        services.remove_member(
            actor=actor(alice), person=alice, project=genomics, membership_id=of(genomics, dana).id
        )
    assert alice not in [each.person for each in selectors.members_of(genomics)]
