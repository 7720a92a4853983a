"""The table of what may be asked, over all pairs; and random histories against a model in plain Python."""

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.quotas import services as quotas
from apps.quotas.models import Charge
from apps.workloads import services
from apps.workloads.enums import Desired, OperationKind
from apps.workloads.models import App, Operation
from apps.workloads.transitions import VERBS, allowed
from kernel.errors import Conflict
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

CALLS = {
    OperationKind.STOP: services.stop,
    OperationKind.START: services.start,
    OperationKind.RETRY: services.retry,
    OperationKind.RESTART: services.restart,
    OperationKind.DELETE: services.delete,
}
LEGAL = {
    ("requested", "delete"): "absent",
    ("present", "stop"): "stopped",
    ("present", "retry"): "present",
    ("present", "restart"): "present",
    ("present", "delete"): "absent",
    ("stopped", "start"): "present",
    ("stopped", "delete"): "absent",
    ("asleep", "stop"): "stopped",
    ("asleep", "start"): "present",
    ("asleep", "delete"): "absent",
    ("archived", "delete"): "absent",
}


@pytest.fixture(autouse=True)
def _template(db: None) -> None:
    catalogue.template()


@pytest.mark.parametrize(("desired", "kind"), list(product(Desired, CALLS)))
def test_every_pair(alice: Person, desired: Desired, kind: OperationKind) -> None:
    app = submit(alice).app
    App.objects.filter(id=app.id).update(desired=desired)
    app.observation.state = ObservedState.FAILED
    app.observation.seen_generation = 1
    app.observation.save()
    expected = LEGAL.get((desired.value, kind.value))
    assert (kind in allowed(desired)) == (expected is not None)
    if expected is None:
        with pytest.raises(Conflict):
            CALLS[kind](actor=actor(alice), app_id=app.id)
        assert App.objects.get(id=app.id).generation == 1
        return
    operation = CALLS[kind](actor=actor(alice), app_id=app.id)
    after = App.objects.get(id=app.id)
    assert (after.desired, operation.kind) == (expected, kind)
    event = Event.objects.get(verb=f"app.{kind.value}", target_id=str(app.id))
    assert event.before is not None
    assert event.after is not None
    assert (event.before["desired"], event.after["desired"]) == (desired.value, expected)


def test_each_verb_names_its_sources() -> None:
    pairs = {(source, kind.value) for kind, verb in VERBS.items() for source in verb.sources}
    assert pairs == set(LEGAL)


STEPS = st.sampled_from(["stop", "start", "restart", "retry", "delete", "look", "time", "crash"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12))
def test_any_history_converges_to_what_was_wanted_last(alice: Person, steps: list[str]) -> None:
    chain, app, wanted = Chain(), submit(alice, f"h{App.objects.count()}").app, "present"
    for step in steps:
        wanted = _do(chain, alice, app, step, wanted)
    end = {"present": ObservedState.RUNNING, "stopped": ObservedState.STOPPED, "absent": ObservedState.GONE}
    if wanted == "present" and App.objects.get(id=app.id).observation.state == ObservedState.FAILED:
        services.restart(actor=actor(alice), app_id=app.id)
    chain.until(app, end[wanted], limit=60)
    assert App.objects.get(id=app.id).desired == wanted
    assert quotas.recount() == ()
    held = set(Charge.objects.filter(holder=app.id).values_list("dimension", flat=True))
    running = {"apps", "cpu_mhz", "memory_mib"}
    assert held == {"present": running, "stopped": {"apps"}, "absent": set()}[wanted]
    if wanted == "absent":
        assert chain.left() == {}
    else:
        services.delete(actor=actor(alice), app_id=app.id)
        chain.until(app, ObservedState.GONE, limit=60)
    assert not Operation.objects.filter(app=app, state__in=["pending", "running"]).exists()


def _do(chain: Chain, alice: Person, app: App, step: str, wanted: str) -> str:
    if step == "look":
        chain.look(app)
    elif step == "time":
        chain.lab.advance()
    elif step == "crash":
        if app.slug in chain.lab.jobs.jobs:
            chain.lab.jobs.crash(app.slug)
    else:
        return _ask(alice, app, step, wanted)
    return wanted


def _ask(alice: Person, app: App, verb: str, wanted: str) -> str:
    call: Any = CALLS[OperationKind(verb)]
    try:
        call(actor=actor(alice), app_id=app.id)
    except Conflict:
        return wanted
    return {"stop": "stopped", "start": "present", "delete": "absent"}.get(verb, wanted)
