"""Reading: lists and pages, blocking queries, logs in all their forms, events, diffs, statistics."""

import base64
import json
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from tests.contract.nomad import examples
from tests.contract.nomad.target import Json, Target
from tests.waiting import wait_for


def test_lists_of_jobs(nomad: Target, kept: Json) -> None:
    identity = kept["job"]["ID"]
    listed = nomad.get("/v1/jobs", meta="true")
    mine = next(j for j in listed if j["ID"] == identity)
    assert (mine["Meta"], mine["Status"]) == ({"owner": "contract"}, "running")
    assert mine["JobSummary"]["Summary"]["main"]["Running"] == 1
    assert nomad.get("/v1/jobs", prefix="zzz") == []
    assert identity in [j["ID"] for j in nomad.get("/v1/jobs", filter='Status == "running"')]
    assert identity not in [j["ID"] for j in nomad.get("/v1/jobs", filter='Status == "dead"')]
    status = next(j for j in nomad.get("/v1/jobs/statuses") if j["ID"] == identity)
    assert [a["ClientStatus"] for a in status["Allocs"]] == ["running"]

    def latest() -> bool:
        """Another test may have registered the same job just now: a deployment of its own."""
        found = next(j for j in nomad.get("/v1/jobs/statuses") if j["ID"] == identity)
        return bool(found["LatestDeployment"]["Status"] == "successful")

    wait_for(latest, 15, "its latest deployment is successful")


def test_pages_of_jobs(nomad: Target, kept: Json) -> None:
    with nomad.running(examples.sleeper("page-a")), nomad.running(examples.sleeper("page-b")):
        whole = [j["ID"] for j in nomad.get("/v1/jobs")]
        found, following = [], ""
        while True:
            more = {"next_token": following} if following else {}
            answer = nomad.call("GET", "/v1/jobs", per_page="1", **more)
            found += [j["ID"] for j in answer.json()]
            following = answer.headers.get("X-Nomad-Nexttoken", "")
            if not following:
                break
        assert found == whole


def test_a_blocking_query_waits_for_a_change(nomad: Target) -> None:
    job = examples.sleeper("block")
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        first = nomad.call("GET", f"/v1/job/{job['ID']}")
        index = first.headers["X-Nomad-Index"]
        answers: list[requests.Response] = []
        asked = threading.Thread(
            target=lambda: answers.append(nomad.call("GET", f"/v1/job/{job['ID']}", index=index, wait="20s"))
        )
        asked.start()
        asked.join(0.3)
        assert not answers
        nomad.register({**job, "Priority": 60})
        asked.join(15)
        assert answers[0].json()["Priority"] == 60
        assert int(answers[0].headers["X-Nomad-Index"]) > int(index)


def test_a_blocking_query_ends_with_its_wait(nomad: Target, kept: Json) -> None:
    began = time.monotonic()
    answer = nomad.call("GET", f"/v1/job/{kept['job']['ID']}", index="99999999", wait="1s")
    assert answer.ok
    assert time.monotonic() - began >= 1


@pytest.fixture(scope="module")
def talker(nomad: Target) -> Iterator[Json]:
    """An allocation that has said three lines and goes on."""
    job = examples.shell("echo one; echo two; echo trois é; echo late >&2; exec sleep 3600", "talk")
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "running")
        wait_for(lambda: "trois" in nomad.logs(alloc["ID"]), 10, "it has spoken")
        yield {"job": job, "id": alloc["ID"]}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"origin": "start", "offset": "0"}, "one\ntwo\ntrois é\n"),
        ({"origin": "start", "offset": "4"}, "two\ntrois é\n"),
        ({"origin": "end", "offset": "13"}, "two\ntrois é\n"),
        ({"origin": "end", "offset": "9999"}, "one\ntwo\ntrois é\n"),
    ],
)
def test_logs_from_any_place(nomad: Target, talker: Json, params: dict[str, str], said: str) -> None:
    path = f"/v1/client/fs/logs/{talker['id']}"
    answer = nomad.call("GET", path, task="main", type="stdout", plain="true", **params)
    assert answer.content.decode() == said
    framed = nomad.call("GET", path, task="main", type="stdout", **params).json()
    assert base64.b64decode(framed["Data"]).decode() == said
    assert framed["File"] == "alloc/logs/main.stdout.0"


@pytest.mark.parametrize(
    ("params", "status", "text"),
    [
        ({"type": "stdout"}, 400, "must provide task name"),
        ({"task": "main"}, 400, "must provide log type (stdout/stderr)"),
        ({"task": "main", "type": "both"}, 400, "must provide log type (stdout/stderr)"),
        ({"task": "nope", "type": "stdout"}, 400, 'unknown task name "nope"'),
    ],
)
def test_logs_asked_wrongly(
    nomad: Target, talker: Json, params: dict[str, str], status: int, text: str
) -> None:
    answer = nomad.call("GET", f"/v1/client/fs/logs/{talker['id']}", plain="true", **params)
    assert answer.status_code == status
    assert text in answer.text


def test_logs_are_followed(nomad: Target) -> None:
    job = examples.shell("echo before; sleep 1; echo after; exec sleep 3600", "follow")
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "running")
        with requests.get(
            f"{nomad.url}/v1/client/fs/logs/{alloc['ID']}",
            params={"task": "main", "type": "stdout", "follow": "true", "namespace": nomad.namespace},
            headers={"X-Nomad-Token": nomad.token},
            stream=True,
            timeout=20,
        ) as answer:
            assert answer.ok
            heard = _until_heard(answer, "after\n")
        assert heard == "before\nafter\n"


def _until_heard(answer: requests.Response, end: str) -> str:
    decoder, buffer, heard = json.JSONDecoder(), "", ""
    for piece in answer.iter_content(None):
        buffer += piece.decode()
        while buffer.lstrip():
            try:
                frame, at = decoder.raw_decode(buffer.lstrip())
            except ValueError:
                break
            buffer = buffer.lstrip()[at:]
            heard += base64.b64decode(frame.get("Data") or "").decode()
        if heard.endswith(end):
            break
    return heard


def test_events_tell_of_a_job(nomad: Target) -> None:
    job = examples.sleeper("event")
    index = int(nomad.call("GET", "/v1/jobs").headers["X-Nomad-Index"])
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        heard: set[str] = set()
        for line in nomad.events(index, topic=f"Job:{job['ID']}"):
            for event in line.get("Events") or []:
                assert event["Key"] == job["ID"]
                assert event["Payload"]["Job"]["ID"] == job["ID"]
                heard.add(event["Type"])
            if "JobRegistered" in heard:
                break
        for line in nomad.events(index, topic=f"Allocation:{job['ID']}"):
            events = line.get("Events") or []
            if any(e["Payload"]["Allocation"]["ClientStatus"] == "running" for e in events):
                assert events[-1]["FilterKeys"][0] == job["ID"]
                assert "Job" not in events[-1]["Payload"]["Allocation"]
                break


def test_versions_and_their_difference(nomad: Target) -> None:
    job = examples.sleeper("versions")
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        nomad.register({**job, "Meta": {"owner": "contract", "rev": "2"}})
        found = nomad.get(f"/v1/job/{job['ID']}/versions", diffs="true")
        assert [v["Version"] for v in found["Versions"]] == [1, 0]
        fields = found["Diffs"][0]["Fields"]
        assert fields == [{"Annotations": None, "Name": "Meta[rev]", "New": "2", "Old": "", "Type": "Added"}]


@pytest.mark.parametrize(
    ("change", "where", "name", "old", "new", "note"),
    [
        pytest.param(
            {"Env": {"A": "1"}}, "Tasks", "Env[A]", "", "1", "forces create/destroy update", id="env"
        ),
        pytest.param(
            {"KillTimeout": 3 * examples.SECOND},
            "Tasks",
            "KillTimeout",
            "2000000000",
            "3000000000",
            "forces in-place update",
            id="in place",
        ),
    ],
)
def test_a_plan_shows_fields(
    nomad: Target, kept: Json, change: Json, where: str, name: str, old: str, new: str, note: str
) -> None:
    job = json.loads(json.dumps(kept["job"]))
    job["TaskGroups"][0]["Tasks"][0] |= change
    body = {"Job": nomad.placed(job), "Diff": True}
    plan = nomad.send("POST", f"/v1/job/{job['ID']}/plan", body)
    assert plan["Diff"]["Type"] == "Edited"
    task = plan["Diff"]["TaskGroups"][0][where][0]
    assert task["Annotations"] == [note]
    field = next(f for f in task["Fields"] if f["Name"] == name)
    assert (field["Old"], field["New"]) == (old, new)


def test_a_plan_of_the_same_is_none(nomad: Target) -> None:
    job = examples.sleeper("same")
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        body = {"Job": nomad.placed(job), "Diff": True}
        plan = nomad.send("POST", f"/v1/job/{job['ID']}/plan", body)
        assert plan["Diff"]["Type"] == "None"
        assert plan["JobModifyIndex"] == nomad.get(f"/v1/job/{job['ID']}")["JobModifyIndex"]
        updates = plan["Annotations"]["DesiredTGUpdates"]["main"]
        # The registering accessor is part of a job, and a plan knows none: without a token it is Ignore.
        expected = "InPlaceUpdate" if nomad.token else "Ignore"
        assert {key for key, number in updates.items() if number} == {expected}


def test_what_an_allocation_uses(nomad: Target, kept: Json) -> None:
    found = nomad.get(f"/v1/client/allocation/{kept['alloc']}/stats")
    assert found["ResourceUsage"]["MemoryStats"]["RSS"] >= 0
    unknown = nomad.call("GET", "/v1/client/allocation/11111111-1111-1111-1111-111111111111/stats")
    assert unknown.status_code == 404
    assert unknown.text.startswith("Unknown allocation")


def test_a_task_knows_where_it_is(nomad: Target) -> None:
    job = examples.shell(
        "env; pwd; ls -d $NOMAD_TASK_DIR $NOMAD_SECRETS_DIR $NOMAD_ALLOC_DIR; exec sleep 3600", "env"
    )
    job["TaskGroups"][0] |= {"Networks": [{"DynamicPorts": [{"Label": "http"}]}]}
    job["TaskGroups"][0]["Tasks"][0]["Env"] = {"WHERE": "${NOMAD_TASK_DIR}/x", "COUNT": "3"}
    job["TaskGroups"][0]["Tasks"][0]["Meta"] = {"colour": "blue"}
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "running")
        wait_for(lambda: nomad.logs(alloc["ID"]).count("/alloc\n"), 10, "it has said all")
        lines = nomad.logs(alloc["ID"]).splitlines()
        env = dict(line.split("=", 1) for line in lines if "=" in line)
        full = nomad.get(f"/v1/allocation/{alloc['ID']}")
        port = full["AllocatedResources"]["Shared"]["Ports"][0]
        assert env["NOMAD_PORT_http"] == str(port["Value"])
        assert env["NOMAD_ADDR_http"] == f"{port['HostIP']}:{port['Value']}"
        assert env["NOMAD_JOB_ID"] == job["ID"]
        assert env["NOMAD_ALLOC_INDEX"] == "0"
        assert env["NOMAD_META_colour"] == env["NOMAD_META_COLOUR"] == "blue"
        assert env["NOMAD_MEMORY_LIMIT"] == "64"
        assert env["WHERE"] == f"{env['NOMAD_TASK_DIR']}/x"


def test_host_volumes(nomad: Target) -> None:
    name = examples.name("volume")
    wanted = {
        "Name": name,
        "PluginID": "mkdir",
        "RequestedCapabilities": [{"AccessMode": "single-node-writer", "AttachmentMode": "file-system"}],
    }
    made = nomad.send("PUT", "/v1/volume/host/create", {"Volume": {**wanted, "Namespace": nomad.namespace}})
    identity = made["Volume"]["ID"]

    def ready() -> bool:
        found = [v for v in nomad.get("/v1/volumes", type="host") if v["Name"] == name]
        return [v["State"] for v in found] == ["ready"]

    wait_for(ready, 15, "the volume is ready")
    again = nomad.call("PUT", "/v1/volume/host/create", {"Volume": wanted})
    text = f'could not place volume "{name}": no node meets constraints: 1 nodes had existing volume'
    assert (again.status_code, again.text.partition(",")[0]) == (500, text)
    read = nomad.get(f"/v1/volume/host/{identity}")
    assert (read["Name"], read["Namespace"], read["PluginID"]) == (name, nomad.namespace, "mkdir")
    unsure = nomad.call("DELETE", f"/v1/volume/host/{identity}/delete", force="perhaps")
    assert (unsure.status_code, unsure.text) == (400, "invalid force value")
    assert nomad.call("DELETE", f"/v1/volume/host/{identity}/delete", force="true").ok
    gone = nomad.call("DELETE", f"/v1/volume/host/{identity}/delete")
    assert (gone.status_code, gone.text) == (500, f"no such volume: {identity}")
    assert [v for v in nomad.get("/v1/volumes", type="host") if v["Name"] == name] == []
    assert nomad.call("GET", f"/v1/volume/host/{identity}").status_code == 404


def test_a_job_waits_for_its_volume(nomad: Target) -> None:
    job = examples.sleeper("no-volume")
    volume = {"Type": "host", "Source": examples.name("never"), "AccessMode": "single-node-writer"}
    job["TaskGroups"][0]["Volumes"] = {"data": {**volume, "AttachmentMode": "file-system"}}
    body = {"Job": nomad.placed(job), "Diff": False}
    plan = nomad.send("POST", f"/v1/job/{job['ID']}/plan", body)
    reasons = plan["FailedTGAllocs"]["main"]["ConstraintFiltered"]
    assert reasons == {"missing compatible host volumes": 1}
