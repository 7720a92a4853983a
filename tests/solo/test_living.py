"""What only solo promises: tasks outlive it, run unprivileged and within their memory, and leave nothing."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.contract.nomad import examples, servers
from tests.contract.nomad.target import Json, Target
from tests.waiting import wait_for

#: the static one that the stack unpacks for its images; the machine need have none
BUSYBOX = (
    Path(os.environ.get("PAILLASSE_VAR", Path(__file__).parents[2] / "var")) / "parts/busybox/bin/busybox"
)


@pytest.fixture
def server() -> Iterator[servers.Solo]:
    """A solo of this test's own."""
    temporary = tempfile.TemporaryDirectory(prefix="solo-", ignore_cleanup_errors=True)
    with temporary as folder, servers.solo(Path(folder)) as made:
        yield made


def _handles(server: servers.Solo, alloc: Json) -> psutil.Process:
    """The process of the allocation's task, found by its environment."""
    for process in psutil.process_iter(["pid"]):
        try:
            env = process.environ()
        except psutil.Error:
            continue
        if env.get("NOMAD_ALLOC_ID") == alloc["ID"]:
            return process
    raise AssertionError(f"no process of {alloc['ID']}; solo said: {server.log()}")


@pytest.mark.parametrize("hard", [pytest.param(False, id="told to stop"), pytest.param(True, id="killed")])
def test_tasks_outlive_solo(server: servers.Solo, hard: bool) -> None:
    solo, job = server.target(), examples.shell("echo up; exec sleep 3600", "outlive")
    with solo.running(job):
        solo.deployment(job["ID"], "successful")
        before = solo.wait_alloc(job["ID"], "running")
        process = _handles(server, before)
        server.stop(hard=hard)
        assert process.is_running()
        server.start()
        after = solo.wait_alloc(job["ID"], "running")
        assert (after["ID"], after["TaskStates"]["main"]["Restarts"]) == (before["ID"], 0)
        assert solo.get(f"/v1/job/{job['ID']}")["Version"] == 0
        assert solo.logs(after["ID"]) == "up\n"
        solo.send("PUT", f"/v1/client/allocation/{after['ID']}/restart", {"TaskName": "main"})
        wait_for(lambda: not process.is_running(), 10, "the task of before is the one restarted")
        solo.wait_alloc(job["ID"], "running")


def test_an_end_that_solo_did_not_see(server: servers.Solo) -> None:
    solo, job = server.target(), examples.shell("sleep 3600 & wait $!; exit 5", "unseen")
    with solo.running(job):
        alloc = solo.wait_alloc(job["ID"], "running")
        process = _handles(server, alloc)
        server.stop(hard=True)
        for child in process.children():
            child.kill()
        psutil.wait_procs([process], timeout=10)
        server.start()
        failed = solo.wait_alloc(job["ID"], "failed")
        ends = [e["ExitCode"] for e in failed["TaskStates"]["main"]["Events"] if e["Type"] == "Terminated"]
        assert ends == [5]


def test_state_is_kept(server: servers.Solo) -> None:
    solo, job = server.target(), examples.sleeper("kept-state")
    solo.register(job)
    solo.deployment(job["ID"], "successful")
    solo.send("DELETE", f"/v1/job/{job['ID']}")
    solo.wait_alloc(job["ID"], "complete")
    index = int(solo.call("GET", "/v1/jobs").headers["X-Nomad-Index"])
    server.stop()
    server.start()
    assert int(solo.call("GET", "/v1/jobs").headers["X-Nomad-Index"]) >= index
    assert solo.get(f"/v1/job/{job['ID']}")["Status"] == "dead"
    assert solo.get("/v1/agent/self")["stats"]["solo"]["stand_in"]


def test_a_task_beyond_its_memory_is_killed(server: servers.Solo) -> None:
    solo = server.target()
    greedy = "import time\nkept = [bytearray(1 << 20) for _ in range(300)]\ntime.sleep(3600)"
    job = examples.job("greedy", examples.task(examples.PYTHON, ["-I", "-c", greedy]))
    with solo.running(job):
        alloc = solo.wait_alloc(job["ID"], "failed")
        events = alloc["TaskStates"]["main"]["Events"]
        end = next(e for e in events if e["Type"] == "Terminated")
        assert (end["ExitCode"], end["Details"]["oom_killed"]) == (137, "true")
        assert "OOM Killed" in end["DisplayMessage"]


def test_what_a_task_may_and_sees(server: servers.Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_SOLO_ITSELF", "secret")
    server.stop()
    server.start()
    solo, job = server.target(), examples.shell("id -u; umask; env; exec sleep 3600", "see")
    with solo.running(job):
        alloc = solo.wait_alloc(job["ID"], "running")
        wait_for(lambda: "NOMAD_JOB_ID" in solo.logs(alloc["ID"]), 10, "it has spoken")
        said = solo.logs(alloc["ID"])
        assert "OF_SOLO_ITSELF" not in said
        uid, umask = said.split()[:2]
        assert umask == "0027"
        if os.geteuid() == 0:
            assert uid != "0"
        process = _handles(server, alloc)
        assert os.getsid(process.pid) == process.pid


def test_ending_a_task_ends_all_that_it_started(server: servers.Solo) -> None:
    solo = server.target()
    job = examples.shell("setsid sleep 3601 & sleep 3602 & echo ready; wait", "family")
    with solo.running(job):
        alloc = solo.wait_alloc(job["ID"], "running")
        wait_for(lambda: solo.logs(alloc["ID"]) == "ready\n", 10, "its children run")
        family = [_p for _p in psutil.process_iter() if _belongs(_p, alloc["ID"])]
        assert len(family) >= 3
    wait_for(lambda: not any(p.is_running() for p in family), 10, "none of them is left")


def _belongs(process: psutil.Process, alloc_id: str) -> bool:
    try:
        return process.environ().get("NOMAD_ALLOC_ID") == alloc_id
    except psutil.Error:
        return False


def test_shutdown_delay_comes_before_the_signal(server: servers.Solo) -> None:
    solo, job = server.target(), examples.sleeper("delay", group={"ShutdownDelay": examples.SECOND})
    solo.register(job)
    solo.wait_alloc(job["ID"], "running")
    solo.send("DELETE", f"/v1/job/{job['ID']}")
    alloc = solo.wait_alloc(job["ID"], "complete")
    told = solo.get(f"/v1/job/{job['ID']}")["SubmitTime"]
    killing = next(e for e in alloc["TaskStates"]["main"]["Events"] if e["Type"] == "Killing")
    assert killing["Time"] - told >= examples.SECOND


def test_a_volume_outlives_its_allocations(server: servers.Solo) -> None:
    solo = server.target()
    name = examples.name("work")
    capabilities = [{"AccessMode": "single-node-writer", "AttachmentMode": "file-system"}]
    wanted = {"Name": name, "PluginID": "mkdir", "RequestedCapabilities": capabilities}
    made = solo.send("PUT", "/v1/volume/host/create", {"Volume": wanted})
    job = examples.shell(
        'cd "$NOMAD_TASK_DIR/work"; echo x >> count; wc -l < count; exec sleep 3600', "volume"
    )
    job["TaskGroups"][0]["Volumes"] = {"work": {"Type": "host", "Source": name}}
    job["TaskGroups"][0]["Tasks"][0]["VolumeMounts"] = [{"Volume": "work", "Destination": "/local/work"}]
    with solo.running(job):
        for number in (1, 2):
            if number == 2:
                job["TaskGroups"][0]["Tasks"][0]["Env"] = {"RELEASE": "2"}
                solo.register(job)
            solo.deployment(job["ID"], "successful", version=number - 1)
            alloc = solo.wait_alloc(job["ID"], "running")
            wait_for(_says(solo, alloc["ID"]), 10, "it has counted")
            assert solo.logs(alloc["ID"]).strip() == str(number)
        busy = solo.call("DELETE", f"/v1/volume/host/{made['Volume']['ID']}/delete")
        assert busy.status_code == 500
    assert solo.call("DELETE", f"/v1/volume/host/{made['Volume']['ID']}/delete").ok


def _says(solo: Target, alloc_id: str) -> Callable[[], str]:
    return lambda: solo.logs(alloc_id)


@pytest.mark.stack
def test_services_come_back_and_stale_ones_go(stack: dict[str, Any]) -> None:
    consul = stack["consul"]
    headers = {"X-Consul-Token": consul["token"]} if consul["token"] else {}

    def registered(name: str) -> list[str]:
        answer = requests.get(f"{consul['url']}/v1/catalog/service/{name}", headers=headers, timeout=10)
        return [s["ServiceID"] for s in answer.json()]

    with tempfile.TemporaryDirectory(prefix="solo-", ignore_cleanup_errors=True) as folder:
        options = {"consul": consul["url"], "consul_token": consul["token"]}
        with servers.solo(Path(folder), **options) as server:
            solo: Target = server.target()
            job = examples.web("sync")
            with solo.running(job):
                solo.deployment(job["ID"], "successful")
                (service,) = registered(job["ID"])
                away = f"{consul['url']}/v1/agent/service/deregister/{service}"
                requests.put(away, headers=headers, timeout=10)
                wait_for(lambda: registered(job["ID"]) == [service], 20, "it is registered again")
                server.stop(hard=True)
                _end_all(service)
                server.start()
                wait_for(lambda: service not in registered(job["ID"]), 20, "the dead one is forgotten")


def _end_all(service: str) -> None:
    alloc_id = service.removeprefix("_nomad-task-")[:36]
    for process in psutil.process_iter():
        if _belongs(process, alloc_id):
            process.kill()


@pytest.mark.engine
def test_a_container(server: servers.Solo) -> None:
    """An image made here: none can be pulled."""
    import docker

    solo = server.target()
    engine = docker.from_env()
    image = _image(engine)
    task = examples.task("/bin/busybox", ["sh", "-c", "echo $NOMAD_PORT_http; exec busybox httpd -f -p 8080"])
    task |= {"Driver": "docker", "Config": {**task["Config"], "image": image, "ports": ["http"]}}
    group = {"Networks": [{"Mode": "host", "DynamicPorts": [{"Label": "http", "To": 8080}]}]}
    job = examples.job("docker", task, group=group)
    with solo.running(job):
        solo.deployment(job["ID"], "successful")
        alloc = solo.wait_alloc(job["ID"], "running")
        wait_for(lambda: solo.logs(alloc["ID"]) == "8080\n", 10, "its output is read")
        full = solo.get(f"/v1/allocation/{alloc['ID']}")
        port = full["AllocatedResources"]["Shared"]["Ports"][0]
        url = f"http://{port['HostIP']}:{port['Value']}/"
        assert wait_for(lambda: _status(url), 10, "its port is published") == 404
        server.stop(hard=True)
        server.start()
        again = solo.wait_alloc(job["ID"], "running")
        assert (again["ID"], again["TaskStates"]["main"]["Restarts"]) == (alloc["ID"], 0)
        assert _status(url) == 404
    wait_for(lambda: not engine.containers.list(all=True, filters={"name": alloc["ID"]}), 15, "it is removed")


def _status(url: str) -> int:
    try:
        return requests.get(url, timeout=5).status_code
    except requests.RequestException:
        return 0


def _image(engine: Any) -> str:
    """Busybox and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        (context / "busybox").write_bytes(BUSYBOX.read_bytes())
        (context / "busybox").chmod(0o755)
        links = "COPY busybox /bin/busybox\nCOPY busybox /bin/sh\n"
        (context / "Dockerfile").write_text(f"FROM scratch\n{links}")
        name = "paillasse/contract:1"
        engine.images.build(path=folder, tag=name, rm=True)
        return name


@pytest.mark.engine
def test_an_image_that_is_not_there(server: servers.Solo) -> None:
    solo = server.target()
    task = {**examples.task("x"), "Driver": "docker", "Config": {"image": "127.0.0.1:9/none:1"}}
    job = examples.job("noimage", task)
    with solo.running(job):
        alloc = solo.wait_alloc(job["ID"], "failed", deadline_s=60)
        events = alloc["TaskStates"]["main"]["Events"]
        assert [e["Type"] for e in events][:4] == ["Received", "Task Setup", "Driver", "Driver Failure"]
        assert events[3]["DisplayMessage"].startswith("Failed to pull `127.0.0.1:9/none:1`: ")
