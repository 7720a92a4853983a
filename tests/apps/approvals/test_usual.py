"""How long a decision usually takes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.models import Decision, Request
from apps.approvals.selectors.usual import usual
from apps.approvals.services import reject
from apps.approvals.templatetags.rules import usually_within
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()


def took(alice: Person, bob: Person, name: str, hours: float, days_ago: float = 0) -> None:
    """A decision that took so long."""
    asked = submit(alice, name, resources={"cpu_mhz": 6000}, reason="Please").request
    assert asked is not None
    decision = reject(actor=actor(bob), person=bob, request_id=asked.id, reason="No")
    at = timezone.now() - timedelta(days=days_ago)
    Decision.objects.filter(id=decision.id).update(at=at)
    Request.objects.filter(id=asked.id).update(created_at=at - timedelta(hours=hours))


def test_the_median_of_what_people_decided(alice: Person, bob: Person) -> None:
    for name, hours in (("a", 1), ("b", 30), ("c", 5)):
        took(alice, bob, name, hours)
    took(alice, bob, "old", 900, days_ago=91)
    submit(alice, "by-rule", resources={"cpu_mhz": 100})
    found = usual()
    assert (found.decisions, found.median_s) == (3, 5 * 3600)


def test_of_too_few_nothing_is_said(alice: Person, bob: Person) -> None:
    took(alice, bob, "a", 1)
    took(alice, bob, "b", 1)
    assert usual().median_s is None
    assert usually_within() == ""


WORDS = [(0.2, "1 hour"), (1.5, "2 hours"), (23, "23 hours"), (24, "1 day"), (25, "2 days"), (100, "5 days")]


@pytest.mark.parametrize(("hours", "words"), WORDS)
def test_it_is_rounded_up(alice: Person, bob: Person, hours: float, words: str) -> None:
    for name in "abc":
        took(alice, bob, name, hours)
    with translation.override("en"):
        assert usually_within() == words


def test_the_form_says_it_before_one_sends(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    for name in "abc":
        took(alice, bob, name, 3)
    own = {"name": "big", "size": "S", "cpu_mhz": "6000", "p-title": "x"}
    page = signed_in(alice).post("/catalogue/page/request/preview/", own).content.decode()
    assert "Usually within 3 hours." in page
