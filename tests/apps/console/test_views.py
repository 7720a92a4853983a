"""Home, search, preferences, and what stands where no app answers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.cluster.models import PartStatus
from apps.console.views import explain
from apps.projects.models import Project
from apps.workloads import services as workloads
from apps.workloads.models import App, Observation
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.content.decode()


@pytest.mark.parametrize(
    "view", ["console:home", "console:search", "catalogue:list", "workloads:list", "audit:list"]
)
def test_a_stranger_to_the_lab_is_led_to_sign_in(client: Client, view: str) -> None:
    url = reverse(view)
    assert client.get(url).headers["Location"] == f"/sign-in/?next={url}"


def test_home_of_a_newcomer_offers_templates(charlie: Person, signed_in: SignedIn) -> None:
    page = text(signed_in(charlie), "/")
    assert "Request your first app" in page
    assert reverse("catalogue:template", args=["page"]) in page


def test_home_shows_my_apps_and_quota_but_nobody_elses(
    alice: Person, charlie: Person, signed_in: SignedIn
) -> None:
    submit(alice, "wiki", label="Wiki of the lab")
    page = text(signed_in(alice), "/")
    assert "Wiki of the lab" in page
    assert "reserved" in page
    assert "Wiki of the lab" not in text(signed_in(charlie), "/")


def test_home_begins_with_what_failed_and_ends_with_what_was_deleted(
    alice: Person, signed_in: SignedIn
) -> None:
    names = ["broken", "deleted", "older", "newer"]
    for name in names:
        submit(alice, name, label=f"The {name} one", resources={"cpu_mhz": 20})
    Observation.objects.filter(app__name="broken").update(state="failed")
    workloads.delete(actor=actor(alice), app_id=App.objects.get(name="deleted").id)
    page = text(signed_in(alice), "/")
    wanted = ["broken", "newer", "older", "deleted"]
    assert sorted(names, key=lambda name: page.index(f"The {name} one")) == wanted


def test_home_of_an_admin_is_not_flooded_by_the_whole_lab(
    alice: Person, bob: Person, signed_in: SignedIn
) -> None:
    submit(alice, "wiki", label="Wiki of the lab")
    assert "Wiki of the lab" not in text(signed_in(bob), "/")


def test_home_asks_the_database_as_often_for_one_app_as_for_five(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    submit(alice, "one")
    counts = []
    for names in ([], ["two", "three", "four", "five"]):
        for name in names:
            submit(alice, name)
        with CaptureQueriesContext(connection) as asked:
            text(client, "/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_project_switch_keeps_to_my_projects(
    alice: Person, genomics: Project, charlie: Person, signed_in: SignedIn
) -> None:
    submit(alice, "mine", label="Mine alone")
    submit(alice, "ours", label="Ours together", project_id=genomics.id)
    client = signed_in(alice)
    client.get("/?project=genomics")
    page = text(client, "/")
    assert "Ours together" in page
    assert "Mine alone" not in page
    stranger = signed_in(charlie)
    stranger.get("/?project=genomics")
    assert "genomics" not in text(stranger, "/").lower()


def test_a_part_that_does_not_answer_is_said_on_every_page(alice: Person, signed_in: SignedIn) -> None:
    now = timezone.now()
    PartStatus.objects.create(part="nomad", reachable=False, since=now, checked_at=now)
    assert "Nomad does not answer" in text(signed_in(alice), "/catalogue/")


def test_search_finds_what_one_may_see(
    alice: Person, bob: Person, charlie: Person, signed_in: SignedIn
) -> None:
    submit(alice, "sequences", label="Sequences 2026")
    assert "Sequences 2026" in text(signed_in(alice), "/search/?q=sequ")
    assert "Sequences 2026" not in text(signed_in(charlie), "/search/?q=sequ")
    assert "alice@lab.example" in text(signed_in(bob), "/search/?q=alice"), "admins find people"
    assert "alice@lab.example" not in text(signed_in(charlie), "/search/?q=alice")


def test_preferences_are_kept_in_a_cookie_and_with_the_person(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    response = client.post("/language/", {"language": "en", "theme": "dark", "next": "/catalogue/"})
    assert response.headers["Location"] == "/catalogue/"
    assert response.cookies["__Host-language"].value == "en"
    alice.refresh_from_db()
    assert (alice.language, alice.theme) == ("en", "dark")
    assert 'data-theme="dark"' in text(client, "/")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"language": "xx"}, "a language that the portal does not speak"),
        ({"theme": "<script>"}, "no theme"),
        ({"next": "https://evil.example/"}, "another host"),
        ({"next": "//evil.example/"}, "another host without a scheme"),
    ],
)
def test_bad_preferences_change_nothing_and_lead_nowhere(
    alice: Person, signed_in: SignedIn, sent: dict[str, str], reason: str
) -> None:
    response = signed_in(alice).post("/language/", sent)
    assert response.headers["Location"] == "/", reason
    alice.refresh_from_db()
    assert (alice.language, alice.theme) == ("fr", "auto"), reason


def test_preferences_of_somebody_who_is_not_signed_in(client: Client) -> None:
    assert client.post("/language/", {"language": "en"}).cookies["__Host-language"].value == "en"


def test_sign_in_keeps_where_one_wanted_to_go(client: Client) -> None:
    assert "/oidc/authenticate/?next=%2Fcatalogue%2F" in text(client, "/sign-in/?next=/catalogue/")
    assert "/oidc/authenticate/?next=" not in text(client, "/sign-in/?next=https://evil.example/")


def test_a_form_without_its_token_gets_a_page_that_says_so(alice: Person) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    client.force_login(alice)
    response = client.post("/tokens/", {"name": "x"})
    assert response.status_code == 403
    assert "open too long" in response.content.decode()


STATES = [
    ("running", "present", 503, "is starting", "the route is not set yet"),
    ("starting", "present", 503, "is starting", "on its way"),
    ("stopped", "stopped", 503, "is stopped", "a person stopped it"),
    ("asleep", "asleep", 503, "Wake it on its page", "it says how it wakes"),
    ("archived", "archived", 503, "can bring it back until", "it can be brought back for a while"),
    ("failed", "present", 503, "does not run", "somebody must look"),
    ("unknown", "present", 503, "does not run", "nobody knows"),
]


@pytest.mark.parametrize(("state", "desired", "status", "words", "reason"), STATES)
def test_an_address_without_its_app_explains_itself(
    alice: Person, rf: object, state: str, desired: str, status: int, words: str, reason: str
) -> None:
    made = submit(alice, "wiki", label="Wiki")
    until = timezone.now() + timedelta(days=3)
    App.objects.filter(id=made.app.id).update(desired=desired, archived_from="present", archived_until=until)
    Observation.objects.filter(app=made.app).update(state=state)
    response = explain(rf.get("/"), "wiki.apps.localhost")  # type: ignore[attr-defined]
    page = response.content.decode()
    assert (response.status_code, words in page) == (status, True), reason
    assert response["X-Paillasse-Explains"] == "1"
    assert ('http-equiv="refresh"' in page) == ("starting" in words), reason


def test_an_unknown_address_is_a_404_that_runs_nothing(rf: object) -> None:
    response = explain(rf.get("/"), "nothing.apps.localhost")  # type: ignore[attr-defined]
    assert response.status_code == 404
    assert "No app at this address" in response.content.decode()
    assert response["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")


def test_the_lease_is_said_within_thirty_days(alice: Person, signed_in: SignedIn) -> None:
    soon = timezone.localdate() + timedelta(days=10)
    submit(alice, "soon", ends_on=soon)
    assert "until" in text(signed_in(alice), "/")
