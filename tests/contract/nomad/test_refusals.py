"""What cannot be placed, and who may do what."""

from collections.abc import Callable

import pytest

from tests.contract.nomad import examples
from tests.contract.nomad.servers import GUARDED
from tests.contract.nomad.target import Json, Target
from tests.waiting import wait_for


def _waiting(nomad: Target, job: Json) -> Json:
    """The metrics of a job that finds no place, read from its evaluation."""
    answer = nomad.register(job)
    evaluation = nomad.evaluated(answer["EvalID"])
    assert evaluation["BlockedEval"]
    blocked = nomad.get(f"/v1/evaluation/{evaluation['BlockedEval']}")
    assert blocked["Status"] == "blocked"
    found: Json = evaluation["FailedTGAllocs"]["main"]
    return found


def _big() -> Json:
    job = examples.sleeper("big")
    job["TaskGroups"][0]["Tasks"][0]["Resources"] = {"CPU": 50, "MemoryMB": 9_000_000}
    return job


def _elsewhere() -> Json:
    return {**examples.sleeper("elsewhere"), "Datacenters": ["nowhere"]}


def _strange_driver() -> Json:
    job = examples.sleeper("warp")
    job["TaskGroups"][0]["Tasks"][0]["Driver"] = "warp"
    return job


def _constrained() -> Json:
    rule = {"LTarget": "${attr.kernel.name}", "Operand": "=", "RTarget": "plan9"}
    return {**examples.sleeper("constrained"), "Constraints": [rule]}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(_big, {"DimensionExhausted": {"memory": 1}, "NodesExhausted": 1}, id="too big"),
        pytest.param(_elsewhere, {"NodesAvailable": {}, "NodesEvaluated": 0}, id="no such datacenter"),
        pytest.param(
            _strange_driver,
            {"ConstraintFiltered": {"missing drivers": 1}, "NodesFiltered": 1},
            id="no such driver",
        ),
        pytest.param(
            _constrained,
            {"ConstraintFiltered": {"${attr.kernel.name} = plan9": 1}, "NodesFiltered": 1},
            id="a constraint that no node fulfils",
        ),
    ],
)
def test_why_nothing_is_placed(nomad: Target, make: Callable[[], Json], says: Json) -> None:
    job = make()
    body = {"Job": nomad.placed(job), "Diff": True}
    try:
        plan = nomad.send("POST", f"/v1/job/{job['ID']}/plan", body)
        planned = plan["FailedTGAllocs"]["main"]
        waiting = _waiting(nomad, job)
        for found in (planned, waiting):
            assert {key: found[key] for key in says} == says
        summary = nomad.get(f"/v1/job/{job['ID']}/summary")
        assert summary["Summary"]["main"]["Queued"] == 1
    finally:
        nomad.purge(job["ID"])


def test_a_blocked_job_starts_when_it_is_made_smaller(nomad: Target) -> None:
    job = _big()
    try:
        _waiting(nomad, job)
        job["TaskGroups"][0]["Tasks"][0]["Resources"] = {"CPU": 50, "MemoryMB": 32}
        nomad.register(job)
        nomad.wait_alloc(job["ID"], "running")
        wait_for(
            lambda: (
                not [e for e in nomad.get(f"/v1/job/{job['ID']}/evaluations") if e["Status"] == "blocked"]
            ),
            15,
            "nothing waits any more",
        )
    finally:
        nomad.purge(job["ID"])


def _eligible(nomad: Target, asked: str) -> Json:
    """What the only node answers to being told whether it takes new allocations."""
    (node,) = nomad.get("/v1/nodes")
    told: Json = nomad.send("PUT", f"/v1/node/{node['ID']}/eligibility", {"Eligibility": asked})
    return told


def test_a_node_that_takes_nothing_new_is_none(nomad: Target) -> None:
    """What runs there stays; what came meanwhile starts once it is one again."""
    job, stays = examples.sleeper("later"), examples.sleeper("stays")
    with nomad.running(stays):
        nomad.wait_alloc(stays["ID"], "running")
        try:
            assert _eligible(nomad, "ineligible").keys() >= {"EvalIDs", "EvalCreateIndex", "Index"}
            assert _eligible(nomad, "ineligible")["Index"] == 0  # it was already
            assert [n["SchedulingEligibility"] for n in nomad.get("/v1/nodes")] == ["ineligible"]
            metric = _waiting(nomad, job)
            told = {key: metric[key] for key in ("NodesEvaluated", "NodesAvailable", "NodesInPool")}
            assert told == {"NodesEvaluated": 0, "NodesAvailable": {}, "NodesInPool": 0}
            assert nomad.wait_alloc(stays["ID"], "running")["DesiredStatus"] == "run"
            assert _eligible(nomad, "eligible")["Index"] > 0
            nomad.wait_alloc(job["ID"], "running")
        finally:
            _eligible(nomad, "eligible")
            nomad.purge(job["ID"])


NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("node", "asked", "says"),
    [
        pytest.param("", "perhaps", 'invalid scheduling eligibility "perhaps"', id="no such word"),
        pytest.param(NOWHERE, "ineligible", "node not found", id="no such node"),
    ],
)
def test_what_a_node_cannot_be_told(nomad: Target, node: str, asked: str, says: str) -> None:
    (known,) = nomad.get("/v1/nodes")
    answer = nomad.call("PUT", f"/v1/node/{node or known['ID']}/eligibility", {"Eligibility": asked})
    assert (answer.status_code, answer.text) == (500, says)


def test_a_program_that_is_not_there(nomad: Target) -> None:
    job = examples.job("nowhere", examples.task("/nonexistent/program"))
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "failed")
        events = alloc["TaskStates"]["main"]["Events"]
        failure = next(e for e in events if e["Type"] == "Driver Failure")
        assert failure["DisplayMessage"].endswith('binary "/nonexistent/program" could not be found')
        logs = nomad.call(
            "GET", f"/v1/client/fs/logs/{alloc['ID']}", task="main", type="stdout", plain="true"
        )
        assert (logs.status_code, logs.text) == (404, 'task "main" not started yet. No logs available')


_READ = ["list-jobs", "read-job"]


@pytest.mark.parametrize("nomad", GUARDED, indirect=True)
@pytest.mark.parametrize(
    ("rights", "method", "path", "allowed", "reason"),
    [
        pytest.param(_READ, "GET", "/v1/jobs", True, "it may list", id="list"),
        pytest.param(_READ, "GET", "/v1/job/{job}", True, "it may read", id="read"),
        pytest.param(
            ["list-jobs"], "GET", "/v1/job/{job}", False, "listing is not reading", id="read without right"
        ),
        pytest.param(_READ, "POST", "/v1/jobs", False, "it may not register", id="register"),
        pytest.param(
            [*_READ, "register-job"], "POST", "/v1/jobs", True, "it may register", id="register with right"
        ),
        pytest.param(_READ, "POST", "/v1/job/{job}/plan", False, "it may not plan", id="plan"),
        pytest.param(
            [*_READ, "plan-job"], "POST", "/v1/job/{job}/plan", True, "it may plan", id="plan with right"
        ),
        pytest.param(
            [*_READ, "deregister-job"],
            "DELETE",
            "/v1/job/{job}?purge=true",
            False,
            "stopping is not purging",
            id="purge",
        ),
        pytest.param(
            _READ,
            "GET",
            "/v1/client/fs/logs/{alloc}?task=main&type=stdout&plain=true",
            False,
            "logs are a right of their own",
            id="logs",
        ),
        pytest.param(
            [*_READ, "read-logs"],
            "GET",
            "/v1/client/fs/logs/{alloc}?task=main&type=stdout&plain=true",
            True,
            "it may read logs",
            id="logs with right",
        ),
        pytest.param(
            _READ, "PUT", "/v1/client/allocation/{alloc}/restart", False, "it may not restart", id="restart"
        ),
        pytest.param(_READ, "GET", "/v1/nodes", False, "nodes are a right of their own", id="nodes"),
        pytest.param(
            [*_READ, "node-read"], "GET", "/v1/nodes", True, "it may see nodes", id="nodes with right"
        ),
        pytest.param(
            _READ, "GET", "/v1/jobs?namespace=default", False, "another namespace", id="other namespace"
        ),
        pytest.param(
            _READ, "POST", "/v1/namespace/other", False, "namespaces are the engineers'", id="namespace"
        ),
    ],
)
def test_rights(
    nomad: Target, kept: Json, rights: list[str], method: str, path: str, allowed: bool, reason: str
) -> None:
    body = None if method in ("GET", "DELETE") else {"Job": nomad.placed(kept["job"]), "Name": "other"}
    where = path.format(job=kept["job"]["ID"], alloc=kept["alloc"])
    answer = nomad.call(method, where, body, token=nomad.rights(rights))
    if allowed:
        assert answer.ok, f"{reason}: {answer.status_code} {answer.text}"
    else:
        assert (answer.status_code, answer.text) == (403, "Permission denied"), reason


@pytest.mark.parametrize("nomad", GUARDED, indirect=True)
@pytest.mark.parametrize(
    ("token", "reason"),
    [("", "nobody"), ("11111111-2222-3333-4444-555555555555", "unknown"), ("not-a-token", "malformed")],
)
def test_strangers(nomad: Target, kept: Json, token: str, reason: str) -> None:
    paths = [
        "/v1/jobs",
        f"/v1/job/{kept['job']['ID']}",
        "/v1/nodes",
        "/v1/allocations",
    ]
    for path in paths:
        answer = nomad.call("GET", path, token=token)
        assert (answer.status_code, answer.text) == (403, "Permission denied"), (reason, path)


@pytest.mark.parametrize("nomad", GUARDED, indirect=True)
def test_nobody_hears_events(nomad: Target) -> None:
    answer = nomad.call("GET", "/v1/event/stream?topic=Job", token="")
    assert (answer.status_code, answer.text) == (200, "")


def test_what_needs_no_token(nomad: Target) -> None:
    for path in ("/v1/status/leader", "/v1/agent/health", "/v1/regions", "/.well-known/jwks.json"):
        assert nomad.call("GET", path, token="").ok, path
