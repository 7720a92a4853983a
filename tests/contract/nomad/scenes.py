"""The states in which recorded exchanges are asked again: jobs that really run, crash or wait."""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from tests.contract.nomad import examples
from tests.contract.nomad.target import Json, Target
from tests.waiting import wait_for

UNKNOWN = "11111111-1111-1111-1111-111111111111"
SPACE = "genomics"  # as recorded


@dataclass(frozen=True)
class Scene:
    """What a pin's path may name, and the body and token to send instead of the recorded ones."""

    names: dict[str, str] = field(default_factory=dict)
    body: Any = None
    token: str | None = None
    bare: bool = False  #: the body alone says the namespace, as recorded


Made = Callable[[Target, Json], AbstractContextManager[Scene]]


def _body(target: Target, job: Json) -> Json:
    wanted = {"Count": 1, "Target": {"Group": "main"}}
    return {"Job": target.placed(job), "Diff": True, "EnforceIndex": False, **wanted}


def _scene(target: Target, job: Json, **names: str) -> Scene:
    node = target.get("/v1/nodes")[0]["ID"]
    found = {"job": job["ID"], "node": node, "unknown": UNKNOWN, **names}
    return Scene(names=found, body=_body(target, job))


@contextlib.contextmanager
def kept(target: Target, lasting: Json) -> Iterator[Scene]:
    """The job that runs all the time."""
    job = lasting["job"]
    answer = target.register(job)
    target.evaluated(answer["EvalID"])
    evaluations = target.get(f"/v1/job/{job['ID']}/evaluations")
    first = min(evaluations, key=lambda e: int(e["CreateIndex"]))
    scene = _scene(target, job, alloc=lasting["alloc"], eval=first["ID"])
    changed = {**job, "Meta": {"owner": "contract", "rev": "2"}}
    body = {**(scene.body or {}), "JobModifyIndex": 0}
    yield Scene(names={**scene.names, "changed": changed["ID"]}, body=body)


@contextlib.contextmanager
def absent(target: Target, _: Json) -> Iterator[Scene]:
    """A job that nobody has registered."""
    yield _scene(target, examples.sleeper("absent"))


def _running(make: Callable[[], Json], prepare: Callable[[Target, Json], dict[str, str]]) -> Made:
    """A job of its own, brought into some state."""

    @contextlib.contextmanager
    def made(target: Target, _: Json) -> Iterator[Scene]:
        job = make()
        with target.running(job) as answer:
            names = {"eval": answer["EvalID"], **prepare(target, job)}
            yield _scene(target, job, **names)

    return made


def _up(target: Target, job: Json) -> dict[str, str]:
    target.deployment(job["ID"], "successful")
    return {"alloc": target.wait_alloc(job["ID"], "running")["ID"]}


def _scaled(target: Target, job: Json) -> dict[str, str]:
    names = _up(target, job)
    target.send(
        "POST", f"/v1/job/{job['ID']}/scale", {"Count": 1, "Target": {"Group": "main"}, "Message": "one"}
    )
    return names


def _stopped(target: Target, job: Json) -> dict[str, str]:
    _up(target, job)
    target.send("DELETE", f"/v1/job/{job['ID']}")
    target.wait_alloc(job["ID"], "complete")
    wait_for(lambda: target.get(f"/v1/job/{job['ID']}")["Status"] == "dead", 10, "it is dead")
    return {}


def _in(status: str) -> Callable[[Target, Json], dict[str, str]]:
    def prepare(target: Target, job: Json) -> dict[str, str]:
        alloc = target.wait_alloc(job["ID"], status)

        def judged() -> bool:
            found = target.allocs(job["ID"])[-1]["DeploymentStatus"]
            return job["Type"] == "batch" or (found or {}).get("Healthy") is False

        wait_for(judged, 15, "its health is judged")
        return {"alloc": alloc["ID"]}

    return prepare


def _evaluated(target: Target, job: Json) -> dict[str, str]:
    wait_for(lambda: _blocked(target, job), 15, "something waits for room")
    return {}


def _blocked(target: Target, job: Json) -> bool:
    states = [e["Status"] for e in target.get(f"/v1/job/{job['ID']}/evaluations")]
    return "blocked" in states and "complete" in states


def _nothing(_: Target, __: Json) -> dict[str, str]:
    return {}


def _slow() -> Json:
    job = examples.sleeper("deploying")
    job["Update"] |= {"MinHealthyTime": 6 * examples.SECOND}
    return job


def _big() -> Json:
    job = examples.sleeper("big")
    job["TaskGroups"][0]["Tasks"][0]["Resources"] = {"CPU": 50, "MemoryMB": 9_000_000}
    return job


@contextlib.contextmanager
def recorded(_: Target, __: Json) -> Iterator[Scene]:
    """Nothing is needed: the recorded body is sent."""
    yield Scene(bare=True)


@contextlib.contextmanager
def space(target: Target, _: Json) -> Iterator[Scene]:
    """The namespace of the recordings, which enables docker only."""
    rules = {"EnabledTaskDrivers": ["docker"], "DisabledTaskDrivers": ["raw_exec"]}
    body = {"Name": SPACE, "Description": "x", "Capabilities": rules, "Meta": {"portal": "yes"}}
    target.send("POST", f"/v1/namespace/{SPACE}", body)
    try:
        yield Scene(bare=True)
    finally:
        target.call("DELETE", f"/v1/namespace/{SPACE}")


@contextlib.contextmanager
def no_space(target: Target, _: Json) -> Iterator[Scene]:
    """It is not there."""
    target.call("DELETE", f"/v1/namespace/{SPACE}")
    yield Scene(bare=True)


@contextlib.contextmanager
def volume(target: Target, _: Json) -> Iterator[Scene]:
    """A host volume."""
    wanted = {
        "Name": f"contract-{uuid.uuid4().hex[:6]}",
        "PluginID": "mkdir",
        "RequestedCapabilities": [{"AccessMode": "single-node-writer", "AttachmentMode": "file-system"}],
    }
    made = target.send("PUT", "/v1/volume/host/create", {"Volume": wanted})
    identity = made["Volume"]["ID"]
    wait_for(lambda: target.get(f"/v1/volume/host/{identity}")["State"] == "ready", 10, "it is ready")
    yield Scene()
    target.call("DELETE", f"/v1/volume/host/{identity}/delete")


@contextlib.contextmanager
def new_volume(target: Target, _: Json) -> Iterator[Scene]:
    """A volume that is about to be made."""
    wanted = {
        "Name": f"contract-{uuid.uuid4().hex[:6]}",
        "PluginID": "mkdir",
        "RequestedCapabilities": [{"AccessMode": "single-node-writer", "AttachmentMode": "file-system"}],
    }
    yield Scene(body={"Volume": wanted})
    for made in target.get("/v1/volumes", type="host"):
        if made["Name"] == wanted["Name"]:
            target.call("DELETE", f"/v1/volume/host/{made['ID']}/delete")


def _token(secret: str) -> Made:
    @contextlib.contextmanager
    def made(_: Target, __: Json) -> Iterator[Scene]:
        yield Scene(token=secret)

    return made


SCENES: dict[str, Made] = {
    "kept": kept,
    "absent": absent,
    "recorded": recorded,
    "space": space,
    "no_space": no_space,
    "volume": volume,
    "new_volume": new_volume,
    "fresh": _running(lambda: examples.sleeper("fresh"), _nothing),
    "replaced": _running(lambda: examples.sleeper("replaced"), _up),
    "scaled": _running(lambda: examples.sleeper("scaled", group={"Count": 2}), _scaled),
    "stopped": _running(lambda: examples.sleeper("stopped"), _stopped),
    "deploying": _running(
        _slow, lambda target, job: {"alloc": target.wait_alloc(job["ID"], "running")["ID"]}
    ),
    "crashed": _running(
        lambda: examples.shell("echo starting; echo boom >&2; exit 3", "crashed"), _in("failed")
    ),
    "batch": _running(lambda: examples.batch("batch", "/bin/echo", ["bonjour"]), _in("complete")),
    "too_big": _running(_big, _evaluated),
    "no_datacenter": _running(
        lambda: {**examples.sleeper("nodc"), "Datacenters": ["secondaire"]}, _evaluated
    ),
    "nobody": _token(""),
    "unknown": _token("12345678-1234-1234-1234-123456789012"),
    "malformed": _token("not-a-uuid"),
}
