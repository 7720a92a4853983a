"""Whatever fails and whenever: the app runs in the end, once, and goes in the end, wholly."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import OutsideConflict, Unavailable
from orchestration.states import ObservedState
from tests.orchestration.examples import NOTEBOOK
from tests.orchestration.runs import Run

METHODS = {
    "jobs": ("status", "register", "stop", "volume_exists", "create_volume", "delete_volume"),
    "secrets": (
        "secret_state",
        "write_secret",
        "policy",
        "write_policy",
        "role",
        "write_role",
        "delete_role",
        "delete_policy",
        "destroy_secret",
    ),
    "services": ("instances",),
    "routes": ("router", "list_ours"),
    "addresses": ("ask",),
}
FAULT = st.tuples(
    st.sampled_from([(port, method) for port, methods in METHODS.items() for method in methods]),
    st.booleans(),
    st.booleans(),
)
#: before each look: calls that will fail, steps of the lab, and whether the worker forgot what it knew
STORM = st.lists(st.tuples(st.lists(FAULT, max_size=4), st.integers(0, 2), st.booleans()), max_size=12)


def blow(run: Run, storm: list[Any], desired: Any) -> None:
    for faults, steps, forgot in storm:
        for (port, method), after, conflict in faults:
            error = OutsideConflict(port) if conflict and not after else Unavailable(port)
            getattr(run.lab, port).fail_next(method, error, after=after)
        if forgot:
            run.kept = {}
        seen = run.look(desired)
        assert seen.state is not ObservedState.FAILED
        run.lab.advance(steps)
        run.clock.tick(0.2)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(up=STORM, down=STORM)
def test_a_storm_costs_time_and_nothing_else(up: list[Any], down: list[Any]) -> None:
    run = Run(NOTEBOOK)
    blow(run, up, "present")
    assert run.until_done(limit=80).state is ObservedState.RUNNING
    assert run.lab.jobs.jobs[NOTEBOOK.names.job_id].version == 0
    assert len(run.lab.jobs.jobs[NOTEBOOK.names.job_id].live()) == 1
    blow(run, down, "absent")
    assert run.until_done("absent", limit=80).state is ObservedState.GONE
    lab = run.lab
    left = [*lab.jobs.jobs, *lab.jobs.volumes, *lab.secrets.paths, *lab.secrets.policies, *lab.secrets.roles]
    assert [*left, *lab.services.registered, *lab.routes.routers] == []
