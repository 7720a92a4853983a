"""What goes wrong on the way to running: dead parts, apps that fail, addresses that do not answer."""

import pytest

from kernel.errors import Misconfigured, OutsideConflict, OutsideRefused, Unavailable
from orchestration.explain import REASONS
from orchestration.ports import Answer
from orchestration.states import ObservedState
from orchestration.storage import Home
from tests.fakes import Trouble
from tests.orchestration.examples import NOTEBOOK, RUNTIMES, SECRET, WEB
from tests.orchestration.runs import Run, conditions

JOB = WEB.names.job_id
WRITES = ("write_policy", "write_role", "write_secret", "create_volume", "register", "stop")


def writes(run: Run) -> list[str]:
    calls = [*run.lab.secrets.calls, *run.lab.jobs.calls]
    return [name for name in calls if name in WRITES]


PARTS = [
    ("jobs", "nomad", "JobRegistered"),
    ("secrets", "vault", None),
    ("services", "consul", "Registered"),
    ("routes", "traefik", "Routed"),
]


@pytest.mark.parametrize(("port", "part", "condition"), PARTS)
def test_a_dead_part_is_unknown_and_never_a_failure(port: str, part: str, condition: str | None) -> None:
    run = Run(SECRET)
    run.until_done()
    run.kept["settled"] = frozenset()
    before = writes(run)
    getattr(run.lab, port).cut()
    seen = run.look()
    assert (seen.state, seen.part, seen.reason_code) == (ObservedState.UNKNOWN, part, f"{part}.unavailable")
    assert seen.retryable
    assert writes(run) == before
    if condition:
        assert conditions(seen)[condition] == ("unknown", f"{part}.unavailable")
    getattr(run.lab, port).mend()
    assert run.look().state is ObservedState.RUNNING


def test_what_cannot_get_healthy_without_consul_says_so() -> None:
    """Nomad goes by Consul's checks: with Consul away a started task is never called healthy."""
    run = Run(SECRET)
    run.look()
    assert "register" in run.lab.jobs.calls
    run.lab.services.cut()
    seen = run.look()
    assert (seen.part, seen.state is ObservedState.FAILED) == ("consul", False)
    assert conditions(seen)["Registered"] == ("unknown", "consul.unavailable")
    run.lab.services.mend()
    assert run.until_done().state is ObservedState.RUNNING


@pytest.mark.parametrize(("port", "part", "condition"), [*PARTS, ("addresses", "addresses", "Answering")])
def test_an_app_under_way_waits_for_a_dead_part_and_goes_on(
    port: str, part: str, condition: str | None
) -> None:
    run = Run(SECRET)
    getattr(run.lab, port).cut()
    run.lab.addresses.explains = False
    for _ in range(8):
        seen = run.look()
        run.lab.advance()
    assert (seen.part, seen.state is ObservedState.FAILED) == (part, False)
    getattr(run.lab, port).mend()
    assert run.until_done().state is ObservedState.RUNNING


@pytest.mark.parametrize(
    "method",
    ["write_policy", "write_role", "write_secret", "create_volume", "register", "status", "instances"],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_call_that_fails_before_or_after_its_effect(method: str, after: bool) -> None:
    """The outcome of a write is unknown: repeating it ends in the same place."""
    run = Run(NOTEBOOK)
    for fake in (run.lab.secrets, run.lab.jobs, run.lab.services):
        fake.fail_next(method, after=after)
    assert run.until_done().state is ObservedState.RUNNING
    assert run.lab.jobs.jobs[JOB].version == 0


def test_a_lost_comparison_is_looked_at_again_at_once() -> None:
    run = Run(WEB)
    run.lab.jobs.fail_next("register", OutsideConflict("nomad", "Enforcing job modify index 0"))
    seen = run.look()
    assert (seen.changed, seen.reason_code, seen.look_again_s) == (False, "nomad.conflict", 0.2)
    assert run.until_done().state is ObservedState.RUNNING


def test_a_refusal_of_nomad_is_a_failure_that_stays() -> None:
    run = Run(WEB)
    run.lab.jobs.fail_next("register", OutsideRefused("nomad", "1 error occurred: bad"))
    seen = run.look()
    assert (seen.state, seen.reason_code, seen.retryable) == (ObservedState.FAILED, "nomad.refused", False)
    assert seen.message == "1 error occurred: bad"


def test_a_missing_right_is_an_engineers_matter() -> None:
    run = Run(WEB)
    run.lab.jobs.cut(Misconfigured("nomad", "Permission denied"))
    seen = run.look()
    assert (seen.part, seen.reason_code, seen.look_again_s) == ("nomad", "nomad.misconfigured", 60)


def test_a_token_in_an_error_is_not_told() -> None:
    run = Run(WEB)
    run.lab.jobs.cut(Unavailable("nomad", "refused: Bearer hvs.AAAAAAAAAAAAAAAAAAAAAAAA"))
    assert "hvs." not in (run.look().message or "")


TROUBLES = [
    (
        Trouble("placement"),
        ObservedState.PLACING,
        "placement.exhausted",
        {"dimension": "memory", "nodes": 1, "looked_at": 1, "asked": 256},
    ),
    (
        Trouble("placement", constraints={"missing drivers": 3}),
        ObservedState.PLACING,
        "placement.driver",
        {"constraint": "missing drivers", "nodes": 3, "looked_at": 1},
    ),
    (
        Trouble("placement", constraints={"${meta.gpu} = yes": 2}),
        ObservedState.PLACING,
        "placement.constraint",
        {"constraint": "${meta.gpu} = yes", "nodes": 2, "looked_at": 1},
    ),
    (Trouble("image"), ObservedState.FAILED, "image.missing", {"image": "lab/wiki:1.4"}),
    (
        Trouble("image", message="Failed to pull `lab/wiki:1.4`: unauthorized"),
        ObservedState.FAILED,
        "image.refused",
        {"image": "lab/wiki:1.4"},
    ),
    (Trouble("exit", exit_code=3), ObservedState.FAILED, "task.exit", {"exit_code": 3}),
    (Trouble("oom"), ObservedState.FAILED, "task.oom", {"memory_mib": 256}),
    (Trouble("unhealthy"), ObservedState.FAILED, "check.failing", {"asked": "GET /health"}),
    (Trouble("slow"), ObservedState.STARTING, "task.starting", {}),
]


@pytest.mark.parametrize(("trouble", "state", "code", "facts"), TROUBLES, ids=[t[2] for t in TROUBLES])
def test_why_it_does_not_run(
    trouble: Trouble, state: ObservedState, code: str, facts: dict[str, object]
) -> None:
    run = Run(WEB)
    run.lab.jobs.trouble[JOB] = trouble
    for _ in range(8):
        seen = run.look()
        run.lab.advance()
    assert (seen.state, seen.reason_code, seen.facts) == (state, code, facts)
    assert set(facts) <= set(REASONS[code].facts)


def test_what_ran_on_a_machine_that_is_lost_and_stands_nowhere_else() -> None:
    run = Run(WEB)
    run.until_done()
    for alloc in run.lab.jobs.jobs[JOB].allocations:
        alloc.client_status = "lost"
    seen = run.look()
    assert (seen.state, seen.reason_code) == (ObservedState.FAILED, "task.lost")


@pytest.mark.parametrize(
    ("home", "code"), [(Home("n", "down"), "volume.node_away"), (Home("n", ""), "volume.node_gone")]
)
def test_what_has_its_data_on_a_lost_machine_waits_for_it(home: Home, code: str) -> None:
    """No other machine is looked for, whatever is said of an app without data."""
    run = Run(NOTEBOOK)
    run.until_done()
    name = NOTEBOOK.names.volume("work")
    run.lab.jobs.homes[name] = home
    run.lab.jobs.lose_node(JOB)
    seen = run.look()
    assert (seen.state, seen.reason_code, seen.failed) == (ObservedState.PLACING, code, False)
    assert (seen.facts["volume"], seen.facts["node"]) == ("work", "n")
    run.lab.jobs.trouble[JOB] = Trouble("placement", constraints={"missing compatible host volumes": 2})
    run.lab.advance()
    assert run.look().reason_code == code
    del run.lab.jobs.homes[name], run.lab.jobs.trouble[JOB]
    assert run.until_done().state is ObservedState.RUNNING


def test_a_task_that_cannot_log_in_to_vault() -> None:
    run = Run(SECRET)
    run.look()
    run.lab.secrets.roles.clear()
    for _ in range(6):
        run.lab.advance()
        seen = run.look()
    assert seen.reason_code == "vault.login"


def test_a_failed_app_gets_running_when_the_trouble_is_gone_and_a_retry_is_asked() -> None:
    run = Run(WEB)
    run.lab.jobs.trouble[JOB] = Trouble("exit")
    for _ in range(6):
        assert not run.look().done
        run.lab.advance()
    del run.lab.jobs.trouble[JOB]
    run.release(restart_token="retry-1")
    assert run.until_done().state is ObservedState.RUNNING


def test_nothing_starts_for_ever() -> None:
    """Every moving state has a deadline, and a late success still counts."""
    run = Run(WEB)
    run.lab.jobs.trouble[JOB] = Trouble("slow")
    run.look()
    run.lab.advance(3)
    run.clock.tick(WEB.healthy_deadline_s + 61)
    seen = run.look()
    assert (seen.state, seen.reason_code) == (ObservedState.FAILED, "deadline.passed")
    assert seen.retryable
    del run.lab.jobs.trouble[JOB]
    assert run.until_done().state is ObservedState.RUNNING


def test_a_reverted_release_is_told_and_not_sent_again() -> None:
    """Nomad went back to the release before: sending the bad one again would go on for ever."""
    run = Run(WEB)
    run.until_done()
    run.release(release=4, env={"WIKI_TITLE": "broken"})
    run.lab.jobs.trouble[JOB] = Trouble("exit", exit_code=9, release=4)
    for _ in range(9):
        run.look()
        run.lab.advance()
    registered = run.lab.jobs.count("register")
    for _ in range(5):
        seen = run.look()
        run.lab.advance()
    assert (seen.state, seen.reason_code) == (ObservedState.DEGRADED, "job.reverted")
    assert seen.failed
    assert not seen.done
    assert seen.facts == {"release": 4, "serves": 3, "cause": "task.exit", "exit_code": 9}
    assert conditions(seen)["Answering"] == ("true", ""), "the release before was asked, not only believed"
    assert run.lab.jobs.count("register") == registered
    run.release(release=5, env={"WIKI_TITLE": "mended"})
    assert run.until_done().state is ObservedState.RUNNING


def test_some_of_the_copies_is_degraded() -> None:
    run = Run(RUNTIMES["docker-files"])
    run.until_done()
    lost = run.lab.jobs.jobs[JOB].current()[0]
    lost.say("Terminated", "Exit Code: 1", exit_code=1)
    lost.client_status = "failed"
    seen = run.look()
    assert seen.state is ObservedState.DEGRADED
    assert seen.facts == {"exit_code": 1, "healthy": 1, "wanted": 2}
    assert conditions(seen)["Answering"] == ("true", "")
    assert not seen.done


ANSWERS = [
    (Answer(status=500), "answer.status"),
    (Answer(status=421), "answer.status"),
    (Answer(status=503, from_portal=True), "answer.portal"),
    (Answer(status=None, error="tls", detail="certificate verify failed"), "answer.tls"),
    (Answer(status=None, error="refused"), "answer.refused"),
    (Answer(status=None, error="timeout"), "answer.timeout"),
    (Answer(status=None, error="dns"), "answer.dns"),
    (Answer(status=None, error="reset"), "answer.reset"),
]


@pytest.mark.parametrize(("answer", "code"), ANSWERS)
def test_running_is_said_only_when_the_address_answers(answer: Answer, code: str) -> None:
    run = Run(WEB)
    run.lab.addresses.said[WEB.route.host] = answer
    for _ in range(8):
        seen = run.look()
        run.lab.advance()
    assert (seen.state, seen.reason_code) == (ObservedState.STARTING, code)
    assert conditions(seen)["Answering"] == ("false", code)
    run.clock.tick(WEB.healthy_deadline_s + 61)
    assert run.look().state is ObservedState.FAILED
    assert run.look(answered_before=True).state is ObservedState.DEGRADED


def test_a_login_redirect_is_an_answer() -> None:
    run = Run(WEB)
    run.lab.addresses.said[WEB.route.host] = Answer(status=302)
    assert run.until_done().state is ObservedState.RUNNING


def test_a_router_that_traefik_turned_off() -> None:
    run = Run(WEB)
    run.until_done()
    name = next(name for name, _ in run.lab.routes.routers)
    run.lab.routes.broken[name] = "unknown TLS options: intermediate@file"
    run.lab.advance()
    seen = run.look()
    assert (seen.state, seen.reason_code) == (ObservedState.DEGRADED, "route.disabled")
    assert seen.message == "unknown TLS options: intermediate@file"


def test_a_check_that_fails_later() -> None:
    run = Run(WEB)
    run.until_done()
    run.lab.services.failing[WEB.names.service] = "HTTP GET: 500 Internal Server Error"
    run.lab.advance()
    seen = run.look()
    assert (seen.state, seen.reason_code) == (ObservedState.DEGRADED, "check.failing")


def test_looks_get_rarer_the_longer_it_takes() -> None:
    run = Run(WEB)
    waits = []
    for _ in range(5):
        waits.append(run.look().look_again_s)
        run.clock.tick(60)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.2, 12)
