"""Nomad's driver: texts that a Nomad 2.0.5 answers, as our errors and dataclasses."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from drivers.nomad import NomadJobs, convert
from drivers.wiring import Opened, Settings
from kernel.errors import Misconfigured, OutsideConflict, OutsideError, OutsideRefused, Unavailable
from tests.drivers.sent import options, params

SLUG = "genomics-wiki--7f3k2q"
URL = "http://nomad.test:4646/v1"
ALLOC = "57ff89fc-da77-2eab-ee5b-c61c9f73d490"
JOB: dict[str, Any] = {"ID": SLUG, "TaskGroups": [{"Name": "app", "Count": 1, "Tasks": [{"Name": "app"}]}]}
STANDING: dict[str, Any] = {**JOB, "Version": 3, "JobModifyIndex": 41, "Stop": False, "Status": "running"}

ERRORS: list[tuple[int, str, type[OutsideError], str]] = [
    (500, "Enforcing job modify index 0: job already exists", OutsideConflict, "compare-and-set lost"),
    (500, "rpc error: Enforcing job modify index 7: job exists", OutsideConflict, "the same, forwarded"),
    (500, "1 error occurred:\n\t* Missing job task groups\n\n", OutsideRefused, "validation"),
    (500, "2 errors occurred:\n\t* a\n\t* b\n\n", OutsideRefused, "validation, several"),
    (400, "Job must be specified", OutsideRefused, "a bad request"),
    (403, "Permission denied", Misconfigured, "the token"),
    (403, "ACL token expired", Misconfigured, "the token's age"),
    (307, "", Misconfigured, "a redirect would carry the token away"),
    (404, "404 page not found", Misconfigured, "a proxy's words are no proof of absence"),
    (404, "", Misconfigured, "nor is silence"),
    (405, "Invalid method", OutsideRefused, "not an API we know"),
    (429, "Too many requests", Unavailable, "later"),
    (500, "No cluster leader", Unavailable, "later"),
    (501, "Nomad Enterprise only endpoint", OutsideRefused, "never"),
    (502, "Bad Gateway", Unavailable, "later"),
]


@pytest.mark.parametrize(("status", "text", "kind", "reason"), ERRORS)
def test_each_answer_is_named_by_what_to_do(
    opened: Opened,
    wire: responses.RequestsMock,
    status: int,
    text: str,
    kind: type[OutsideError],
    reason: str,
) -> None:
    wire.post(f"{URL}/jobs", status=status, body=text)
    with pytest.raises(OutsideError) as caught:
        opened.jobs.register(JOB, expected_index=0)
    assert type(caught.value) is kind, reason
    assert caught.value.part == "nomad"


@pytest.mark.parametrize("error", [requests.ConnectionError("refused"), requests.ReadTimeout("slow")])
def test_no_answer_to_a_write_is_unknown_and_not_repeated(
    opened: Opened, wire: responses.RequestsMock, error: Exception
) -> None:
    wire.post(f"{URL}/jobs", body=error)
    with pytest.raises(Unavailable):
        opened.jobs.register(JOB, expected_index=0)
    assert len(wire.calls) == 1


def test_a_web_page_instead_of_json_is_unavailable(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(f"{URL}/job/{SLUG}", body="<html>")
    with pytest.raises(Unavailable):
        opened.jobs.status(SLUG)


def test_register_sends_the_index_and_reads_the_new_one_back(
    opened: Opened, wire: responses.RequestsMock
) -> None:
    body = {"Job": JOB, "EnforceIndex": True, "JobModifyIndex": 40, "PreserveCounts": False}
    wire.post(f"{URL}/jobs", json={"JobModifyIndex": 99}, match=[matchers.json_params_matcher(body)])
    wire.get(f"{URL}/job/{SLUG}", json=STANDING)
    assert opened.jobs.register(JOB, expected_index=40) == 41


def test_each_call_carries_token_namespace_wait_and_verification(
    opened: Opened, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOMAD_TOKEN", "of-somebody-else")
    wire.get(f"{URL}/job/{SLUG}", json=STANDING)
    wire.get(f"{URL}/job/{SLUG}/allocations", json=[])
    wire.get(f"{URL}/job/{SLUG}/deployment", body="null")
    wire.get(f"{URL}/job/{SLUG}/evaluations", json=[])
    wire.get(f"{URL}/volumes", json=[])
    opened.jobs.status(SLUG)
    opened.jobs.volume_exists("a")
    assert len(wire.calls) == 5
    for call in wire.calls:
        assert call.request.headers["X-Nomad-Token"] == "nomad-token"
        assert call.request.headers["User-Agent"] == "paillasse"
        assert params(call)["namespace"] == "lab"
        assert options(call)["timeout"] == (2.0, 8.0)
        assert options(call)["verify"] is True


def test_without_a_file_no_token_is_taken_from_elsewhere(
    wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOMAD_TOKEN", "of-somebody-else")
    wire.delete(f"{URL}/job/{SLUG}", json={})
    NomadJobs("http://nomad.test:4646", namespace="lab", ca="/some/ca.pem").stop(SLUG)
    assert "X-Nomad-Token" not in wire.calls[0].request.headers
    assert options(wire.calls[0])["verify"] == "/some/ca.pem"


def test_a_changed_token_file_counts_at_once(
    opened: Opened, wire: responses.RequestsMock, settings_here: Settings
) -> None:
    wire.delete(f"{URL}/job/{SLUG}", json={})
    opened.jobs.stop(SLUG)
    path = Path(settings_here.nomad_token_file)
    path.unlink()
    path.write_text("a-new-token")
    opened.jobs.stop(SLUG)
    assert [c.request.headers["X-Nomad-Token"] for c in wire.calls] == ["nomad-token", "a-new-token"]


def test_a_missing_token_file_is_for_an_engineer(opened: Opened, settings_here: Settings) -> None:
    Path(settings_here.nomad_token_file).unlink()
    with pytest.raises(Misconfigured):
        opened.jobs.stop(SLUG)


def test_a_purged_job_keeps_only_what_still_runs(opened: Opened, wire: responses.RequestsMock) -> None:
    lines = [
        {"ID": ALLOC, "ClientStatus": state, "DesiredStatus": "stop", "TaskStates": None}
        for state in ("running", "complete", "failed", "unknown")
    ]
    wire.get(f"{URL}/job/{SLUG}", status=404, body="job not found")
    wire.get(f"{URL}/job/{SLUG}/allocations", json=lines)
    status = opened.jobs.status(SLUG)
    assert status.job is None
    assert [each.client_status for each in status.allocations] == ["running", "unknown"]


def test_a_long_list_is_read_to_its_end(opened: Opened, wire: responses.RequestsMock) -> None:
    def line(name: str) -> dict[str, Any]:
        return {"ID": name, "JobModifyIndex": 1, "Status": "running", "Meta": {"paillasse.app": "x"}}

    first = matchers.query_param_matcher({"namespace": "lab", "meta": "true", "per_page": "200"})
    second = matchers.query_param_matcher(
        {"namespace": "lab", "meta": "true", "per_page": "200", "next_token": "lab.b"}
    )
    wire.get(f"{URL}/jobs", json=[line("a")], headers={"X-Nomad-Nexttoken": "lab.b"}, match=[first])
    wire.get(f"{URL}/jobs", json=[line("b"), {**line("c"), "Meta": None}], match=[second])
    assert [job.id for job in opened.jobs.list_ours()] == ["a", "b"]


def test_a_failed_page_fails_the_list(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(f"{URL}/jobs", json=[], headers={"X-Nomad-Nexttoken": "lab.b"})
    wire.get(f"{URL}/jobs", status=500, body="No cluster leader")
    with pytest.raises(Unavailable):
        opened.jobs.list_ours()


STATUS = {
    "ID": "genomics-wiki--7f3k2q",
    "Version": 4,
    "SubmitTime": 1795469124029486787,
    "Stop": False,
    "LatestDeployment": {"IsActive": True},
    "Allocs": [
        {"ClientStatus": "running", "DeploymentStatus": {"Canary": False, "Healthy": True}, "JobVersion": 4},
        {"ClientStatus": "lost", "DeploymentStatus": {"Canary": False, "Healthy": None}, "JobVersion": 3},
    ],
}  # as in recording 046


def test_all_jobs_are_read_in_one_call(opened: Opened, wire: responses.RequestsMock) -> None:
    other = {**STATUS, "ID": "somebody-elses"}
    bare = {**STATUS, "ID": "genomics-a--7f3k2q", "Allocs": None, "LatestDeployment": None}
    wire.get(f"{URL}/jobs/statuses", json=[STATUS, other, bare])
    line, second = opened.jobs.statuses()
    assert (line.id, line.version, line.submitted_ns, line.moving) == (
        STATUS["ID"], 4, STATUS["SubmitTime"], True
    )  # fmt: skip
    assert [(each.job_version, each.client_status, each.healthy) for each in line.allocations] == [
        (4, "running", True),
        (3, "lost", None),
    ]
    assert (second.allocations, second.moving) == ((), False)
    assert len(wire.calls) == 1


def test_who_knows_no_leader_is_not_believed(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(f"{URL}/jobs/statuses", json=[], headers={"X-Nomad-Knownleader": "false"})
    with pytest.raises(Unavailable):
        opened.jobs.statuses()


NO_LOG = [
    ("alloc not found", "no such allocation"),
    (f'Unknown allocation "{ALLOC}"', "the node forgot it"),
    ('task "app" not started yet. No logs available', "too early"),
    ('log entry for task "app" and log type "stdout" not found', "nothing was written"),
]


@pytest.mark.parametrize(("text", "reason"), NO_LOG)
def test_a_log_that_is_not_there_is_empty(
    opened: Opened, wire: responses.RequestsMock, text: str, reason: str
) -> None:
    wire.get(f"{URL}/client/fs/logs/{ALLOC}", status=404, body=text)
    assert opened.jobs.log_tail(ALLOC, "app", "stdout") == "", reason
    assert list(opened.jobs.log_follow(ALLOC, "app", "stdout")) == [], reason


def test_a_wrong_address_is_no_empty_log(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(f"{URL}/client/fs/logs/{ALLOC}", status=404, body="404 page not found")
    with pytest.raises(Misconfigured):
        opened.jobs.log_tail(ALLOC, "app", "stdout")


def _frame(data: bytes) -> bytes:
    return json.dumps({"Data": base64.b64encode(data).decode(), "File": "a", "Offset": 1}).encode()


def test_a_followed_log_is_put_together(opened: Opened, wire: responses.RequestsMock) -> None:
    text = "début\n".encode()
    body = _frame(text[:2]) + b"{}" + _frame(text[2:]) + b"\n{}\n"
    wire.get(f"{URL}/client/fs/logs/{ALLOC}", body=body)
    chunks = list(opened.jobs.log_follow(ALLOC, "app", "stdout"))
    assert "".join(chunks) == "début\n"
    assert "" in chunks


def test_what_is_no_frame_ends_the_follow(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(f"{URL}/client/fs/logs/{ALLOC}", body=b"<html>")
    with pytest.raises(Unavailable):
        list(opened.jobs.log_follow(ALLOC, "app", "stdout"))


def test_events_end_as_unavailable(opened: Opened, wire: responses.RequestsMock) -> None:
    event = {
        "Index": 5,
        "Topic": "Allocation",
        "Type": "AllocationUpdated",
        "Key": ALLOC,
        "Payload": {"Allocation": {"JobID": SLUG}},
    }
    gone = {"Index": 6, "Topic": "Job", "Type": "JobDeregistered", "Key": SLUG, "Payload": {"Deleted": True}}
    body = b"{}\n" + json.dumps({"Index": 5, "Events": [event, gone]}).encode() + b"\n"
    wire.get(f"{URL}/event/stream", body=body)
    stream = opened.jobs.events(index=4)
    assert next(stream) is None
    heard = [next(stream), next(stream)]
    assert [(each.index, each.topic, each.job_id) for each in heard if each] == [
        (5, "Allocation", SLUG),
        (6, "Job", SLUG),
    ]
    with pytest.raises(Unavailable):
        next(stream)


def _alloc(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    state = {"State": "dead", "Restarts": 2, "Events": list(events)}
    told = {"ID": ALLOC, "ClientStatus": "failed", "DesiredStatus": "run", "JobVersion": 1}
    return {**told, "TaskStates": {"app": state}, **more}


def test_an_allocation_killed_for_memory_says_so() -> None:
    details = {"exit_code": "137", "oom_killed": "true", "signal": "0"}
    raw = _alloc({"Type": "Terminated", "Time": 7, "DisplayMessage": "Exit Code: 137", "Details": details})
    found = convert.allocation(raw)
    assert (found.oom_killed, found.failed, found.healthy) == (True, True, None)
    assert [(e.at_ns, e.type, e.exit_code) for e in found.tasks["app"]] == [(7, "Terminated", 137)]


def test_only_an_ended_task_has_an_exit_code() -> None:
    raw = _alloc({"Type": "Started", "ExitCode": 0, "Details": {}}, DeploymentStatus={"Healthy": False})
    found = convert.allocation(raw)
    assert found.tasks["app"][0].exit_code is None
    assert (found.healthy, found.oom_killed) == (False, False)


FAILED = {"FailedTGAllocs": {"app": {"NodesExhausted": 1, "DimensionExhausted": {"memory": 1}}}}
EVALUATIONS: list[tuple[list[dict[str, Any]], bool, str]] = [
    ([], False, "nothing was evaluated yet"),
    ([{"CreateIndex": 1, "Status": "complete"}], False, "all was placed"),
    ([{"CreateIndex": 1, "Status": "complete", **FAILED}], True, "the newest failed"),
    (
        [{"CreateIndex": 1, "Status": "complete", **FAILED}, {"CreateIndex": 2, "Status": "complete"}],
        False,
        "a later one placed it",
    ),
    (
        [{"CreateIndex": 1, "Status": "blocked", **FAILED}, {"CreateIndex": 2, "Status": "complete"}],
        True,
        "one still waits for room",
    ),
    ([{"CreateIndex": 1, "Status": "canceled", **FAILED}, {"CreateIndex": 2}], False, "it waits no more"),
]


@pytest.mark.parametrize(("evaluations", "blocked", "reason"), EVALUATIONS)
def test_the_newest_evaluation_says_why(
    evaluations: list[dict[str, Any]], blocked: bool, reason: str
) -> None:
    found = convert.blocked(evaluations)
    assert (found is not None) is blocked, reason
    if found is not None:
        assert (found.nodes_exhausted, found.dimensions) == (1, {"memory": 1})


def test_what_live_allocations_hold_is_added_up() -> None:
    devices = [{"Type": "gpu", "DeviceIDs": ["g1"]}, {"Type": "fpga", "DeviceIDs": ["f1"]}]
    task = {"Cpu": {"CpuShares": 100}, "Memory": {"MemoryMB": 64}, "Devices": devices}
    held = {"Tasks": {"a": task, "b": task}, "Shared": {"DiskMB": 300}}
    line = {"NodeID": "n", "ClientStatus": "running", "AllocatedResources": held}
    sums = convert.allocated([line, line, {**line, "ClientStatus": "complete"}])
    assert sums == {"n": convert.Held(cpu_mhz=400, memory_mib=256, disk_mib=600, gpus=4)}


def test_only_healthy_gpus_of_a_machine_count() -> None:
    instances = [{"ID": "g1", "Healthy": True}, {"ID": "g2", "Healthy": False}]
    line = {"ID": "n", "Name": "n", "Status": "ready"}
    devices = [{"Type": "gpu", "Instances": instances}, {"Type": "fpga", "Instances": instances}]
    assert convert.node({**line, "NodeResources": {"Devices": devices}}, convert.Held()).gpus == 1
    assert convert.node({**line, "NodeResources": {"Devices": None}}, convert.Held()).gpus == 0


@pytest.mark.parametrize(("told", "edition"), [({}, ""), ({"VersionMetadata": "solo"}, "solo")])
def test_edition(opened: Opened, wire: responses.RequestsMock, told: dict[str, str], edition: str) -> None:
    wire.get(f"{URL}/agent/self", json={"config": {"Version": {"Version": "2.0.5", **told}}})
    assert opened.jobs.edition() == edition
