"""“See what it does” before a change, in a browser without script: looked at, nothing done, nothing lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.models import Request
from apps.base.models import Upload
from apps.workloads import live
from apps.workloads.models import App, Operation, Release
from kernel.errors import Unavailable
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.fakes.troubles import Trouble
from tests.web.pressing import Form, form_of

SignedIn = Callable[[Person], Client]
LOOK, SEND = "See what it does", "Make release 2"


@pytest.fixture
def chain(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Chain:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()
    chain = Chain()
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    return chain


@pytest.fixture
def app(chain: Chain, alice: Person) -> App:
    app = submit(alice).app
    chain.until(app, ObservedState.RUNNING)
    return app


@pytest.fixture
def browser(alice: Person, signed_in: SignedIn) -> Client:
    return signed_in(alice)


def press(browser: Client, app: App, form: Form, button: str, **answers: Any) -> Any:
    assert (form.method, form.action, form.encoding) == ("post", "", "multipart/form-data")
    return browser.post(f"/apps/{app.id}/change/", form.pressed(button, **answers))


def opened(browser: Client, app: App) -> Form:
    return form_of(browser.get(f"/apps/{app.id}/change/").content.decode(), "asking")


def files(app: App) -> list[str]:
    """Names of the files that the newest release has of its member's."""
    release = Release.objects.filter(app=app).latest("number")
    ids = [each["upload"] for each in release.files if each["parameter"]]
    return list(Upload.objects.filter(id__in=ids).values_list("name", flat=True))


def test_what_it_does_is_shown_and_nothing_is_done(app: App, browser: Client) -> None:
    before = (Release.objects.count(), Request.objects.count(), Operation.objects.count())
    looked = press(browser, app, opened(browser, app), LOOK, **{"p-title": "Other", "size": "L"})
    page = looked.content.decode()
    assert looked.status_code == 200
    assert "What differs from the present release" in page
    for text in ("Hello", "Other", "What the cluster would do", "1 copy is replaced by a new one"):
        assert text in page
    assert "The cluster is asked what it would do" not in page, "without script nobody would ask it later"
    assert (Release.objects.count(), Request.objects.count(), Operation.objects.count()) == before


def test_what_was_looked_at_is_what_is_sent(app: App, browser: Client) -> None:
    looked = press(browser, app, opened(browser, app), LOOK, **{"p-title": "Other", "size": "L"})
    sent = press(browser, app, form_of(looked.content.decode(), "asking"), SEND)
    assert sent.status_code == 302
    release = Release.objects.get(app=app, number=2)
    assert (release.parameters["title"], release.resources["cpu_mhz"]) == ("Other", 400)


def test_a_chosen_file_is_looked_at_and_not_chosen_again(app: App, browser: Client) -> None:
    """A browser fills no file field again: what was sent to be looked at has to stay here."""
    chosen = SimpleUploadedFile("table.csv", b"a,b\n1,2\n")
    page = press(browser, app, opened(browser, app), LOOK, **{"p-data": chosen}).content.decode()
    assert "table.csv is kept" in page
    assert "table.csv" in page.split("What differs from the present release")[1]
    press(browser, app, form_of(page, "asking"), SEND)
    assert files(app) == ["table.csv"]


def test_a_file_that_is_taken_away_stays_so_after_a_look(app: App, browser: Client) -> None:
    press(
        browser, app, opened(browser, app), SEND, **{"p-data": SimpleUploadedFile("table.csv", b"a,b\n1,2\n")}
    )
    assert files(app) == ["table.csv"]
    app.refresh_from_db()
    page = press(browser, app, opened(browser, app), LOOK, **{"drop-data": "on"}).content.decode()
    press(browser, app, form_of(page, "asking"), "Make release 3")
    assert files(app) == []


def test_a_wrong_answer_is_told_beside_its_field(app: App, browser: Client) -> None:
    looked = press(browser, app, opened(browser, app), LOOK, **{"p-title": ""})
    page = looked.content.decode()
    assert looked.status_code == 422
    assert 'id="id_p-title-error"' in page
    assert "Some answers are missing or not accepted." in page
    assert "Answer the questions to see what the cluster would do." in page


def test_what_finds_no_room_is_told_before(chain: Chain, app: App, browser: Client) -> None:
    chain.lab.jobs.trouble[app.slug] = Trouble("placement")
    looked = press(browser, app, opened(browser, app), LOOK, size="L")
    assert "It cannot be placed now:" in looked.content.decode()


def test_the_page_stands_without_the_cluster(
    app: App, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise Unavailable("nomad")

    monkeypatch.setattr(live, "drivers", away)
    looked = press(browser, app, opened(browser, app), LOOK, size="L")
    page = looked.content.decode()
    assert looked.status_code == 200
    assert "The change can be made all the same" in page
