"""From a request to a running app and back, over real tables and a lab in memory."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.quotas.models import Charge
from apps.quotas.selectors import figures
from apps.workloads import services
from apps.workloads.enums import Desired, OperationState
from apps.workloads.models import App, AppEvent, Claim, Observation
from kernel.errors import Conflict, QuotaExceeded
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain, operation
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import remove, submit
from tests.fakes import Trouble

RUNNING, FAILED, STOPPED, GONE = (
    ObservedState.RUNNING,
    ObservedState.FAILED,
    ObservedState.STOPPED,
    ObservedState.GONE,
)


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


def charges(app: App) -> dict[str, tuple[int, int]]:
    return {each.dimension: (each.used, each.reserved) for each in Charge.objects.filter(holder=app.id)}


def test_from_request_to_answering_address(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    seen = chain.until(app, RUNNING)
    assert {each["type"]: each["status"] for each in seen.conditions} == {
        "SecretsReady": "true",
        "JobRegistered": "true",
        "Healthy": "true",
        "Registered": "true",
        "Routed": "true",
        "Answering": "true",
    }
    assert (seen.generation, seen.release, seen.reason_code) == (1, 1, "")
    assert operation(app).state == OperationState.SUCCEEDED
    assert [each["status"] for each in operation(app).steps] == ["true"] * 6
    assert charges(app) == {"apps": (1, 0), "cpu_mhz": (100, 0), "memory_mib": (64, 0)}
    due = Claim.objects.get(app=app)
    assert due.due_at is not None
    assert (due.due_at - timezone.now()).total_seconds() > 200
    assert due.tries == 0


def test_the_timeline_tells_each_step_once(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    chain.look(app)
    codes = list(AppEvent.objects.filter(app=app).order_by("id").values_list("code", flat=True))
    for step in ("SecretsReady", "JobRegistered", "Healthy", "Registered", "Routed", "Answering"):
        assert codes.count(f"step.{step}") == 1
    assert codes.count("state.running") == 1


def test_a_second_and_third_look_change_nothing_outside(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    index = chain.lab.jobs.jobs[app.slug].modify_index
    secrets = chain.lab.secrets.paths[f"apps/{app.slug}"].version
    for _ in range(3):
        chain.look(app)
    assert chain.lab.jobs.jobs[app.slug].modify_index == index
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].version == secrets
    assert chain.lab.jobs.count("register") == 1


def test_stop_frees_what_runs_and_start_takes_it_again(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    services.stop(actor=actor(alice), app_id=app.id)
    assert charges(app)["cpu_mhz"] == (100, 0), "charged until it is seen stopped"
    chain.until(app, STOPPED)
    assert charges(app) == {"apps": (1, 0)}
    assert operation(app).state == OperationState.SUCCEEDED
    assert App.objects.get(id=app.id).host == "wiki.apps.localhost"
    services.start(actor=actor(alice), app_id=app.id)
    assert charges(app)["cpu_mhz"] == (0, 100)
    chain.until(app, RUNNING)
    assert charges(app)["cpu_mhz"] == (100, 0)


def test_start_is_refused_where_the_quota_is_taken_meanwhile(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    services.stop(actor=actor(alice), app_id=app.id)
    chain.until(app, STOPPED)
    submit(alice, "greedy", resources={"cpu_mhz": 4000})
    with pytest.raises(QuotaExceeded):
        services.start(actor=actor(alice), app_id=app.id)
    assert App.objects.get(id=app.id).desired == Desired.STOPPED


def test_deletion_leaves_nothing_anywhere(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    assert set(chain.left()) == {"jobs", "paths", "policies", "roles", "services", "routers"}
    remove(alice, app.id)
    chain.until(app, GONE)
    assert chain.left() == {}
    assert charges(app) == {}
    assert all(each.used == each.reserved == 0 for each in figures(app.project_id))
    row = App.objects.get(id=app.id)
    assert (row.desired, row.host) == (Desired.ABSENT, None)
    assert row.gone_at is not None
    assert operation(app).state == OperationState.SUCCEEDED
    assert Claim.objects.get(app=app).due_at is None
    assert submit(alice).app.host == "wiki.apps.localhost", "the host is free again"


def test_a_failure_keeps_the_last_words_and_the_quota_and_can_be_retried(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.lab.jobs.trouble[app.slug] = Trouble("exit", exit_code=3)
    chain.look(app)
    chain.lab.settle()
    for alloc in chain.lab.jobs.jobs[app.slug].allocations:
        text = "\n".join(f"line {number}" for number in range(300))
        chain.lab.jobs.logs[alloc.id, "stderr"] = f"{text}\nAuthorization: Bearer abcdef"
    seen = chain.until(app, FAILED)
    assert seen.reason_code == "task.exit"
    assert seen.facts["exit_code"] == 3
    lines = seen.logs["stderr"].splitlines()
    assert len(lines) == 200
    assert "abcdef" not in seen.logs["stderr"]
    failed = operation(app)
    assert failed.state == OperationState.FAILED
    assert failed.error is not None
    assert failed.error["code"] == "task.exit"
    assert charges(app)["cpu_mhz"][0] + charges(app)["cpu_mhz"][1] == 100

    del chain.lab.jobs.trouble[app.slug]
    services.retry(actor=actor(alice), app_id=app.id)
    with pytest.raises(Conflict):
        services.retry(actor=actor(alice), app_id=app.id)
    chain.until(app, RUNNING)
    assert Observation.objects.get(app=app).logs == {}


def test_a_failed_app_can_be_deleted(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.lab.jobs.trouble[app.slug] = Trouble("image")
    chain.until(app, FAILED)
    remove(alice, app.id)
    chain.until(app, GONE)
    assert chain.left() == {}
    assert charges(app) == {}


def test_a_request_that_waits_can_be_deleted(chain: Chain, alice: Person) -> None:
    made = submit(alice, resources={"cpu_mhz": 5000}, reason="please")
    done = services.delete(actor=actor(alice), app_id=made.app.id)
    assert done.state == OperationState.SUCCEEDED
    assert App.objects.get(id=made.app.id).gone_at is not None
    assert chain.look(made.app) is None
    assert chain.left() == {}


def test_a_members_secret_is_waited_for_without_a_deadline(chain: Chain, alice: Person) -> None:
    catalogue.template("asking", secrets=catalogue.MEMBER_SECRET)
    app = submit(alice, template="asking").app
    chain.look(app)
    App.objects.filter(id=app.id).update(desired_since=timezone.now() - timedelta(hours=5))
    chain.look(app)
    seen = Observation.objects.get(app=app)
    assert (seen.state, seen.reason_code) == ("pending", "secret.awaiting_member")
    assert seen.facts == {"names": ["password"]}
    chain.lab.secrets.write_secret(f"apps/{app.slug}", {"password": "x" * 12}, cas=0, metadata={})
    chain.until(app, RUNNING)


def test_restart_replaces_the_allocation(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    services.restart(actor=actor(alice), app_id=app.id)
    assert not chain.reached(app), "pages say: updating"
    chain.until(app, RUNNING)
    assert len(chain.lab.jobs.jobs[app.slug].allocations) == 2
    assert operation(app).state == OperationState.SUCCEEDED


def test_what_is_written_in_vain_is_written_once(
    chain: Chain, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else undoes each write: no quarrel without end within one look."""
    writes: list[str] = []
    monkeypatch.setattr(chain.lab.secrets, "write_policy", lambda name, _text: writes.append(name))
    catalogue.template("asking", secrets=catalogue.MEMBER_SECRET)
    app = submit(alice, template="asking").app
    chain.look(app)
    assert len(writes) == 1
    assert Observation.objects.get(app_id=app.id).reason_code == "part.differs"
