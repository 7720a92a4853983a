"""The watcher's loops, one turn at a time."""

import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.accounts.models import Person
from apps.cluster.models import PartStatus
from apps.cluster.services import note_part
from apps.workloads.management.loops.base import Hints, keep_going
from apps.workloads.management.loops.dispatch import Listener
from apps.workloads.management.loops.events import ConsulChanges, NomadEvents
from apps.workloads.management.loops.parts import Parts
from apps.workloads.management.loops.probe import Prober, targets
from apps.workloads.models import App, Observation
from apps.workloads.services import wake
from drivers.nomad.streams import Event
from drivers.wiring import Opened
from kernel.errors import Misconfigured, Unavailable
from orchestration.ports import Answer
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import enter
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.waiting import wait_for


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


@pytest.fixture
def app(chain: Chain, alice: Person) -> App:
    made = submit(alice).app
    chain.until(made, ObservedState.RUNNING)
    return made


def prober(chain: Chain, hints: Hints) -> Prober:
    return Prober(chain.lab.addresses, hints, threading.Event())


def test_a_good_answer_is_noted(chain: Chain, app: App) -> None:
    hints = Hints()
    Observation.objects.update(answered_at=None)
    prober(chain, hints).ask(targets())
    assert Observation.objects.get(app=app).answered_at is not None
    assert hints.drain() == set()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=None, error="refused"),
        Answer(status=200, from_portal=True),
    ],
    ids=["a code that does not count", "no answer", "the portal's own page"],
)
def test_any_other_answer_is_a_reason_to_look(chain: Chain, app: App, answer: Answer) -> None:
    hints = Hints()
    chain.lab.addresses.said[app.host or ""] = answer
    prober(chain, hints).ask(targets())
    assert hints.drain() == {app.slug}
    chain.lab.addresses.said.clear()
    chain.lab.addresses.cut()
    prober(chain, hints).ask(targets())
    assert hints.drain() == {app.slug}


def test_only_running_apps_are_asked(chain: Chain, app: App) -> None:
    Observation.objects.update(state="stopped")
    assert targets() == []


class Stream:
    """A server that tells a few things and is then gone."""

    def __init__(self, told: list[Any]) -> None:
        self._told = told

    def events(self) -> Any:
        yield from self._told
        raise Unavailable("nomad", "the event stream ended")

    def changes(self) -> Any:
        yield from self._told
        raise Unavailable("consul", "gone")

    def instances(self, _slug: str) -> tuple[()]:
        """None of them stands any more."""
        return ()


def test_events_become_hints_and_the_end_of_a_stream_is_no_error_of_ours() -> None:
    hints, slug = Hints(), "genomics-wiki--7f3k2q"
    told = [None, Event(1, "Job", "JobRegistered", slug), Event(2, "Job", "JobRegistered", "somebody-elses")]
    with pytest.raises(Unavailable):
        NomadEvents(Stream(told), hints, threading.Event()).turn()  # type: ignore[arg-type]
    assert hints.drain() == {slug}
    with pytest.raises(Unavailable):
        ConsulChanges(Stream([frozenset(), frozenset({slug})]), hints, threading.Event()).turn()  # type: ignore[arg-type]
    assert hints.drain() == {slug}
    assert hints.woken.is_set()


def test_no_error_ends_a_loop(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    seen: list[int] = []
    monkeypatch.setattr("apps.workloads.management.loops.base.RETRY_S", 0)
    monkeypatch.setattr("apps.workloads.management.loops.base.connection.close", lambda: None)

    def turn() -> None:
        seen.append(len(seen))
        if len(seen) == 3:
            stop.set()
        raise (ValueError("a defect") if len(seen) == 1 else Unavailable("nomad", "away"))

    keep_going("test", turn, stop)
    assert seen == [0, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_heard_at_once() -> None:
    catalogue.template()
    hints, stop = Hints(), threading.Event()
    listener = threading.Thread(target=keep_going, args=("listen", Listener(hints, stop).turn, stop))
    listener.start()
    try:
        app = submit(enter("alice")).app

        def heard() -> bool:
            wake(app.id)
            return hints.woken.wait(0.2)

        wait_for(heard, 10, "the notice of a commit")
    finally:
        stop.set()
        listener.join(timeout=10)


class Part:
    """A server that tells its version, or not."""

    def __init__(self, version: str = "1.0", error: Exception | None = None) -> None:
        self._version, self._error = version, error

    def version(self) -> str:
        if self._error:
            raise self._error
        return self._version

    def foreign_hosts(self, domain: str) -> dict[str, str]:
        return {}


def parts(nomad: Part) -> Parts:
    opened = Opened(nomad, Part(), Part(), Part(), Part(), None)  # type: ignore[arg-type]
    stop = threading.Event()
    stop.set()
    return Parts(opened, stop)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "reachable", "detail"),
    [
        (None, True, ""),
        (Unavailable("nomad", "connection refused"), False, "connection refused"),
        (Misconfigured("nomad", "Permission denied"), True, "Permission denied"),
        (OSError("no token file"), False, "OSError: no token file"),
    ],
    ids=["well", "away", "wrong right", "no token"],
)
def test_parts(error: Exception | None, reachable: bool, detail: str) -> None:
    cache.clear()
    parts(Part(error=error)).turn()
    row = PartStatus.objects.get(part="nomad")
    assert (row.reachable, row.detail) == (reachable, detail)
    assert PartStatus.objects.filter(reachable=True).exclude(part="nomad").count() == 4


def test_since_stays_while_nothing_changes(db: None) -> None:
    start = timezone.now()
    assert note_part(part="nomad", reachable=True, now=start, version="2.0.5")
    assert not note_part(part="nomad", reachable=True, now=timezone.now())
    row = PartStatus.objects.get(part="nomad")
    assert (row.since, row.version) == (start, "2.0.5")
    assert note_part(part="nomad", reachable=False, now=timezone.now(), detail="away")
    assert PartStatus.objects.get(part="nomad").since > start
