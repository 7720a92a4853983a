"""What open pages are told of their app: how it stands, in the same bytes for all, and when to ask more."""

import json
from uuid import UUID

import pytest

from apps.accounts.models import Person
from apps.telemetry.live import told
from apps.workloads import selectors
from apps.workloads.models import App, Observation
from tests.factories import catalogue
from tests.factories.apps import submit

APP = UUID(int=7)


@pytest.fixture
def app(db: None, alice: Person) -> App:
    catalogue.template()
    return submit(alice).app


def data(event: bytes) -> dict[str, object]:
    name, _, rest = event.decode().partition("\n")
    assert name == "event: changed"
    found: dict[str, object] = json.loads(rest.removeprefix("data: "))
    return found


def test_the_state_is_told_in_each_language(app: App) -> None:
    Observation.objects.filter(app=app).update(state="failed", observed_at=app.created_at)
    sign = selectors.sign(app.id)
    assert sign is not None
    assert (sign["state"], sign["word"]) == ("failed", {"fr": "En échec", "en": "Failed"})


def test_of_no_app_nothing_is_told(db: None) -> None:
    assert selectors.sign(APP) is None


@pytest.mark.parametrize(
    ("pages", "spread_ms"),
    [
        pytest.param(1, 0, id="the only page asks at once"),
        pytest.param(200, 6_000, id="many ask one after the other"),
        pytest.param(2_000, 10_000, id="but none waits for ever"),
    ],
)
def test_many_pages_do_not_ask_at_one_moment(pages: int, spread_ms: int) -> None:
    sign: dict[str, object] = {"state": "failed"}
    assert data(told._news(APP, sign, pages)) == {"app": str(APP), "sign": sign, "spread_ms": spread_ms}
