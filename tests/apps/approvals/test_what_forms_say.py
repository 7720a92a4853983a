"""The forms claim nothing that is not so, before anything is sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import Settings

from apps.accounts.models import Person
from apps.quotas import services as quotas
from apps.workloads import services as workloads
from apps.workloads.models import App, Observation, Release
from kernel.units import Amounts
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]
FORM = "/catalogue/page/request/"


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()


@pytest.fixture
def app(alice: Person) -> App:
    return App.objects.get(id=submit(alice).app.id)


def form(client: Client, app: App) -> str:
    return client.get(f"/apps/{app.id}/change/").content.decode()


def test_what_cannot_run_here_is_not_asked_for(
    alice: Person, signed_in: SignedIn, settings: Settings
) -> None:
    settings.ALLOWED_DRIVERS = ["exec"]
    answer = signed_in(alice).get(FORM, follow=True)
    assert answer.redirect_chain == [("/catalogue/page/", 302)]
    assert "no machine that can run this template" in answer.content.decode()


def test_an_app_that_needs_a_secret_does_not_start_at_once(alice: Person, signed_in: SignedIn) -> None:
    catalogue.template("keyed", secrets=catalogue.MEMBER_SECRET)
    page = signed_in(alice).get("/catalogue/keyed/request/").content.decode()
    assert "it starts at once" not in page
    assert "it starts once you have given its secrets" in page


def test_the_address_is_shown_as_it_will_be(alice: Person, signed_in: SignedIn, settings: Settings) -> None:
    """With its scheme and its port where they are not the usual ones."""
    settings.APPS_PORT = 18443
    client = signed_in(alice)
    assert "https://<b>…</b>.apps.localhost:18443" in client.get(FORM).content.decode()
    typed = client.get("/apps/name/?name=wiki").content.decode()
    assert "https://<b>wiki</b>.apps.localhost:18443" in typed


def test_the_name_is_not_said_to_stay(alice: Person, signed_in: SignedIn) -> None:
    """It can be changed on the app's settings."""
    page = signed_in(alice).get(FORM).content.decode()
    assert "It is the beginning of the address.</p>" in page


def test_a_change_makes_no_new_app(app: App, alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    preview = client.post(f"/apps/{app.id}/change/preview/", {"size": "L"}).content.decode()
    for page in (form(client, app), preview):
        assert "What will be made" not in page
        assert "it starts at once" not in page
        assert "it is made at once" in page


@pytest.mark.parametrize(("state", "serves"), [("running", True), ("degraded", True), ("failed", False)])
def test_only_what_serves_is_said_to_serve(
    app: App, alice: Person, signed_in: SignedIn, state: str, serves: bool
) -> None:
    Observation.objects.filter(app=app).update(state=state)
    page = form(signed_in(alice), app)
    assert ("The present one serves until the new one answers." in page) is serves
    assert ("This makes release 2, and starts it." in page) is not serves


def test_a_change_says_why_on_its_release(app: App, alice: Person, signed_in: SignedIn) -> None:
    """Within the quota nobody asks for a justification; whoever looks for it later may."""
    client = signed_in(alice)
    assert "stands beside the release" in form(client, app)
    sent = {"generation": app.generation, "size": "S", "p-title": "Bye", "reason": "a better title"}
    assert client.post(f"/apps/{app.id}/change/", sent).status_code == 302
    release = Release.objects.get(app=app, number=2)
    assert (release.reason, release.author_id) == ("a better title", alice.id)
    assert "a better title" in client.get(f"/apps/{app.id}/releases/").content.decode()


def test_the_form_says_until_when_it_lives(alice: Person, signed_in: SignedIn, settings: Settings) -> None:
    """Whoever says no end has one all the same."""
    settings.LEASE_DAYS = 10
    client = signed_in(alice)
    last = timezone.localdate() + timedelta(days=10)
    assert f"a last day, {date_format(last)}" in client.get(FORM).content.decode()
    chosen = last - timedelta(days=5)
    preview = client.post(f"{FORM}preview/", {"size": "S", "ends_on": chosen.isoformat()}).content.decode()
    assert f"a last day, {date_format(chosen)}" in preview


def test_a_request_names_questions_as_its_form_does(alice: Person, signed_in: SignedIn) -> None:
    asked = submit(alice, name="big", resources={"cpu_mhz": 8000}, reason="a course").request
    assert asked is not None
    page = signed_in(alice).get(f"/requests/{asked.id}/").content.decode()
    assert "<dt>Title</dt>" in page
    assert "<code>title</code>" not in page


def test_a_full_quota_says_the_way_out(app: App, alice: Person, signed_in: SignedIn) -> None:
    workloads.delete(actor=actor(alice), app_id=app.id)
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=Amounts())
    for name in ("one", "two", "three", "four", "five"):
        submit(alice, name=name)
    page = signed_in(alice).post(f"/apps/{app.id}/undo/", follow=True).content.decode()
    assert "Free some of it, or ask for more quota" in page
