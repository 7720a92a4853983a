"""From nothing to running, one change a pass, and every way to stay on the road."""

from dataclasses import replace

import pytest

from orchestration.policy import PolicyRules
from orchestration.specs import AppSpec, DockerRuntime
from orchestration.states import ObservedState
from tests.orchestration.examples import MEMBER_SECRET, NOTEBOOK, RUNTIMES, SECRET, WEB, rules_for
from tests.orchestration.runs import Run, conditions

JOB = WEB.names.job_id
WRITES = ("write_policy", "write_role", "write_secret", "create_volume", "register", "stop")


def writes(run: Run) -> list[str]:
    calls = [*run.lab.secrets.calls, *run.lab.jobs.calls]
    return [name for name in calls if name in WRITES]


@pytest.mark.parametrize("name", sorted(RUNTIMES))
def test_every_kind_of_app_gets_running(name: str) -> None:
    run = Run(RUNTIMES[name])
    seen = run.until_done()
    assert seen.state is ObservedState.RUNNING
    assert {status for status, _ in conditions(seen).values()} == {"true"}
    assert seen.used
    assert seen.look_again_s == 60


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        (WEB, {"JobRegistered", "Healthy", "Registered", "Routed", "Answering"}),
        (SECRET, {"SecretsReady", "JobRegistered", "Healthy", "Registered", "Routed", "Answering"}),
        (RUNTIMES["tcp"], {"JobRegistered", "Healthy", "Registered", "Routed"}),
        (RUNTIMES["no-route"], {"JobRegistered", "Healthy"}),
    ],
)
def test_only_the_conditions_that_apply(spec: AppSpec, types: set[str]) -> None:
    run = Run(spec)
    assert set(conditions(run.one())) == types
    assert set(conditions(run.until_done())) == types


def test_one_change_a_pass_in_order() -> None:
    run = Run(NOTEBOOK)
    order = ("write_policy", "write_role", "write_secret", "create_volume", "register")
    for number in range(1, len(order) + 1):
        seen = run.one(settled=frozenset())
        assert seen.changed
        assert len(writes(run)) == number
    assert tuple(each for each in order if each in writes(run)) == order
    assert not run.one().changed


def test_what_was_just_written_is_being_made() -> None:
    assert conditions(Run(WEB).one())["JobRegistered"] == ("false", "working")


def test_what_is_settled_is_not_read_again() -> None:
    """Waiting for health asks Nomad alone; Vault is not asked each time."""
    run = Run(SECRET)
    run.look()
    before = len(run.lab.secrets.calls)
    run.look()
    assert len(run.lab.secrets.calls) == before


def test_a_steady_app_is_only_looked_at() -> None:
    run = Run(NOTEBOOK)
    run.until_done()
    before = writes(run)
    run.kept["settled"] = frozenset()
    for _ in range(3):
        assert run.look().done
    assert writes(run) == before


def test_generated_secrets_are_drawn_once() -> None:
    """A write whose answer is lost is not repeated with another value."""
    run = Run(SECRET)
    run.lab.secrets.fail_next("write_secret", after=True)
    run.look()
    first = run.lab.secrets.paths[SECRET.names.secret_path].values.copy()
    run.until_done()
    assert run.lab.secrets.paths[SECRET.names.secret_path].values == first
    assert len(first["password"]) == 24


def test_a_members_secret_is_waited_for() -> None:
    run = Run(MEMBER_SECRET)
    seen = run.look()
    assert (seen.state, seen.reason_code) == (ObservedState.PENDING, "secret.awaiting_member")
    assert seen.facts == {"names": ["api_key"]}
    assert JOB not in run.lab.jobs.jobs
    assert list(run.lab.secrets.paths[SECRET.names.secret_path].values) == ["password"]
    path = SECRET.names.secret_path
    run.lab.secrets.write_secret(path, {"api_key": "x"}, cas=1, metadata={})
    assert run.until_done().state is ObservedState.RUNNING


def test_a_job_that_somebody_changed_is_made_right_again() -> None:
    run = Run(WEB)
    run.until_done()
    run.lab.jobs.jobs[JOB].raw["TaskGroups"][0]["Count"] = 7
    assert run.look().state is not ObservedState.RUNNING
    assert run.until_done().state is ObservedState.RUNNING
    assert run.lab.jobs.jobs[JOB].raw["TaskGroups"][0]["Count"] == 1


def test_a_job_that_vanished_is_made_again() -> None:
    run = Run(WEB)
    run.until_done()
    run.lab.jobs.stop(JOB, purge=True)
    assert run.until_done().state is ObservedState.RUNNING


def test_a_stopped_job_is_started_again() -> None:
    run = Run(WEB)
    run.until_done()
    run.until_done("stopped")
    run.kept = {}
    assert run.until_done().state is ObservedState.RUNNING


def test_a_policy_that_somebody_widened_is_made_right_again() -> None:
    run = Run(SECRET)
    run.until_done()
    name = SECRET.names.vault_policy
    right = run.lab.secrets.policies[name]
    run.lab.secrets.policies[name] = right.replace("read", "sudo")
    run.kept["settled"] = frozenset()
    run.look()
    assert run.lab.secrets.policies[name] == right


def test_what_stays_different_is_written_once_and_told() -> None:
    """Something else writes there too: no endless quarrel, and no secret drawn again and again."""
    run = Run(SECRET)
    run.lab.secrets.roles[SECRET.names.vault_role] = {}
    run.lab.secrets.write_role = lambda *_: None  # type: ignore[method-assign]
    seen = run.look()
    assert (seen.state, seen.reason_code, seen.facts) == (
        ObservedState.FAILED,
        "part.differs",
        {"part": "vault_role"},
    )
    assert not seen.changed


NOT_OURS = [
    ("job", "job.not_ours", "a hand-made job of that name"),
    ("policy", "vault.not_ours", "an engineer's policy"),
    ("secret", "secret.not_ours", "another app's path"),
]


@pytest.mark.parametrize(("what", "code", "reason"), NOT_OURS)
def test_what_is_not_ours_is_never_touched(what: str, code: str, reason: str) -> None:
    run = Run(SECRET)
    if what == "job":
        run.lab.jobs.register({"ID": JOB, "TaskGroups": [{"Tasks": []}]}, expected_index=0)
    elif what == "policy":
        run.lab.secrets.policies[SECRET.names.vault_policy] = 'path "*" {}'
    else:
        run.lab.secrets.write_secret(
            SECRET.names.secret_path, {"x": "y"}, cas=0, metadata={"paillasse.app": "another"}
        )
    before = len([each for each in writes(run) if each in {"register", "write_policy", "write_secret"}])
    seen = run.look()
    assert (seen.state, seen.reason_code, seen.retryable) == (ObservedState.FAILED, code, False), reason
    after = [
        each
        for each in writes(run)
        if each == {"job": "register", "policy": "write_policy"}.get(what, "write_secret")
    ]
    assert len(after) == (before if what != "secret" else 1), reason


REFUSALS: list[tuple[AppSpec, dict[str, object], str, str]] = [
    (replace(WEB, env={"A": "${attr.kernel.name}"}), {}, "spec.refused", "text that Nomad reads"),
    (WEB, {"image_prefixes": ("other/",)}, "policy.refused", "an image of nobody's"),
    (replace(WEB, runtime=DockerRuntime("lab/wiki:latest")), {}, "policy.refused", "an image that moves"),
    (WEB, {"max_memory_mib": 100}, "policy.refused", "beyond the lab's ceiling"),
]


@pytest.mark.parametrize(("spec", "bounds", "code", "reason"), REFUSALS)
def test_what_may_not_be_sent_is_not_sent(
    spec: AppSpec, bounds: dict[str, object], code: str, reason: str
) -> None:
    run = Run(spec)
    rules: PolicyRules = rules_for(spec, **bounds)
    run.clock.rules = rules
    seen = run.look()
    assert (seen.state, seen.reason_code, seen.retryable) == (ObservedState.FAILED, code, False), reason
    assert "register" not in writes(run), reason


def test_a_change_waits_until_nomad_can_go_back_to_what_stands() -> None:
    """A deployment that is healthy and not yet ended would be cancelled: no version would be stable."""
    run = Run(WEB)
    run.until_done()
    run.release(release=4, env={"WIKI_TITLE": "new"})
    standing = run.lab.jobs.jobs[WEB.names.job_id]
    standing.deployment = "running"
    registered = run.lab.jobs.count("register")
    seen = run.look()
    assert (seen.reason_code, seen.failed) == ("job.evaluating", False)
    assert run.lab.jobs.count("register") == registered
    standing.deployment = "successful"
    assert run.until_done().state is ObservedState.RUNNING
    assert run.lab.jobs.count("register") == registered + 1


def test_a_change_waits_for_no_deployment_that_does_not_end() -> None:
    run = Run(WEB)
    run.until_done()
    run.release(release=4, env={"WIKI_TITLE": "new"})
    run.lab.jobs.jobs[WEB.names.job_id].deployment = "running"
    run.clock.tick(21)
    registered = run.lab.jobs.count("register")
    run.look()
    assert run.lab.jobs.count("register") == registered + 1
