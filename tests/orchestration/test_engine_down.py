"""Stop, sleep, archive, remove: each part is seen gone before the next is touched."""

from dataclasses import replace

import pytest

from kernel.errors import Misconfigured
from orchestration.specs import Desired, Volume
from orchestration.states import ObservedState
from orchestration.storage import Home
from tests.orchestration.examples import NOTEBOOK, SECRET, WEB
from tests.orchestration.runs import Run

JOB = WEB.names.job_id
ENDS: list[tuple[Desired, ObservedState, frozenset[str]]] = [
    ("stopped", ObservedState.STOPPED, frozenset({"running"})),
    ("asleep", ObservedState.ASLEEP, frozenset({"running"})),
    ("archived", ObservedState.ARCHIVED, frozenset({"running"})),
    ("absent", ObservedState.GONE, frozenset({"running", "storage"})),
]


def running() -> Run:
    run = Run(NOTEBOOK)
    run.until_done()
    return run


@pytest.mark.parametrize(("desired", "state", "released"), ENDS)
def test_every_end_is_reached(desired: Desired, state: ObservedState, released: frozenset[str]) -> None:
    run = running()
    seen = run.until_done(desired)
    assert (seen.state, seen.released, seen.conditions) == (state, released, ())
    assert not seen.used


@pytest.mark.parametrize(("desired", "state", "released"), ENDS)
def test_every_end_is_reached_from_nothing(
    desired: Desired, state: ObservedState, released: frozenset[str]
) -> None:
    """A job that Nomad has collected, or that never was, is no trouble."""
    run = Run(NOTEBOOK)
    seen = run.one(desired)
    assert (seen.state, seen.released, seen.changed) == (state, released, False)


def test_stopping_waits_until_nothing_runs() -> None:
    run = running()
    seen = run.look("stopped")
    assert (seen.state, seen.reason_code, seen.done) == (ObservedState.STOPPING, "job.stopping", False)
    assert seen.released == frozenset()
    assert seen.used
    run.lab.advance()
    assert run.look("stopped").released == {"running"}


@pytest.mark.parametrize("desired", ["stopped", "asleep", "archived"])
def test_secrets_and_volumes_stay(desired: Desired) -> None:
    run = running()
    run.until_done(desired)
    assert NOTEBOOK.names.secret_path in run.lab.secrets.paths
    assert NOTEBOOK.names.vault_policy in run.lab.secrets.policies
    assert NOTEBOOK.names.volume("work") in run.lab.jobs.volumes


def test_absent_leaves_nothing() -> None:
    run = running()
    run.until_done("absent")
    lab = run.lab
    assert not lab.jobs.jobs
    assert not lab.jobs.volumes
    assert [*lab.secrets.paths, *lab.secrets.policies, *lab.secrets.roles] == []
    assert not lab.services.registered
    assert not lab.routes.routers


def test_a_volume_on_a_machine_that_is_away_is_named_and_waited_for() -> None:
    run, name = running(), NOTEBOOK.names.volume("work")
    run.lab.jobs.homes[name] = Home("node-7", "down", 1_790_000_000)
    for _ in range(10):
        seen = run.look("absent")
        run.lab.advance()
    assert (seen.state, seen.reason_code, seen.part) == (ObservedState.STOPPING, "volume.node_away", None)
    assert seen.facts == {"volume": "work", "node": "node-7", "since": "2026-09-21T14:13:20+00:00"}
    assert "storage" not in seen.released
    assert name in run.lab.jobs.volumes
    del run.lab.jobs.homes[name]
    assert run.until_done("absent").state is ObservedState.GONE


def test_a_machine_that_nomad_forgot_holds_no_purge_up() -> None:
    run = running()
    run.lab.jobs.homes[NOTEBOOK.names.volume("work")] = Home("0a1b2c3d", "")
    assert run.until_done("absent").state is ObservedState.GONE
    assert not run.lab.jobs.volumes


def test_what_can_be_deleted_is_though_another_s_machine_is_away() -> None:
    kept = Volume("old", 16, "old")
    run = running()
    run.spec = replace(run.spec, kept=(kept,))
    run.lab.drivers().jobs.create_volume(NOTEBOOK.names.volume("old"), size_mib=16)
    run.lab.jobs.homes[NOTEBOOK.names.volume("work")] = Home("node-7", "disconnected")
    for _ in range(10):
        seen = run.look("absent")
        run.lab.advance()
    assert seen.reason_code == "volume.node_away"
    assert list(run.lab.jobs.volumes) == [NOTEBOOK.names.volume("work")]


def test_one_deletion_a_pass_in_order() -> None:
    run = running()
    seen = []
    for _ in range(30):
        passed = run.one("absent")
        seen.append((passed.changed, run.lab.jobs.calls[-1:] + run.lab.secrets.calls[-1:]))
        run.lab.advance()
        if passed.done:
            break
    calls = [name for name in run.lab.secrets.calls if name.startswith(("delete", "destroy"))]
    assert calls == ["delete_role", "delete_policy", "destroy_secret"]
    assert run.lab.jobs.count("stop") == 2
    assert run.lab.jobs.count("delete_volume") == 1
    assert sum(changed for changed, _ in seen) == 6


def test_without_the_right_to_purge_dead_counts_as_gone() -> None:
    run = running()
    run.lab.jobs.may_purge = False
    seen = run.until_done("absent")
    assert seen.state is ObservedState.GONE
    assert run.lab.jobs.jobs[JOB].stopped


def test_a_service_that_lingers_holds_the_deletion_up() -> None:
    """Vault is not touched while something of the app may still be there to ask for its secret."""
    run = running()
    ghost = next(iter(run.lab.services.registered.values()))
    run.one("absent")
    run.lab.jobs.advance()
    run.lab.services.put(ghost)
    seen = run.look("absent")
    assert (seen.state, seen.reason_code) == (ObservedState.STOPPING, "service.lingering")
    assert NOTEBOOK.names.vault_role in run.lab.secrets.roles


@pytest.mark.parametrize("port", ["jobs", "secrets", "services", "routes"])
def test_a_dead_part_never_counts_as_gone(port: str) -> None:
    run = running()
    getattr(run.lab, port).cut()
    for _ in range(10):
        seen = run.look("absent")
        run.lab.advance()
    assert not seen.done
    assert seen.part is not None
    assert NOTEBOOK.names.secret_path in run.lab.secrets.paths
    assert NOTEBOOK.names.volume("work") in run.lab.jobs.volumes
    getattr(run.lab, port).mend()
    assert run.until_done("absent").state is ObservedState.GONE


@pytest.mark.parametrize(
    "method",
    ["stop", "delete_role", "delete_policy", "destroy_secret", "delete_volume", "volume_exists", "list_ours"],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_deletion_whose_answer_is_lost_is_repeated(method: str, after: bool) -> None:
    run = running()
    for fake in (run.lab.jobs, run.lab.secrets, run.lab.services, run.lab.routes):
        fake.fail_next(method, after=after)
    assert run.until_done("absent", limit=30).state is ObservedState.GONE


@pytest.mark.parametrize("desired", ["stopped", "asleep", "archived", "absent"])
def test_a_job_that_is_not_ours_is_not_stopped(desired: Desired) -> None:
    run = Run(SECRET)
    run.lab.jobs.register(
        {"ID": JOB, "TaskGroups": [{"Tasks": []}], "Meta": {"owner": "x"}}, expected_index=0
    )
    seen = run.look(desired)
    assert (seen.state, seen.reason_code, seen.retryable) == (ObservedState.FAILED, "job.not_ours", False)
    assert run.lab.jobs.count("stop") == 0


def test_vault_objects_of_others_stay() -> None:
    run = running()
    run.lab.secrets.policies[NOTEBOOK.names.vault_policy] = 'path "*" {}'
    run.lab.secrets.paths[NOTEBOOK.names.secret_path].metadata["paillasse.app"] = "another"
    assert run.until_done("absent").state is ObservedState.GONE
    assert NOTEBOOK.names.vault_policy in run.lab.secrets.policies
    assert NOTEBOOK.names.secret_path in run.lab.secrets.paths


def test_another_apps_objects_stay() -> None:
    """No name is another's prefix: removing one app leaves its neighbour whole."""
    run = running()
    other = replace(NOTEBOOK.names, slug="genomics-wiki--7f3k2r")
    neighbour = Run(
        replace(NOTEBOOK, names=other, app_id="another", route=replace(WEB.route, host="b.apps.example.org")),
        run.lab,
    )
    neighbour.until_done()
    run.until_done("absent")
    assert neighbour.look().state is ObservedState.RUNNING
    assert neighbour.lab.secrets.policies.keys() == {other.vault_policy}


def test_a_missing_right_is_told_while_stopping() -> None:
    run = running()
    run.lab.jobs.fail_next("stop", Misconfigured("nomad", "Permission denied"))
    seen = run.look("stopped")
    assert (seen.reason_code, seen.part) == ("nomad.misconfigured", "nomad")
