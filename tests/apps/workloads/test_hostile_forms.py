"""What no browser sends in a form's hidden fields: a clear refusal, nothing done, and no failure."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.workloads import live
from apps.workloads.models import App, Operation
from tests.apps.workloads.chain import Chain
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
NUMBERS = ["²", "１", "٣", "-1", "1.5", "1e3", "x", "9" * 30, "9" * 5000, " ", "1 2", "0x1", "1_0"]


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch, alice: Person, genomics: Project) -> App:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()
    monkeypatch.setattr(live, "drivers", Chain().lab.drivers)
    return submit(alice, "wiki", project_id=genomics.id).app


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("page", ["stop", "start", "retry", "restart", "delete", "change"])
def test_a_generation_that_is_none(
    app: App, dana: Person, signed_in: SignedIn, page: str, number: str
) -> None:
    before = Operation.objects.count()
    told = {"generation": number, "typed": app.name, "size": "small", "answers-title": "New"}
    answer = signed_in(dana).post(f"/apps/{app.id}/{page}/", told)
    assert answer.status_code in {400, 422}
    assert Operation.objects.count() == before


@pytest.mark.parametrize("number", NUMBERS)
def test_sizes_that_are_none(app: App, dana: Person, signed_in: SignedIn, number: str) -> None:
    told = {"size": "small", "cpu_mhz": number, "memory_mib": number, "answers-title": "New"}
    for page in ("change/", "change/preview/"):
        answer = signed_in(dana).post(f"/apps/{app.id}/{page}", told)
        assert answer.status_code in {200, 400, 422}, page


@pytest.mark.parametrize("field", ["version", "generation", "reason", "typed", "size", "upload-x"])
@pytest.mark.parametrize("page", ["change/", "change/preview/", "stop/", "delete/"])
def test_nul_in_a_form(app: App, dana: Person, signed_in: SignedIn, page: str, field: str) -> None:
    before = Operation.objects.count()
    for told in ({field: "a\0b"}, {f"{field}\0": "a"}):
        assert signed_in(dana).post(f"/apps/{app.id}/{page}", told).status_code == 400
    assert Operation.objects.count() == before


@pytest.mark.parametrize("number", ["²", "9" * 5000, "0" * 9 + "5" * 9, "0" * 9 + "5" * 5000, "-1"])
def test_a_wait_that_is_none(app: App, dana: Person, number: str) -> None:
    operation = Operation.objects.filter(app=app).first()
    assert operation is not None
    answer = caller(dana).get(f"/api/v1/operations/{operation.id}/", {"wait": number})
    assert answer.status_code == 400
