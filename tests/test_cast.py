"""The cast stands as the demo realm says."""

import pytest

from apps.accounts.models import Person
from apps.projects.models import Project
from tests.waiting import wait_for


def test_shared_project(genomics: Project, alice: Person, dana: Person) -> None:
    roles = {m.person.login: m.role for m in genomics.memberships.select_related("person")}
    assert roles == {"dana": "owner", "alice": "developer"}


def test_roles(bob: Person, erik: Person, charlie: Person) -> None:
    assert [p.is_admin for p in (bob, erik, charlie)] == [True, False, False]
    assert [p.reads_all for p in (bob, erik, charlie)] == [True, True, False]


def test_wait_for_gives_up_with_the_reason() -> None:
    with pytest.raises(AssertionError, match="the cat to come home"):
        wait_for(lambda: "", 0.05, "the cat to come home")


@pytest.mark.django_db(transaction=True)
def test_tables_are_emptied_between_transaction_tests(charlie: Person) -> None:
    assert Person.objects.count() == 1
