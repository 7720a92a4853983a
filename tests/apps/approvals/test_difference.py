"""A request's page says what would be other than today, and which request it is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.models import Request
from apps.approvals.views.difference import wanted
from apps.projects.models import Project
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()


def change(person: Person, **more: Any) -> Request:
    """A change of an app of the person's, which waits: it goes beyond the quota."""
    app = submit(person).app
    told = {"resources": {"cpu_mhz": 8000, "memory_mib": 64}, "reason": "a course", **more}
    made = services.submit_change(actor=actor(person), person=person, app_id=app.id, **told).request
    assert made is not None
    return made


def test_a_change_of_an_app_beside_its_release(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    asked = change(alice, parameters={"title": "Other"})
    told = wanted(asked)
    assert ("cpu_mhz", 100, 8000) in told.amounts
    assert ("memory_mib", None, 64) in told.amounts, "what stays is said once"
    assert told.parameters == (("title", "Hello", "Other"),)
    assert told.unchanged == ()
    page = re.sub(r"\s+", " ", signed_in(bob).get(f"/requests/{asked.id}/").content.decode())
    assert "100 MHz →</span> 8 GHz" in page
    assert "Hello →</span> Other" in page


def test_answers_that_stay_are_named_alone(alice: Person) -> None:
    told = wanted(change(alice))
    assert (told.parameters, told.unchanged) == ((), ("title",))


def test_of_a_decided_request_only_what_was_asked(alice: Person, bob: Person) -> None:
    """What stands has moved on: a difference to it would tell nothing."""
    asked = change(alice)
    services.reject(actor=actor(bob), person=bob, request_id=asked.id, reason="no room")
    told = wanted(Request.objects.get(id=asked.id))
    assert ("cpu_mhz", None, 8000) in told.amounts
    assert told.parameters == (("title", None, "Hello"),)


def test_requests_of_one_project_are_told_apart(
    genomics: Project, dana: Person, bob: Person, signed_in: SignedIn
) -> None:
    asked = services.ask_quota(
        actor=actor(dana), person=dana, project_id=genomics.id, limits={"cpu_mhz": 9000}, reason="a course"
    )
    assert wanted(asked).amounts == (("cpu_mhz", 4000, 9000),)
    services.approve_in_part(
        actor=actor(bob), person=bob, request_id=asked.id, granted={"cpu_mhz": 6000}, reason="some"
    )
    page = signed_in(dana).get(f"/requests/{asked.id}/").content.decode()
    assert "<h1>Quota: CPU +5 GHz</h1>" in page
    assert "Genomics</p>" in page, "and whose it is"
    assert 'data-state="partially_approved"' in page, "nothing is made for it: it is not just done"
