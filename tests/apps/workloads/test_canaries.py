"""A canary from the change to its end: let in, given up, reverted, restarted; and what the quota says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.formats import date_format
from django.utils.timezone import localtime
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects.models import Project
from apps.quotas.models import Charge
from apps.workloads import live, selectors, services
from apps.workloads.enums import OperationState
from apps.workloads.models import App, AppEvent, Observation, Release
from apps.workloads.tasks import follow_days
from kernel.errors import Conflict, Forbidden, Missing, QuotaExceeded, Refused
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain, operation
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.fakes import Trouble

RUNNING, DEGRADED, STOPPED = ObservedState.RUNNING, ObservedState.DEGRADED, ObservedState.STOPPED


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


def cpu(app: App) -> int:
    charge = Charge.objects.get(holder=app.id, dimension="cpu_mhz")
    return charge.used + charge.reserved


def change(person: Person, app: App, **more: Any) -> App:
    more.setdefault("parameters", {"title": "New"})
    approvals.submit_change(actor=actor(person), person=person, app_id=app.id, **more)
    return App.objects.get(id=app.id)


def looks(chain: Chain, app: App, number: int = 9) -> Observation:
    for _ in range(number):
        chain.look(app)
        chain.lab.advance()
    return Observation.objects.get(app=app)


def waiting(chain: Chain, alice: Person, **more: Any) -> App:
    """Release 1 serves, release 2 waits."""
    app = submit(alice).app
    chain.until(app, RUNNING)
    app = change(alice, app, strategy="canary", **more)
    looks(chain, app)
    return app


def test_it_waits_and_is_charged_beside_what_serves(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    seen = Observation.objects.get(app=app)
    assert (seen.state, seen.reason_code, seen.serves) == ("running", "canary.waiting", 1)
    assert seen.facts == {"healthy": 1, "wanted": 1}
    assert seen.generation < app.generation, "pages say: updating"
    assert operation(app).state == OperationState.RUNNING
    assert cpu(app) == 200


def test_let_in_it_serves_and_gives_back_what_it_took(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    under_way = services.canaries.promote(actor=actor(alice), person=alice, app_id=app.id)
    assert under_way == operation(app), "the change goes on: it is the same operation"
    with pytest.raises(Conflict, match=r"canary\.promoted"):
        services.canaries.promote(actor=actor(alice), app_id=app.id)
    with pytest.raises(Conflict, match=r"canary\.promoted"):
        services.canaries.abort(actor=actor(alice), app_id=app.id)
    seen = chain.until(app, RUNNING)
    assert (seen.serves, seen.reason_code) == (2, "")
    assert operation(app).state == OperationState.SUCCEEDED
    assert cpu(app) == 100
    assert Event.objects.filter(verb="app.promoted").count() == 1
    with pytest.raises(Conflict, match=r"canary\.none"):
        services.canaries.promote(actor=actor(alice), app_id=app.id)


def test_given_up_the_app_stays_as_it_was(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    job = chain.lab.jobs.jobs[app.slug]
    before = [alloc.id for alloc in job.current() if not alloc.canary]
    services.canaries.abort(actor=actor(alice), person=alice, app_id=app.id)
    assert cpu(app) == 100
    seen = chain.until(app, RUNNING)
    chain.lab.settle()
    assert [alloc.id for alloc in job.current()] == before, "no copy was replaced"
    release = Release.objects.get(app=app, number=3)
    assert (release.restores, release.parameters, seen.serves) == (1, {"title": "Hello"}, 3)
    states = [each.state for each in app.operations.order_by("created_at")]
    assert states[-2:] == [OperationState.CANCELLED, OperationState.SUCCEEDED]
    told = AppEvent.objects.filter(app=app, code__in=["app.aborted", "app.restored"]).order_by("id")
    assert [each.params.get("number") for each in told] == [2, 3]


def test_promoting_what_is_not_healthy_is_refused(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    change(alice, app, strategy="canary")
    chain.look(app)
    with pytest.raises(Conflict, match=r"canary\.not_healthy"):
        services.canaries.promote(actor=actor(alice), app_id=app.id)


def test_one_click_wins_and_the_other_is_told(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    services.canaries.abort(actor=actor(alice), app_id=app.id, if_generation=app.generation)
    with pytest.raises(Conflict):
        services.canaries.promote(actor=actor(alice), app_id=app.id, if_generation=app.generation)


def test_neither_a_stranger_nor_a_viewer_decides_about_it(
    chain: Chain, alice: Person, charlie: Person, erik: Person
) -> None:
    app = waiting(chain, alice)
    for verb in (services.canaries.promote, services.canaries.abort):
        with pytest.raises(Missing):
            verb(actor=actor(charlie), app_id=app.id)
        with pytest.raises(Forbidden):
            verb(actor=actor(erik), app_id=app.id)


def test_an_automatic_one_is_let_in_by_itself(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    app = change(alice, app, strategy="canary", auto_promote=True)
    seen = chain.until(app, RUNNING)
    assert (seen.serves, cpu(app)) == (2, 100)


def test_a_bad_one_leaves_the_app_on_the_release_before(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    chain.lab.jobs.trouble[app.slug] = Trouble("exit", exit_code=3, release=2)
    app = change(alice, app, strategy="canary")
    seen = chain.until(app, DEGRADED)
    assert (seen.reason_code, seen.serves, seen.facts["cause"]) == ("job.reverted", 1, "task.exit")
    assert operation(app).state == OperationState.FAILED
    assert cpu(app) == 100, "what the canary took is free"
    services.retry(actor=actor(alice), app_id=app.id)
    assert cpu(app) == 200, "tried again, it comes as a canary again"
    del chain.lab.jobs.trouble[app.slug]
    assert looks(chain, app).reason_code == "canary.waiting"


def test_a_restart_lets_nothing_in(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    services.restart(actor=actor(alice), app_id=app.id)
    assert looks(chain, app).reason_code == "canary.waiting"
    assert Observation.objects.get(app=app).serves == 1


def test_undecided_it_is_given_up_and_its_author_told(
    chain: Chain, alice: Person, settings: Settings, signed_in: Callable[[Person], Client]
) -> None:
    """Every moving state has a deadline and an exit (design 3): also the one that waits for a person."""
    settings.CANARY_HOURS = 5
    app = waiting(chain, alice)
    page = signed_in(alice).get(f"/apps/{app.id}/").content.decode()
    assert date_format(localtime(app.desired_since + timedelta(hours=5)), "DATETIME_FORMAT") in page
    follow_days()
    assert looks(chain, app).reason_code == "canary.waiting", "it is not over yet"
    assert services.canaries.end_late(now=app.desired_since + timedelta(hours=5)) == 1
    assert services.canaries.end_late(now=app.desired_since + timedelta(days=9)) == 0, "a repeat does nothing"
    seen = chain.until(app, RUNNING)
    assert (seen.serves, cpu(app), Release.objects.get(app=app, number=3).restores) == (3, 100, 1)
    assert Notice.objects.filter(person=alice, kind="app.canary_over").count() == 1
    assert Event.objects.get(verb="app.aborted").actor_label == "deadline"


def test_one_that_was_let_in_or_ended_has_no_deadline(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    services.canaries.promote(actor=actor(alice), app_id=app.id)
    late = app.desired_since + timedelta(days=9)
    assert services.canaries.end_late(now=late) == 0
    chain.until(app, RUNNING)
    assert services.canaries.end_late(now=late) == 0


def test_a_rotation_lets_nothing_in(chain: Chain, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes a generation of its own: without a word about canaries that one would be a rolling one."""
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    app = waiting(chain, alice)
    live.rotate_secret(actor=actor(alice), person=alice, app=selectors.get(alice, app.id))
    seen = looks(chain, app)
    assert (seen.reason_code, seen.serves, cpu(app)) == ("canary.waiting", 1, 200)
    services.canaries.promote(actor=actor(alice), app_id=app.id)
    assert (chain.until(app, RUNNING).serves, cpu(app)) == (3, 100)


def test_another_address_is_for_before_or_after(chain: Chain, alice: Person) -> None:
    """What serves keeps its routers while canaries wait: at the new address nothing would answer."""
    app = waiting(chain, alice)
    with pytest.raises(Conflict, match=r"canary\.first"):
        services.readdress(actor=actor(alice), app_id=app.id, name="elsewhere")
    services.canaries.promote(actor=actor(alice), app_id=app.id)
    chain.until(app, RUNNING)
    services.readdress(actor=actor(alice), app_id=app.id, name="elsewhere")
    assert chain.until(app, RUNNING).serves == 2


def test_handed_over_it_waits_as_before(chain: Chain, alice: Person, dana: Person, genomics: Project) -> None:
    app = waiting(chain, alice)
    offered = services.offer(actor=actor(alice), person=alice, app_id=app.id, project=genomics.slug)
    approvals.take_over(actor=actor(dana), person=dana, handover_id=offered.id)
    seen = looks(chain, app)
    assert (seen.reason_code, seen.serves, cpu(app)) == ("canary.waiting", 1, 200)


def test_an_automatic_one_stays_so_after_a_rotation(
    chain: Chain, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    app = submit(alice).app
    chain.until(app, RUNNING)
    app = change(alice, app, strategy="canary", auto_promote=True)
    chain.look(app)
    live.rotate_secret(actor=actor(alice), person=alice, app=selectors.get(alice, app.id))
    assert chain.until(app, RUNNING).serves == 3


def test_a_restart_of_what_was_let_in_is_an_ordinary_one(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    services.canaries.promote(actor=actor(alice), app_id=app.id)
    chain.until(app, RUNNING)
    services.restart(actor=actor(alice), app_id=app.id)
    assert cpu(app) == 100
    chain.until(app, RUNNING)


def test_stopped_while_it_waits_nothing_is_charged_any_more(chain: Chain, alice: Person) -> None:
    app = waiting(chain, alice)
    services.stop(actor=actor(alice), app_id=app.id)
    seen = chain.until(app, STOPPED)
    assert seen.serves is None
    assert not Charge.objects.filter(holder=app.id, dimension="cpu_mhz").exists()


def test_the_quota_must_hold_both(chain: Chain, alice: Person) -> None:
    app = submit(alice, resources={"cpu_mhz": 2500}).app
    chain.until(app, RUNNING)
    with pytest.raises(QuotaExceeded) as refused:
        change(alice, app, strategy="canary")
    assert refused.value.shortfalls[0].dimension == "cpu_mhz"
    assert App.objects.get(id=app.id).generation == 1


def test_no_canary_where_one_copy_alone_may_write(chain: Chain, alice: Person) -> None:
    bounds = {"storage_mib": {"min": 0, "max": 100}}
    base = catalogue.manifest()["resources"]
    catalogue.template(
        "kept",
        volumes=[{"name": "data", "destination": "data"}],
        resources={
            **base,
            "sizes": {"S": {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": 50}},
            "bounds": {**base["bounds"], **bounds},
        },
    )
    app = submit(alice, template="kept").app
    chain.until(app, RUNNING)
    with pytest.raises(Refused, match=r"strategy\.volume"):
        change(alice, app, strategy="canary")
