"""Two conflicting clicks at the same moment, a thousand times: one wins, and the other is told why not."""

import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.base.messages import sentence
from apps.quotas import services as quotas
from apps.workloads import services
from apps.workloads.models import App, Observation
from kernel.errors import Conflict
from kernel.units import Amounts
from tests.cast import actor, enter
from tests.factories import catalogue, projects
from tests.factories.apps import submit
from tests.factories.callers import caller

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
PAIRS = 500  #: of each of the two tests
Call = Callable[[], Any]
Race = Callable[[Call, Call], list[Any]]


@pytest.fixture
def dana(transactional_db: None) -> Person:
    catalogue.template()
    return enter("dana")


@pytest.fixture
def race() -> Iterator[Race]:
    """Do two at the same moment, each on a connection of its own; what each returned or raised."""
    start = Barrier(2, timeout=60)

    def one(call: Call) -> Any:
        start.wait()
        try:
            return call()
        except Conflict as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        yield lambda first, second: list(pool.map(one, (first, second)))

        def close(_: int) -> None:
            start.wait()
            connection.close()

        list(pool.map(close, range(2)))


def roomy(dana: Person) -> Any:
    return projects.shared("race", dana, Amounts(apps=500, cpu_mhz=10**6, memory_mib=10**6)).id


def test_two_calls_of_the_api_without_a_word_about_versions(dana: Person, race: Race) -> None:
    """What may be asked once, and not again of what it led to."""
    pairs = {
        "present": [("stop", "stop"), ("sleep", "sleep"), ("delete", "delete")],
        "stopped": [("start", "start"), ("delete", "delete")],
        "asleep": [("start", "start"), ("stop", "stop")],
        "archived": [("undo", "purge"), ("undo", "undo"), ("purge", "purge")],
    }
    draw, project = random.Random(1), roomy(dana)
    tools = [caller(dana), caller(dana)]
    won: Tally[str] = Tally()
    app = submit(dana, "app-0", project_id=project).app
    for number in range(1, PAIRS + 1):
        app = App.objects.get(id=app.id)
        if app.desired == "absent":
            app = App.objects.get(id=submit(dana, f"app-{number}", project_id=project).app.id)
        verbs = draw.choice(pairs[app.desired])
        answers = race(*(partial(click, tool, app, verb) for tool, verb in zip(tools, verbs, strict=True)))
        assert sorted(each.status_code for each in answers) == [202, 409], [each.json() for each in answers]
        told = next(each.json() for each in answers if each.status_code == 409)
        assert told["code"] == "app.not_now"
        assert told["detail"].endswith("."), told
        assert App.objects.get(id=app.id).generation == app.generation + 1
        won[verbs[answers[0].status_code != 202]] += 1
    assert set(won) >= {"stop", "sleep", "start", "delete", "undo", "purge"}
    assert quotas.recount() == ()


def click(tool: Any, app: App, verb: str) -> Any:
    """As a tool asks it."""
    if verb == "delete":
        return tool.call("DELETE", f"apps/{app.id}/")
    return tool.call("POST", f"apps/{app.id}/{verb}/", {"name": app.name} if verb == "purge" else {})


def test_two_clicks_on_one_view_of_the_app(dana: Person, race: Race) -> None:
    """A page sends the generation that it showed: whatever the two are, the second is of a view gone by."""
    who: dict[str, Any] = {"actor": actor(dana), "person": dana}
    changes: dict[str, Callable[..., Any]] = {
        "change": partial(approvals.submit_change, parameters={"title": "New"}),
        "smaller": partial(approvals.submit_change, resources={"size": "S"}),
        "roll back": partial(approvals.roll_back, number=1),
        "restart": services.restart,
        "stop": services.stop,
        "sleep": services.sleep,
        "delete": services.delete,
        "rename its address": partial(services.readdress, name="elsewhere"),
    }
    trial: dict[str, Callable[..., Any]] = {
        "promote": services.canaries.promote,
        "abort": services.canaries.abort,
    }
    draw, project = random.Random(2), roomy(dana)
    won: Tally[str] = Tally()
    app = submit(dana, "app-0", project_id=project).app
    approvals.submit_change(**who, app_id=app.id, parameters={"title": "Two"})
    for _ in range(PAIRS):
        app, offered = ready(app, who), changes
        if draw.random() < 0.2:
            canary(app, who)
            app.refresh_from_db()
            offered = trial
        # One of them twice is a pair too: so each wins some, however late it always reaches the lock.
        names = draw.choices(sorted(offered), k=2)
        calls = [offered[name] for name in names]
        same: dict[str, Any] = {**who, "app_id": app.id, "if_generation": app.generation}
        answers = race(*(partial(call, **same) for call in calls))
        lost = [each for each in answers if isinstance(each, Conflict)]
        assert len(lost) == 1, (names, answers)
        assert str(sentence(lost[0])).endswith("."), lost
        won[names[answers.index(lost[0]) ^ 1]] += 1
    assert set(won) == {*changes, *trial}
    assert quotas.recount() == ()


def ready(app: App, who: dict[str, Any]) -> App:
    """It is wanted, at its first address, and not by canaries."""
    app.refresh_from_db()
    if app.desired == "archived":
        services.undo(**who, app_id=app.id)
    elif app.desired != "present":
        services.start(**who, app_id=app.id)
    app.refresh_from_db()
    if app.canary_generation == app.generation:
        approvals.submit_change(**who, app_id=app.id, parameters={"title": "Rolling"})
    if app.name != "app-0":
        services.readdress(**who, app_id=app.id, name="app-0")
    app.refresh_from_db()
    return app


def canary(app: App, who: dict[str, Any]) -> None:
    """Its canaries were seen healthy, and wait."""
    approvals.submit_change(**who, app_id=app.id, parameters={"title": "Canary"}, strategy="canary")
    app.refresh_from_db()
    serves = app.releases.count() - 1
    seen = Observation.objects.filter(app_id=app.id)
    seen.update(seen_generation=app.generation, reason_code="canary.waiting", serves=serves)
