"""Reading failures: the stories are those that a Nomad 2.0.5 told."""

import pytest

from orchestration.causes import Cause, allocation_cause, placement_cause
from orchestration.explain import REASONS, explain
from orchestration.ports import AllocState, PlacementFailure, TaskEvent
from tests.orchestration.examples import WEB

Line = tuple[str, str] | tuple[str, str, int]
SETUP: list[Line] = [("Received", "Task received by client"), ("Task Setup", "Building Task Directory")]
ENDED: list[Line] = [
    ("Not Restarting", 'Exceeded allowed attempts 1 in interval 30s and mode is "fail"'),
    ("Alloc Unhealthy", "Unhealthy because of failed task"),
]
NOT_STARTED = "Task not running by healthy_deadline of 1m0s"
NO_HOST = (
    "Failed to pull `lab/none:1`: Error response from daemon: Get "
    '"https://registry.example/v2/": dial tcp: lookup registry.example no such host'
)
DENIED = "Failed to pull `lab/none:1`: Error response from daemon: pull access denied for lab/none"
#: the words of consul-template, once while it tries and once when it gives up (its dependency/vault_read.go)
MISSING = "Missing: vault.read(paillasse/data/apps/x)"
UNREAD = (
    "Template failed: vault.read(paillasse/data/apps/x): vault.read(paillasse/data/apps/x): Error making API"
    " request.\n\nURL: GET http://bao/v1/paillasse/data/apps/x\nCode: 403. Errors:\n\n* permission denied"
)
UNPARSED = "Template failed: parse: template: :1: unexpected {{end}}"


def alloc(*story: Line, oom: bool = False, index: int = 1) -> AllocState:
    events = tuple(
        TaskEvent(at_ns=n, type=line[0], message=line[1], exit_code=line[2] if len(line) > 2 else None)
        for n, line in enumerate(story)
    )
    return AllocState(
        id=str(index),
        job_version=0,
        client_status="failed",
        desired_status="run",
        healthy=False,
        canary=False,
        node_name="node-1",
        tasks={"app": events},
        task_states={"app": "dead"},
        failed=True,
        oom_killed=oom,
        modify_index=index,
    )


STORIES: list[tuple[list[Line], bool, str, dict[str, object], str]] = [
    (
        [*SETUP, ("Driver Failure", NO_HOST), ("Restarting", "Task restarting in 1s"), *ENDED],
        False,
        "image.missing",
        {"image": "lab/wiki:1.4"},
        "the registry cannot be found",
    ),
    (
        [*SETUP, ("Driver Failure", DENIED), *ENDED],
        False,
        "image.refused",
        {"image": "lab/wiki:1.4"},
        "no right",
    ),
    (
        [*SETUP, ("Started", ""), ("Terminated", "Exit Code: 3", 3), *ENDED],
        False,
        "task.exit",
        {"exit_code": 3},
        "it ends by itself",
    ),
    (
        [*SETUP, ("Started", ""), ("Terminated", "Exit Code: 0", 0), *ENDED],
        False,
        "task.exit",
        {"exit_code": 0},
        "a service that ends well has still ended",
    ),
    (
        [*SETUP, ("Terminated", 'Exit Code: 137, Exit Message: "OOM Killed"', 137), *ENDED],
        True,
        "task.oom",
        {"memory_mib": 256},
        "killed for memory",
    ),
    (
        [*SETUP, ("Terminated", "Exit Code: 137, Signal: 9", 137), *ENDED],
        False,
        "task.exit",
        {"exit_code": 137},
        "killed by somebody else",
    ),
    (
        [*SETUP, ("Setup Failure", "failed to setup alloc: pre-run hook failed"), *ENDED],
        False,
        "task.setup",
        {},
        "the node could not prepare it",
    ),
    (
        [*SETUP, ("Killing", "vault: failed to derive Vault token: failed to login with JWT: 400"), *ENDED],
        False,
        "vault.login",
        {},
        "the role refused the job",
    ),
    (
        [*SETUP, ("Template", MISSING)],
        False,
        "vault.read",
        {},
        "the secret cannot be read",
    ),
    (
        [*SETUP, ("Template", MISSING), ("Killing", UNREAD), *ENDED],
        False,
        "vault.read",
        {},
        "it may not read the secret, for as long as Nomad tries; it had logged in",
    ),
    (
        [*SETUP, ("Killing", UNPARSED), *ENDED],
        False,
        "task.setup",
        {},
        "a template that makes no sense",
    ),
    (
        [*SETUP, ("Failed Artifact Download", "checksums did not match"), *ENDED],
        False,
        "artifact.failed",
        {},
        "not the file that was uploaded",
    ),
    (
        [*SETUP, ("Driver", "Downloading image"), ("Alloc Unhealthy", NOT_STARTED)],
        False,
        "deadline.passed",
        {"deadline_s": WEB.healthy_deadline_s},
        "it did not even start: nothing was checked",
    ),
    (
        [*SETUP, ("Started", ""), ENDED[1]],
        False,
        "check.failing",
        {"asked": "GET /health"},
        "it runs and does not get healthy",
    ),
    (
        [
            ("Started", ""),
            ("Restart Signaled", "User requested task to restart"),
            ("Terminated", "Exit Code: 143", 143),
            ("Started", ""),
            ENDED[1],
        ],
        False,
        "check.failing",
        {"asked": "GET /health"},
        "an end that was asked for is no cause",
    ),
]


@pytest.mark.parametrize(("story", "oom", "code", "facts", "reason"), STORIES, ids=[s[4] for s in STORIES])
def test_story(story: list[Line], oom: bool, code: str, facts: dict[str, object], reason: str) -> None:
    cause = allocation_cause([alloc(*story, oom=oom)], WEB)
    assert cause is not None, reason
    assert (cause.code, cause.facts) == (code, facts), reason
    assert code in REASONS


def test_a_healthy_story_has_no_cause() -> None:
    assert allocation_cause([alloc(*SETUP, ("Started", "Task started by client"))], WEB) is None


def test_the_newest_trouble_counts() -> None:
    old = alloc(("Terminated", "Exit Code: 1", 1), index=1)
    new = alloc(("Driver Failure", NO_HOST), index=2)
    cause = allocation_cause([old, new], WEB)
    assert cause is not None
    assert cause.code == "image.missing"


def test_a_message_is_cut_and_cleaned() -> None:
    cause = allocation_cause([alloc(("Setup Failure", "Bearer abcdef " + "x" * 900))], WEB)
    assert cause is not None
    assert len(cause.message) == 500
    assert "abcdef" not in cause.message


PLACEMENTS = [
    (
        PlacementFailure(1, 0, 1, {"memory": 1}, {}),
        Cause("placement.exhausted", facts={"dimension": "memory", "nodes": 1, "looked_at": 1}),
    ),
    (PlacementFailure(0, 0, 0, {}, {}), Cause("placement.no_node")),
    (
        PlacementFailure(3, 3, 0, {}, {"missing drivers": 3}),
        Cause(
            "placement.driver",
            "missing drivers",
            {"constraint": "missing drivers", "nodes": 3, "looked_at": 3},
        ),
    ),
    (
        PlacementFailure(3, 3, 0, {}, {"${attr.consul.version} semver >= 1.8.0": 3}),
        Cause(
            "placement.constraint",
            "${attr.consul.version} semver >= 1.8.0",
            {"constraint": "${attr.consul.version} semver >= 1.8.0", "nodes": 3, "looked_at": 3},
        ),
    ),
]


@pytest.mark.parametrize(("failure", "cause"), PLACEMENTS, ids=[c.code for _, c in PLACEMENTS])
def test_placement(failure: PlacementFailure, cause: Cause) -> None:
    assert placement_cause(failure) == cause
    assert set(cause.facts) <= set(explain(cause.code).facts)


def test_an_unknown_code_is_the_engineers() -> None:
    assert explain("no.such").who == "engineer"
