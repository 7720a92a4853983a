"""Lists of apps: however many there are and however they stand, a page asks the database as often."""

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.workloads import selectors
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App, Observation
from apps.workloads.serializers import AppSerializer, LeaseSerializer, ObservedSerializer, PinSerializer
from orchestration.states import ObservedState
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]
PAGES = ["/", "/apps/", "/projects/genomics/", "/catalogue/page/", "/search/?q=app-"]


@pytest.fixture
def genomics(genomics: Project, settings: Settings) -> Project:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()
    return genomics


def make(person: Person, project: Project, states: list[ObservedState]) -> list[App]:
    """An app in each of these states, each next one newer."""
    made = []
    for state in states:
        app = submit(person, f"app-{App.objects.count()}", project_id=project.id, reason="A list").app
        Observation.objects.filter(app=app).update(state=state, reason_code="task.exit", facts={"code": 1})
        made.append(app)
    return made


@pytest.mark.parametrize("path", PAGES)
def test_queries_do_not_grow(
    genomics: Project,
    dana: Person,
    signed_in: SignedIn,
    path: str,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in(dana)
    make(dana, genomics, [ObservedState.RUNNING])
    client.get(path)
    with django_assert_max_num_queries(20) as few:
        client.get(path)
    apps = make(dana, genomics, list(ObservedState))
    App.objects.filter(id=apps[0].id).update(desired=Desired.REQUESTED)
    App.objects.filter(id=apps[1].id).update(lease_state=LeaseState.GRACE)
    with django_assert_num_queries(len(few)):
        page = client.get(path).content.decode()
    assert all(str(app.id) in page for app in apps[-2:])


def test_a_page_keeps_the_order_of_its_ids(genomics: Project, dana: Person) -> None:
    made = [app.id for app in make(dana, genomics, [ObservedState.RUNNING] * 3)]
    newest = list(selectors.newest(selectors.visible_to(dana)))
    assert newest == made[::-1]
    for read in (selectors.shown, selectors.told):
        assert [app.id for app in read(made)] == made
        assert [app.id for app in read(newest[:2])] == newest[:2]


@pytest.mark.parametrize("listed", [True, False])
def test_an_address_is_told_the_same_in_a_list(genomics: Project, dana: Person, listed: bool) -> None:
    app = make(dana, genomics, [ObservedState.RUNNING])[0]
    read = selectors.shown([app.id])[0] if listed else selectors.get(dana, app.id)
    assert selectors.address(read).startswith("https://app-0.")


def test_what_is_written_is_what_the_schema_says(genomics: Project, dana: Person) -> None:
    """The answer is written at once: a field that is declared and forgotten would be missing from it."""
    app = selectors.told([make(dana, genomics, [ObservedState.FAILED])[0].id])[0]
    request = RequestFactory().get("/")
    request.user = dana
    told = AppSerializer(app, context={"request": request, "roles": {}, "away": ()})
    answer = told.data
    assert list(answer) == list(told.fields)
    for part, serializer in (
        ("observed", ObservedSerializer),
        ("lease", LeaseSerializer),
        ("template", PinSerializer),
    ):
        assert list(answer[part]) == list(serializer().fields)
