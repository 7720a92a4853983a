"""The claim: one at a time, a dead worker's app is due again, a late worker loses, poison is put aside."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from apps.accounts.models import Person
from apps.workloads import services
from apps.workloads.enums import OperationState
from apps.workloads.models import App, Claim, Observation
from apps.workloads.reconcile import claims, reconcile
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain, operation
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.waiting import wait_for


@pytest.fixture
def app(alice: Person) -> App:
    catalogue.template()
    return submit(alice).app


@pytest.fixture
def chain(db: None) -> Chain:
    return Chain()


def claim_of(app: App) -> Claim:
    return Claim.objects.get(app_id=app.id)


def test_only_one_holds_a_claim(app: App) -> None:
    now = timezone.now()
    first = claims.take(app.id, now)
    assert first is not None
    assert claims.take(app.id, now + timedelta(seconds=1)) is None
    second = claims.take(app.id, now + claims.LEASE)
    assert second is not None
    assert second.fence == first.fence + 1


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_held_is_free_at_once(app: App) -> None:
    """PostgreSQL ends its session; the watcher sees that, and the lease is not waited for."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        held = worker.submit(claims.take, app.id, timezone.now()).result()
        assert held is not None
        assert claims.free_the_dead(timezone.now()) == 0, "its session lives"
        worker.submit(connections.close_all).result()
    wait_for(lambda: claims.free_the_dead(timezone.now()) == 1, 5, "its session has ended")
    with pytest.raises(claims.LostClaim):
        claims.renew(held, timezone.now())
    assert claims.take(app.id, timezone.now()) is not None


def test_what_is_not_due_is_not_claimed(app: App) -> None:
    Claim.objects.filter(app=app).update(due_at=timezone.now() + timedelta(minutes=1))
    assert claims.take(app.id, timezone.now()) is None


def test_a_late_worker_writes_nothing(app: App, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease ran out while it was outside; somebody else has seen the app since."""
    drivers = chain.lab.drivers()
    status = chain.lab.jobs.status

    def slow(job_id: str) -> object:
        Claim.objects.filter(app=app).update(claimed_until=timezone.now(), due_at=timezone.now())
        assert claims.take(app.id, timezone.now() + timedelta(seconds=1)) is not None
        return status(job_id)

    before = Observation.objects.values().get(app=app)
    monkeypatch.setattr(chain.lab.jobs, "status", slow)
    assert reconcile(app.id, drivers) is None
    assert Observation.objects.values().get(app=app) == before
    assert claim_of(app).claimed_until is not None, "the other's claim stands"


def test_a_hint_that_comes_meanwhile_is_not_lost(app: App, chain: Chain) -> None:
    chain.until(app, ObservedState.RUNNING)
    held = claims.take(app.id, timezone.now() + timedelta(hours=1))
    assert held is not None
    services.look_now({app.slug})
    later = timezone.now() + timedelta(minutes=5)
    claims.give_back(held, timezone.now(), later)
    due = claim_of(app).due_at
    assert due is not None
    assert due < later - timedelta(minutes=4)


def test_a_change_that_comes_meanwhile_is_looked_at_at_once(
    app: App, alice: Person, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = chain.lab.jobs.status
    asked: list[object] = []

    def changed_meanwhile(job_id: str) -> object:
        if not asked:
            asked.append(services.stop(actor=actor(alice), app_id=app.id))
        return status(job_id)

    monkeypatch.setattr(chain.lab.jobs, "status", changed_meanwhile)
    chain.look(app)
    due = claim_of(app).due_at
    assert due is not None
    assert due <= timezone.now(), "the stop is not put off to the next look of the start"
    assert operation(app).state == OperationState.PENDING


def test_an_app_that_kills_its_workers_is_put_aside_and_can_be_retried(
    app: App, alice: Person, chain: Chain
) -> None:
    now = timezone.now()
    for death in range(claims.DEATHS_MAX):
        assert claims.take(app.id, now + (death + 1) * claims.LEASE) is not None, "each take dies"
    assert chain.look(app) is None
    Claim.objects.filter(app=app).update(claimed_until=None)
    assert chain.look(app) is None
    seen = Observation.objects.get(app=app)
    assert (seen.state, seen.reason_code, seen.facts) == ("failed", "stuck", {"tries": 5})
    assert operation(app).state == OperationState.FAILED
    assert claim_of(app).parked_at is not None
    assert chain.lab.jobs.calls == []
    services.retry(actor=actor(alice), app_id=app.id)
    chain.until(app, ObservedState.RUNNING)


def test_an_error_of_our_own_counts_as_a_death(
    app: App, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_job_id: str) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(chain.lab.jobs, "status", broken)
    for tries in range(1, claims.DEATHS_MAX + 1):
        chain.look(app)
        assert claim_of(app).tries == tries
    chain.look(app)
    assert claim_of(app).parked_at is not None


def test_an_orderly_pass_forgets_earlier_deaths(app: App, chain: Chain) -> None:
    Claim.objects.filter(app=app).update(tries=4)
    chain.look(app)
    assert claim_of(app).tries == 0


def test_hints_wait_a_moment_after_a_look_and_never_wake_what_is_over(app: App, chain: Chain) -> None:
    chain.until(app, ObservedState.RUNNING)
    now = timezone.now()
    Claim.objects.filter(app=app).update(looked_at=now)
    services.look_now({app.slug, "lab-other--aaaaaa"})
    due = claim_of(app).due_at
    assert due is not None
    assert now < due < now + timedelta(seconds=1)
    Claim.objects.filter(app=app).update(due_at=None)
    services.look_now({app.slug})
    assert claim_of(app).due_at is None
