"""The audit's page: all for those who read all, their own projects' for members."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]


@pytest.mark.parametrize(
    ("who", "query", "there", "reason"),
    [
        ("erik", "", True, "auditors read all"),
        ("bob", "", True, "admins read all"),
        ("alice", "", True, "her own project"),
        ("charlie", "", False, "a stranger to it"),
        ("charlie", "?project=genomics", False, "a project that he does not see narrows nothing open"),
        ("erik", "?q=app.requested", True, "by verb"),
        ("erik", "?q=nothing-like-it", False, "no hit"),
    ],
)
def test_who_reads_what(
    request: pytest.FixtureRequest,
    settings: Settings,
    alice: Person,
    signed_in: SignedIn,
    who: str,
    query: str,
    there: bool,
    reason: str,
) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()
    submit(alice, "sequences", label="Sequences 2026")
    page = signed_in(request.getfixturevalue(who)).get(f"/audit/{query}").content.decode()
    assert ("Sequences 2026" in page) == there, reason
