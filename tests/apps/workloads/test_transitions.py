"""The table of what may be asked, over all pairs; and random histories against a model in plain Python."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone
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
from tests.factories.apps import remove, submit

CALLS = {
    OperationKind.STOP: services.stop,
    OperationKind.START: services.start,
    OperationKind.SLEEP: services.sleep,
    OperationKind.RETRY: services.retry,
    OperationKind.RESTART: services.restart,
    OperationKind.DELETE: services.delete,
    OperationKind.UNDO: services.undo,
    OperationKind.PURGE: services.purge,
}
LEGAL = {
    ("requested", "delete"): "absent",
    ("present", "stop"): "stopped",
    ("present", "sleep"): "asleep",
    ("present", "retry"): "present",
    ("present", "restart"): "present",
    ("present", "delete"): "archived",
    ("stopped", "start"): "present",
    ("stopped", "delete"): "archived",
    ("asleep", "stop"): "stopped",
    ("asleep", "start"): "present",
    ("asleep", "delete"): "archived",
    ("archived", "undo"): "stopped",
    ("archived", "purge"): "absent",
}
#: what a request or a change of one brings about, by approvals
DECLARED = {
    ("requested", "create"),
    ("present", "change"),
    ("stopped", "change"),
    ("asleep", "change"),
    # with services of their own, tried in test_addressing and test_handing
    *((desired, verb) for desired in ("present", "stopped", "asleep") for verb in ("readdress", "handover")),
}


@pytest.fixture(autouse=True)
def _template(db: None) -> None:
    catalogue.template()


@pytest.mark.parametrize(("desired", "kind"), list(product(Desired, CALLS)))
def test_every_pair(alice: Person, desired: Desired, kind: OperationKind) -> None:
    app = submit(alice).app
    until = timezone.now() + timedelta(days=1)
    App.objects.filter(id=app.id).update(desired=desired, archived_from="stopped", archived_until=until)
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
    assert pairs == set(LEGAL) | DECLARED


STEPS = st.sampled_from(
    ["stop", "start", "sleep", "restart", "retry", "delete", "undo", "purge", "look", "time", "crash"]
)
ENDS = {
    "present": ObservedState.RUNNING,
    "stopped": ObservedState.STOPPED,
    "asleep": ObservedState.ASLEEP,
    "archived": ObservedState.ARCHIVED,
    "absent": ObservedState.GONE,
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12))
def test_any_history_converges_to_what_was_wanted_last(alice: Person, steps: list[str]) -> None:
    chain, app = Chain(), submit(alice, f"h{App.objects.count()}").app
    model = Model()
    for step in steps:
        _do(chain, alice, app, step, model)
    wanted = model.wanted
    if wanted == "present" and App.objects.get(id=app.id).observation.state == ObservedState.FAILED:
        services.restart(actor=actor(alice), app_id=app.id)
    chain.until(app, ENDS[wanted], limit=60)
    assert App.objects.get(id=app.id).desired == wanted
    assert quotas.recount() == ()
    held = set(Charge.objects.filter(holder=app.id).values_list("dimension", flat=True))
    running = {"apps", "cpu_mhz", "memory_mib"}
    ledger = {"present": running, "stopped": {"apps"}, "asleep": {"apps"}, "archived": set(), "absent": set()}
    assert held == ledger[wanted]
    if wanted == "absent":
        assert chain.left() == {}
    elif wanted == "archived":
        assert set(chain.left()) <= {"jobs", "paths", "policies", "roles"}, "what it keeps, and its dead job"
        services.purge(actor=actor(alice), app_id=app.id)
    else:
        remove(alice, app.id)
    chain.until(app, ObservedState.GONE, limit=60)
    assert chain.left() == {}
    assert not Operation.objects.filter(app=app, state__in=["pending", "running"]).exists()


@dataclass
class Model:
    """What is wanted, and what was before a deletion, in plain words."""

    wanted: str = "present"
    before: str = ""

    def moved(self, verb: str) -> None:
        """A verb was done."""
        if verb == "undo":
            self.wanted = self.before
            return
        if verb == "delete":
            self.before = self.wanted
        targets = {"stop": "stopped", "start": "present", "sleep": "asleep"}
        targets |= {"delete": "archived", "purge": "absent"}
        self.wanted = targets.get(verb, self.wanted)


def _do(chain: Chain, alice: Person, app: App, step: str, model: Model) -> None:
    if step == "look":
        chain.look(app)
    elif step == "time":
        chain.lab.advance()
    elif step == "crash":
        if app.slug in chain.lab.jobs.jobs:
            chain.lab.jobs.crash(app.slug)
    else:
        _ask(alice, app, step, model)


def _ask(alice: Person, app: App, verb: str, model: Model) -> None:
    legal = (model.wanted, verb) in LEGAL
    try:
        CALLS[OperationKind(verb)](actor=actor(alice), app_id=app.id)
    except Conflict:
        assert not legal or verb == "retry", f"{verb} is refused to an app that is {model.wanted}"
    else:
        assert legal, f"{verb} is done to an app that is {model.wanted}"
        model.moved(verb)
