"""The catalogue's pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.catalogue.models import LoadError
from kernel.errors import RefusedMany
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _pages(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template("page")
    catalogue.template("table", kind="data", title={"fr": "Tableau", "en": "Spreadsheet"})


def get(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("query", "found", "reason"),
    [
        ("", {"page", "table"}, "everything"),
        ("?kind=data", {"table"}, "by kind"),
        ("?q=tableau", {"table"}, "by its French title, whatever language one reads"),
        ("?q=nothing-like-it", set(), "no hit"),
        ("?kind=strange", {"page", "table"}, "no kind: not narrowed"),
    ],
)
def test_filters_stand_in_the_url(
    alice: Person, signed_in: SignedIn, query: str, found: set[str], reason: str
) -> None:
    page = get(signed_in(alice), f"/catalogue/{query}")
    assert {slug for slug in ("page", "table") if f"/catalogue/{slug}/" in page} == found, reason


def test_htmx_gets_the_cards_alone(alice: Person, signed_in: SignedIn) -> None:
    part = get(signed_in(alice), "/catalogue/?q=page", **{"HX-Request": "true"})
    assert "<html" not in part
    assert "/catalogue/page/" in part


def test_a_template_page_leads_to_its_form_and_my_apps(alice: Person, signed_in: SignedIn) -> None:
    submit(alice, "wiki", label="Wiki of mine")
    page = get(signed_in(alice), "/catalogue/page/")
    assert "/catalogue/page/request/" in page
    assert "Wiki of mine" in page


def test_a_template_that_nothing_here_can_run_says_so(
    alice: Person, signed_in: SignedIn, settings: Settings
) -> None:
    settings.ALLOWED_DRIVERS = ["raw_exec"]
    page = get(signed_in(alice), "/catalogue/page/")
    assert "no machine that can run this template" in page
    assert "/catalogue/page/request/" not in page


def test_a_template_whose_database_is_not_offered_says_so(
    alice: Person, signed_in: SignedIn, settings: Settings
) -> None:
    env = {"PGUSER": {"from": "database.username"}, "PGPASSWORD": {"from": "database.password"}}
    settings.VAULT_DATABASE_MOUNT = ""
    catalogue.template("reading", database="postgresql", env=env, secrets=[])
    page = get(signed_in(alice), "/catalogue/reading/")
    assert "this lab offers none to apps" in page
    assert "/catalogue/reading/request/" not in page
    with pytest.raises(RefusedMany) as told:
        submit(alice, "reader", template="reading")
    assert [each.code for each in told.value.refusals] == ["database.none"]
    settings.VAULT_DATABASE_MOUNT, settings.VAULT_DATABASE_ROLES = "database", ["reader"]
    assert "/catalogue/reading/request/" in get(signed_in(alice), "/catalogue/reading/")


def test_load_errors_are_for_admins(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    LoadError.objects.create(
        folder="wiki", file="template.yaml", field="port", reason="no port", at=timezone.now()
    )
    assert "no port" in get(signed_in(bob), "/catalogue/")
    assert "no port" not in get(signed_in(alice), "/catalogue/")


def test_a_missing_template_is_a_404(alice: Person, signed_in: SignedIn) -> None:
    assert signed_in(alice).get("/catalogue/nothing/").status_code == 404
