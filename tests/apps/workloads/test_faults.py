"""Kill the worker around any write outside, drop any answer, take any part away: the end is the same."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.quotas import services as quotas
from apps.quotas.models import Charge
from apps.workloads import services
from apps.workloads.models import App, Claim, Observation
from kernel.errors import Misconfigured, Unavailable
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import remove, submit
from tests.fakes.faults import Faults

RUNNING, GONE, STOPPED = ObservedState.RUNNING, ObservedState.GONE, ObservedState.STOPPED
UP = [
    ("secrets", "write_policy"),
    ("secrets", "write_role"),
    ("secrets", "write_secret"),
    ("jobs", "register"),
]
DOWN = [
    ("jobs", "stop"),
    ("secrets", "delete_role"),
    ("secrets", "delete_policy"),
    ("secrets", "destroy_secret"),
]


class Killed(BaseException):
    """The worker is gone: nothing of ours runs after it, so nothing is given back."""


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


def port(chain: Chain, name: str) -> Faults:
    found: Faults = getattr(chain.lab, name)
    return found


def die(chain: Chain, part: str, method: str, *, after: bool, app: App) -> None:
    """Look once, and be killed just before or after a write."""
    target, real = port(chain, part), getattr(port(chain, part), method)

    def fatal(*args: Any, **kwargs: Any) -> None:
        setattr(target, method, real)
        if after:
            real(*args, **kwargs)
        raise Killed

    setattr(target, method, fatal)
    for _ in range(10):
        try:
            chain.look(app)
        except Killed:
            break
        chain.lab.advance()
    else:
        raise AssertionError(f"{method} was never called")
    assert chain.look(app) is None, "its lease still stands"
    Claim.objects.filter(app=app).update(claimed_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("part", "method"), UP, ids=[method for _, method in UP])
def test_killed_on_the_way_up(chain: Chain, alice: Person, part: str, method: str, *, after: bool) -> None:
    app = submit(alice).app
    die(chain, part, method, after=after, app=app)
    chain.until(app, RUNNING)
    assert list(chain.lab.jobs.jobs) == [app.slug], "one job"
    assert chain.lab.jobs.jobs[app.slug].version == 0, "registered once"
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].version == 1, "its secret was drawn once"
    assert quotas.recount() == ()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("part", "method"), DOWN, ids=[method for _, method in DOWN])
def test_killed_on_the_way_down(chain: Chain, alice: Person, part: str, method: str, *, after: bool) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    remove(alice, app.id)
    die(chain, part, method, after=after, app=app)
    chain.until(app, GONE)
    assert chain.left() == {}
    assert not Charge.objects.exists()


@pytest.mark.parametrize(("part", "method"), UP, ids=[method for _, method in UP])
def test_an_answer_that_is_lost_is_unknown_and_not_a_failure(
    chain: Chain, alice: Person, part: str, method: str
) -> None:
    app = submit(alice).app
    port(chain, part).fail_next(method, after=True)
    chain.look(app)
    seen = Observation.objects.get(app=app)
    assert seen.state != ObservedState.FAILED
    assert seen.waiting_for == {"secrets": "vault", "jobs": "nomad"}[part]
    chain.until(app, RUNNING)
    assert chain.lab.jobs.jobs[app.slug].version == 0
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].version == 1


PARTS = {
    "jobs": "nomad",
    "secrets": "vault",
    "services": "consul",
    "routes": "traefik",
}


@pytest.mark.parametrize("name", list(PARTS))
def test_a_part_that_is_away_is_waited_for_and_it_goes_on_by_itself(
    chain: Chain, alice: Person, name: str
) -> None:
    app = submit(alice).app
    port(chain, name).cut()
    for _ in range(6):
        chain.look(app)
        chain.lab.advance()
    seen = Observation.objects.get(app=app)
    assert seen.waiting_for == PARTS[name]
    assert seen.waiting_since is not None
    due = Claim.objects.get(app=app).due_at
    assert due is not None
    assert due - timezone.now() < timedelta(seconds=10)
    # However long it was away, the app's own deadline has not run meanwhile.
    long_ago = timezone.now() - timedelta(hours=2)
    App.objects.filter(id=app.id).update(desired_since=long_ago)
    Observation.objects.filter(app=app).update(moved_at=long_ago)
    port(chain, name).mend()
    seen = chain.until(app, RUNNING)
    assert (seen.waiting_for, seen.waiting_since) == ("", None)


@pytest.mark.parametrize("name", list(PARTS))
def test_a_running_app_is_not_touched_while_a_part_is_away(chain: Chain, alice: Person, name: str) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    held = {each.dimension: (each.used, each.reserved) for each in Charge.objects.all()}
    port(chain, name).cut()
    chain.look(app)
    port(chain, name).mend()
    assert chain.lab.jobs.count("stop") == 0
    assert {each.dimension: (each.used, each.reserved) for each in Charge.objects.all()} == held
    chain.until(app, RUNNING)


@pytest.mark.parametrize("name", ["jobs", "secrets", "services", "routes"])
def test_nothing_is_called_gone_while_a_part_is_away(chain: Chain, alice: Person, name: str) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    remove(alice, app.id)
    port(chain, name).cut()
    for _ in range(5):
        chain.look(app)
        chain.lab.advance()
    row = App.objects.get(id=app.id)
    assert row.gone_at is None
    assert row.host == "wiki.apps.localhost"
    port(chain, name).mend()
    chain.until(app, GONE)
    assert chain.left() == {}


def test_a_wrong_right_of_the_portal_waits_for_an_engineer(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.lab.secrets.cut(Misconfigured("vault", "permission denied"))
    chain.look(app)
    seen = Observation.objects.get(app=app)
    assert (seen.reason_code, seen.waiting_for) == ("vault.misconfigured", "vault")
    chain.lab.secrets.mend()
    chain.until(app, RUNNING)


def test_a_job_edited_by_another_hand_is_mended(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    chain.lab.jobs.tamper(app.slug, Priority=99)
    chain.look(app)
    chain.until(app, RUNNING)
    assert chain.lab.jobs.jobs[app.slug].raw["Priority"] == 50


def test_dead_jobs_that_nomad_forgets_while_stopped_are_normal(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    services.stop(actor=actor(alice), app_id=app.id)
    chain.until(app, STOPPED)
    chain.lab.jobs.collect_garbage()
    chain.look(app)
    assert Observation.objects.get(app=app).state == STOPPED
    services.start(actor=actor(alice), app_id=app.id)
    chain.until(app, RUNNING)


def test_a_flaky_lab(chain: Chain, alice: Person) -> None:
    """Every third call of every part fails, before or after its effect."""
    for number, (part, method) in enumerate(_flaky()):
        port(chain, part).fail_next(method, Unavailable(part, "flaky"), after=bool(number % 2))
    app = submit(alice).app
    chain.until(app, RUNNING, limit=60)
    assert chain.lab.jobs.jobs[app.slug].version == 0


def _flaky() -> Iterator[tuple[str, str]]:
    for _ in range(2):
        yield from UP
        yield from [("jobs", "status"), ("services", "instances"), ("routes", "router")]
