"""The page of an app that the end of its lease has put away."""

from collections.abc import Callable

from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.workloads import selectors
from apps.workloads.enums import LeaseState
from apps.workloads.models import App
from tests.apps.leases.days import Calendar

SignedIn = Callable[[Person], Client]


def test_it_says_that_a_renewal_brings_it_back_and_offers_no_undo(
    days: Calendar, app: App, dana: Person, signed_in: SignedIn, settings: Settings
) -> None:
    """Undoing is refused there: its lease is over."""
    settings.LANGUAGE_CODE = "en"
    address = selectors.address(app)
    days.live(140, app)
    assert app.lease_state == LeaseState.ARCHIVED
    page = signed_in(dana).get(f"/apps/{app.id}/").content.decode()
    assert "This app is archived: nothing answers at its address." in page
    assert "Renewing it brings it back" in page
    assert f"/apps/{app.id}/lease/renew/" in page
    assert f"/apps/{app.id}/undo/" not in page
    assert address not in page
