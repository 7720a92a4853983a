"""The lab's CSI plugin as an engineer sets it up: read, and its rights tried without a change."""

import json
from typing import Any

import pytest
import responses

from drivers.nomad import CsiPlugin, NomadJobs, PluginState
from kernel.errors import Misconfigured, Unavailable

NOMAD = "http://nomad.test:4646"
VOLUME = f"{NOMAD}/v1/volume/csi/lab-doctor--aaaaaa-data"
DENIED = (403, "Permission denied")
COUNTS = {"ControllersHealthy": 1, "ControllersExpected": 2, "NodesHealthy": 3, "NodesExpected": 4}


@pytest.fixture
def jobs() -> NomadJobs:
    return NomadJobs(NOMAD, namespace="lab", csi=CsiPlugin("nfs"))


def _answer(*, makes: bool, required: bool = True) -> dict[str, Any]:
    """As a 2.0.6 tells of csi-driver-host-path."""
    able = {"SupportsCreateDelete": makes, "SupportsAttachDetach": True}
    half = {"PluginID": "nfs", "Healthy": True}
    return {
        "ID": "nfs",
        "Provider": "nfs.csi.k8s.io",
        "Version": "4.9",
        "ControllerRequired": required,
        **COUNTS,
        "Controllers": {"node": {**half, "ControllerInfo": able}} if required else {},
        "Nodes": {"node": {**half, "ControllerInfo": None}},
    }


@pytest.mark.parametrize(
    ("told", "creates"),
    [
        (_answer(makes=True), True),
        (_answer(makes=False), False),
        (_answer(makes=True, required=False), False),
    ],
)
def test_the_plugin(jobs: NomadJobs, wire: responses.RequestsMock, told: Any, creates: bool) -> None:
    wire.get(f"{NOMAD}/v1/plugin/csi/nfs", json=told)
    assert jobs.csi.state() == PluginState("nfs.csi.k8s.io", "4.9", 1, 2, 3, 4, creates)


def test_one_that_nomad_does_not_know(jobs: NomadJobs, wire: responses.RequestsMock) -> None:
    wire.get(f"{NOMAD}/v1/plugin/csi/nfs", status=404, body="plugin not found")
    assert jobs.csi.state() is None


def test_a_token_that_may_not_read_it(jobs: NomadJobs, wire: responses.RequestsMock) -> None:
    wire.get(f"{NOMAD}/v1/plugin/csi/nfs", status=403, body="Permission denied")
    with pytest.raises(Misconfigured):
        jobs.csi.state()


SAID = {
    "create": (500, "no CSI plugin named: paillasse-doctor could be found"),
    "delete": (500, "volume not found: lab-doctor--aaaaaa-data"),
    "detach": (500, "no such volume"),
}


@pytest.mark.parametrize("lacking", ["", "create", "delete", "detach"])
def test_a_right_is_seen_by_what_is_said_after_it(
    jobs: NomadJobs, wire: responses.RequestsMock, lacking: str
) -> None:
    for right, method in (("create", wire.put), ("delete", wire.delete), ("detach", wire.delete)):
        status, text = DENIED if right == lacking else SAID[right]
        method(f"{VOLUME}/{right}", status=status, body=text)
    assert jobs.csi.rights("lab-doctor--aaaaaa-data") == SAID.keys() - {lacking}
    (made,) = json.loads(wire.calls[0].request.body or "")["Volumes"]
    assert made["PluginID"] == "paillasse-doctor", "the lab's own would make one"


def test_a_nomad_that_is_away_tells_of_no_right(jobs: NomadJobs, wire: responses.RequestsMock) -> None:
    wire.put(f"{VOLUME}/create", status=502, body="bad gateway")
    with pytest.raises(Unavailable):
        jobs.csi.rights("lab-doctor--aaaaaa-data")
