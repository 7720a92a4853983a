"""What a program writes is kept and told disarmed: PostgreSQL keeps no NUL, and nobody's terminal obeys."""

import pytest

from apps.accounts.models import Person
from apps.workloads import live
from apps.workloads.models import App, AppEvent, Claim, LastWords, Observation
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain, operation
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller
from tests.fakes import Trouble

HOSTILE = "no\0 such\x1b]52;c;ZXZpbA==\x07 table\u202e\x1b[2J"
HARMLESS = "no␀ such table⟦U+202E⟧"


@pytest.fixture
def chain(db: None, monkeypatch: pytest.MonkeyPatch) -> Chain:
    catalogue.template()
    chain = Chain()
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    return chain


def test_last_words(chain: Chain, alice: Person) -> None:
    """One NUL in them, and no pass could be written down: the app stayed without a reason, then parked."""
    app = submit(alice).app
    chain.lab.jobs.trouble[app.slug] = Trouble("exit", exit_code=3)
    chain.look(app)
    chain.lab.settle()
    for alloc in chain.lab.jobs.jobs[app.slug].allocations:
        chain.lab.jobs.logs[alloc.id, "stderr"] = f"first\n{HOSTILE}\n"
    seen = chain.until(app, ObservedState.FAILED)
    assert (seen.reason_code, seen.logs["stderr"]) == ("task.exit", f"first\n{HARMLESS}")
    assert LastWords.objects.get().logs["stderr"] == f"first\n{HARMLESS}"
    chain.lab.jobs.jobs.clear()
    told = caller(alice).call("GET", f"apps/{app.id}/logs/").json()
    assert told["stderr"] == f"first\n{HARMLESS}", "those that are kept where Nomad knows of none"


def test_what_a_check_got(chain: Chain, alice: Person) -> None:
    """Consul tells the body of an answer: the app's own words."""
    app = submit(alice).app
    chain.until(app, ObservedState.RUNNING)
    chain.lab.services.failing[app.slug] = f"HTTP GET http://10.0.0.1/: 500 Output: {HOSTILE}"
    chain.lab.advance()
    for _ in range(5):
        chain.look(app)
        chain.lab.advance()
    assert Claim.objects.get(app=app).tries == 0, "no pass died"
    seen = Observation.objects.get(app=app)
    told = [seen.message, *(each["message"] for each in seen.conditions)]
    told += [str(each.params.get("message") or "") for each in AppEvent.objects.filter(app=app)]
    assert any(HARMLESS in each for each in told)
    assert not any("\x1b" in each or "\u202e" in each for each in told)
    assert operation(App.objects.get(id=app.id)).error is None
