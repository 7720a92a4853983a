"""Who may go on watching: asked again while a stream lives."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.accounts.models import ApiToken, Person
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.telemetry.selectors import Who, still
from tests.factories import catalogue, projects
from tests.factories.apps import submit

HOUR = timedelta(hours=1)


@pytest.fixture
def who(db: None, alice: Person, dana: Person, genomics: Project) -> Who:
    """Dana's own project is not needed: alice is a viewer of an app of dana's, signed in at a browser."""
    catalogue.template()
    app = submit(dana, project_id=genomics.id).app
    Membership.objects.filter(project=genomics, person=alice).delete()
    projects.member(genomics, alice, Role.VIEWER)
    Session.objects.create(session_key="k", session_data="", expire_date=timezone.now() + HOUR)
    return Who(alice.id, app.id, session="k")


def test_a_member_who_is_signed_in_goes_on(who: Who) -> None:
    assert still([who]) == {who}


def test_signed_out(who: Who) -> None:
    Session.objects.all().delete()
    assert still([who]) == set()


def test_the_session_ran_out(who: Who) -> None:
    Session.objects.update(expire_date=timezone.now() - HOUR)
    assert still([who]) == set()


def test_disabled(who: Who, alice: Person) -> None:
    Person.objects.filter(id=alice.id).update(is_active=False)
    assert still([who]) == set()


def test_out_of_the_project(who: Who, alice: Person, dana: Person) -> None:
    Membership.objects.filter(person=alice).delete()
    other = Who(dana.id, who.app_id, session="k")
    assert still([who, other]) == {other}, "others are not concerned"


def test_by_token(who: Who, alice: Person, genomics: Project) -> None:
    token = ApiToken.objects.create(
        person=alice,
        name="t",
        key="k" * 12,
        digest="d",
        scopes=["apps:read"],
        expires_at=timezone.now() + HOUR,
    )
    by_token = Who(alice.id, who.app_id, token_id=str(token.id))
    assert still([by_token]) == {by_token}
    ApiToken.objects.update(projects=[genomics.id])
    assert still([by_token]) == {by_token}
    ApiToken.objects.update(projects=[alice.id])
    assert still([by_token]) == set(), "a token for other projects alone"
    ApiToken.objects.update(projects=[], revoked_at=timezone.now())
    assert still([by_token]) == set()


def test_as_many_queries_as_people(
    who: Who, alice: Person, django_assert_max_num_queries: "pytest.FixtureRequest"
) -> None:
    many = [who] * 50
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        still(many)
