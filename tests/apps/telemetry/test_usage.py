"""What apps use: kept in rings that never grow, drawn, and a hint where another size would fit."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.telemetry import selectors, services
from apps.telemetry.models import STEPS, Usage
from apps.telemetry.services import Seen
from apps.workloads import selectors as workloads
from apps.workloads.management.loops.usage import Sampler
from apps.workloads.models import App
from kernel.errors import Unavailable
from orchestration.ports import Use
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller

BEGIN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

SignedIn = Callable[[Person], Client]


@pytest.fixture
def app(db: None, alice: Person, genomics: Project) -> App:
    catalogue.template()
    return workloads.get(alice, submit(alice, project_id=genomics.id).app.id)


def note(app: App, at: datetime, *memories: float) -> None:
    """One round of the sampler, one figure a copy."""
    seen = [Seen(app.slug, f"copy-{n}", 10.0 * mib, mib, 100, 128) for n, mib in enumerate(memories)]
    services.note_usage(seen=seen, now=at)


def test_a_sample_goes_into_each_ring(app: App) -> None:
    note(app, BEGIN, 40)
    note(app, BEGIN + timedelta(seconds=5), 60)
    note(app, BEGIN + timedelta(seconds=20), 80)
    rows = {(row.step, row.at): row for row in Usage.objects.all()}
    assert len(rows) == 4, "two fine steps, one middle, one coarse"
    fine = rows[15, BEGIN]
    assert (fine.samples, fine.memory_mib, fine.memory_peak) == (2, 50.0, 60.0)
    coarse = rows[3600, BEGIN]
    assert (coarse.samples, coarse.memory_mib, coarse.memory_peak, coarse.cpu_peak) == (3, 60.0, 80.0, 800.0)


def test_the_busiest_copy_counts(app: App) -> None:
    note(app, BEGIN, 40, 90)
    row = Usage.objects.get(step=15)
    assert (row.memory_peak, row.samples) == (90.0, 1)
    assert row.copies == {"copy-0": [400, 40], "copy-1": [900, 90]}


def test_a_ring_never_grows(app: App) -> None:
    full = STEPS[15]
    for number in range(full + 30):
        note(app, BEGIN + timedelta(seconds=15 * number), number)
    fine = Usage.objects.filter(step=15)
    assert fine.count() == full
    assert min(row.memory_peak for row in fine) == 30.0, "the oldest were written over"
    assert Usage.objects.count() <= sum(STEPS.values())


def test_of_what_is_gone_nothing_is_kept(app: App) -> None:
    App.objects.update(gone_at=timezone.now())
    note(app, BEGIN, 40)
    assert not Usage.objects.exists()


def test_the_step_is_the_finest_that_reaches_back(app: App) -> None:
    now = timezone.now()
    note(app, now, 40)
    for hours, step in ((1, 15), (48, 300), (100, 3600)):
        (row,) = selectors.usage(app, now - timedelta(hours=hours), now)
        assert row.step == step


def fill(app: App, memory: float, hours: int) -> None:
    """A figure for each of the last hours, under the limit of the release."""
    assert app.release is not None
    limit = app.release.resources["memory_mib"]
    now = timezone.now()
    for number in range(hours):
        seen = Seen(app.slug, "copy", 10, memory, 100, limit)
        services.note_usage(seen=[seen], now=now - timedelta(hours=number))


def test_a_hint_where_half_would_do(app: App) -> None:
    assert app.release is not None
    limit = app.release.resources["memory_mib"]
    fill(app, limit * 0.3, 30)
    hint = selectors.hint(app)
    assert hint is not None
    assert (hint.kind, hint.limit) == ("less", limit)
    assert limit * 0.3 < hint.fitting < limit


def test_no_hint_before_a_day_is_over(app: App) -> None:
    fill(app, 10, 20)
    assert selectors.hint(app) is None


def test_the_sampler_asks_what_runs(app: App, alice: Person) -> None:
    chain = Chain()
    chain.until(app, ObservedState.RUNNING)
    stop = threading.Event()
    stop.wait = lambda *_: True  # type: ignore[method-assign]  # no pause between two rounds
    (alloc,) = chain.lab.jobs.jobs[app.slug].allocations
    chain.lab.jobs.uses[alloc.id] = Use(12.0, 34.0)
    Sampler(chain.lab.jobs, stop).turn()
    row = Usage.objects.get(step=15)
    assert (row.cpu_peak, row.memory_peak, row.cpu_limit, row.memory_limit) == (12.0, 34.0, 100, 128)
    assert row.copies == {alloc.id: [12, 34]}
    chain.lab.jobs.fail_next("usage", Unavailable("nomad", "no path to the node"))
    Sampler(chain.lab.jobs, stop).turn()
    assert Usage.objects.get(step=3600).samples == 1, "a machine that does not answer leaves a gap"


def test_the_page_draws_and_tells(app: App, alice: Person, signed_in: SignedIn) -> None:
    now = timezone.now()
    for number in range(6):
        note(app, now - timedelta(seconds=15 * number), 40 + number)
    page = signed_in(alice).get(f"/apps/{app.id}/usage/").content.decode()
    assert page.count("<svg viewBox") == 2
    assert "45 Mio" in page
    assert "style=" not in page.split('id="usage"')[1]


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "1e9"],
)
def test_a_time_at_the_end_of_the_calendar(app: App, alice: Person, moment: str) -> None:
    """Whatever is asked is answered, or refused by its field: an overflow is a defect of ours."""
    note(app, timezone.now(), 40)
    for name in ("from", "to"):
        answer = caller(alice).call("GET", f"apps/{app.id}/metrics/?{urlencode({name: moment})}")
        if moment[0] in "09":
            assert answer.status_code == 200, answer.content
        else:
            assert answer.json()["errors"][0]["pointer"] == f"#/{name}"
