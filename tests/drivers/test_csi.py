"""Deleting a CSI volume: Nomad has the plugin destroy it before it asks who still claims it."""

from typing import Any

import pytest
import responses

from drivers.nomad import CsiPlugin, NomadJobs
from drivers.wiring import Opened
from kernel.errors import Misconfigured, OutsideError, OutsideRefused, Unavailable
from tests.drivers.sent import params

URL = "http://nomad.test:4646/v1/volume/csi/genomics-data"
#: by their last digit
ALLOCS = {number: f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 5)}
NODES = {name: f"00000000-0000-4000-8000-00000000000{name}" for name in "ab"}


def _claim(number: int, node: str, client: str, desired: str = "run") -> dict[str, str]:
    return {"ID": ALLOCS[number], "NodeID": NODES[node], "ClientStatus": client, "DesiredStatus": desired}


CLAIMED: list[tuple[list[dict[str, str]], list[int], str, str]] = [
    ([], [1], "", "Nomad collected the allocation and kept its claim"),
    ([_claim(1, "a", "running")], [1], "", "it is mounted and written"),
    ([_claim(1, "a", "running", "stop")], [1], "", "it is being stopped and may write to its last moment"),
    ([_claim(1, "a", "complete", "stop")], [1], "a", "the claim outlived its allocation"),
    ([_claim(1, "a", "lost", "stop"), _claim(2, "a", "failed")], [1, 2], "a", "one call a node"),
    (
        [_claim(1, "a", "complete", "stop"), _claim(2, "a", "running")],
        [1, 2],
        "",
        "another of that node writes",
    ),
    ([_claim(1, "a", "complete"), _claim(2, "b", "unknown")], [1, 2], "a", "b may come back"),
]


@pytest.mark.parametrize(("stubs", "writers", "detached", "reason"), CLAIMED)
def test_a_claimed_volume_is_not_deleted(
    opened: Opened,
    wire: responses.RequestsMock,
    stubs: list[dict[str, str]],
    writers: list[int],
    detached: str,
    reason: str,
) -> None:
    claims = {ALLOCS[number]: None for number in writers}
    wire.get(URL, json={"ID": "genomics-data", "Allocations": stubs, "ReadAllocs": {}, "WriteAllocs": claims})
    wire.delete(f"{URL}/detach", json={})
    with pytest.raises(Unavailable) as caught:
        opened.jobs.delete_volume("genomics-data", kind="csi")
    assert f"claimed by {len(writers)} " in caught.value.detail
    nodes = [params(call)["node"] for call in wire.calls if call.request.method == "DELETE"]
    assert nodes == [NODES[name] for name in detached], reason


def test_a_reader_claims_it_as_well(opened: Opened, wire: responses.RequestsMock) -> None:
    claims: dict[str, Any] = {"ReadAllocs": {ALLOCS[1]: None}, "WriteAllocs": {}}
    wire.get(URL, json={"ID": "genomics-data", "Allocations": [], **claims})
    with pytest.raises(Unavailable):
        opened.jobs.delete_volume("genomics-data", kind="csi")


def _made(why: str) -> str:
    """How a 2.0.6 tells what its plugin said of a volume to be made."""
    return f"1 error occurred:\n\t* controller create volume: CSI.ControllerCreateVolume: {why}\n\n"


_SOCKET = (
    "timeout while connecting to gRPC socket: failed to create gRPC connection: context deadline exceeded"
)
_RPC = "rpc error: code ="
PLUGIN_SAYS: list[tuple[str, type[OutsideError], str]] = [
    (f'unsupported capacity_range for volume "a": {_RPC} OutOfRange desc = 2 TiB', OutsideRefused, "too big"),
    (
        f'volume "a" already exists but is incompatible with these: {_RPC} AlreadyExists desc = no',
        OutsideRefused,
        "one of that name and another size stands there",
    ),
    (
        f'volume "a" snapshot source "" is not compatible with these: {_RPC} InvalidArgument desc = no',
        Misconfigured,
        "what the lab has it told (CSI_PARAMETERS)",
    ),
    (f"{_RPC} PermissionDenied desc = no", Misconfigured, "the plugin's own right at its storage"),
    (f"{_RPC} Unauthenticated desc = no", Misconfigured, "the same"),
    (f"{_RPC} Unimplemented desc = no", Misconfigured, "it makes none"),
    (
        f'unable to provision "a" in accessible_topology: {_RPC} ResourceExhausted desc = full',
        Unavailable,
        "room",
    ),
    (
        f"{_RPC} Aborted desc = an operation on this volume is under way",
        Unavailable,
        "our last try, as it may be",
    ),
    (f"controller plugin returned an internal error: {_RPC} Internal desc = nfs", Unavailable, "it may pass"),
    (f"{_RPC} DeadlineExceeded desc = context deadline exceeded", Unavailable, "slow"),
    (_SOCKET, Unavailable, "it is being started"),
]


OF_STORAGE: list[tuple[str, type[OutsideError], str]] = [
    ("no CSI plugin named: nfs could be found", Misconfigured, "the lab's plugin is not there"),
    ("plugin not found: nfs", Misconfigured, "nor where a volume of it is deleted"),
    ('plugin "nfs" for volume "a-b" not found', Misconfigured, "its last controller left Nomad's list"),
    ("plugin has no controller", Misconfigured, "the lab's plugin makes no volumes"),
    ("plugin does not support creating volumes", Misconfigured, "nor does this one"),
    ("no healthy controllers for CSI plugin: nfs", Unavailable, "it may come back"),
    ("volume in use: a-b", Unavailable, "somebody claimed it meanwhile"),
    ("rpc error: could not detach from node: gone", Unavailable, "the machine may come back"),
]


@pytest.mark.parametrize(("text", "kind", "reason"), OF_STORAGE)
def test_what_keeps_nomad_from_asking_it(
    opened: Opened, wire: responses.RequestsMock, text: str, kind: type[OutsideError], reason: str
) -> None:
    wire.get(URL, json={"ID": "genomics-data", "Allocations": []})
    wire.delete(f"{URL}/delete", status=500, body=text)
    with pytest.raises(OutsideError) as caught:
        opened.jobs.delete_volume("genomics-data", kind="csi")
    assert (type(caught.value), caught.value.part) == (kind, "storage"), reason


@pytest.mark.parametrize(("why", "kind", "reason"), PLUGIN_SAYS)
def test_what_the_plugin_says_is_named_by_what_to_do(
    wire: responses.RequestsMock, why: str, kind: type[OutsideError], reason: str
) -> None:
    jobs = NomadJobs("http://nomad.test:4646", namespace="lab", csi=CsiPlugin("nfs"))
    wire.get(URL, status=404, body="volume not found")
    wire.put(f"{URL}/create", status=500, body=_made(why))
    with pytest.raises(OutsideError) as caught:
        jobs.create_volume("genomics-data", size_mib=16, kind="csi")
    assert (type(caught.value), caught.value.part) == (kind, "storage"), reason


def test_a_machine_that_does_not_let_go_holds_up_no_other(
    opened: Opened, wire: responses.RequestsMock
) -> None:
    stubs = [_claim(1, "a", "complete"), _claim(2, "b", "complete")]
    wire.get(URL, json={"ID": "genomics-data", "Allocations": stubs})
    wire.delete(f"{URL}/detach", status=500, body="could not detach from node: rpc error: no path to node")
    with pytest.raises(Unavailable) as caught:
        opened.jobs.delete_volume("genomics-data", kind="csi")
    assert caught.value.part == "storage"
    assert [params(call).get("node") for call in wire.calls] == [None, NODES["a"], NODES["b"]]


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (200, "", "it goes with what it holds"),
        (500, "volume not found: genomics-data", "somebody else was quicker"),
    ],
)
def test_what_nobody_claims_is_deleted(
    opened: Opened, wire: responses.RequestsMock, status: int, text: str, reason: str
) -> None:
    wire.get(URL, json={"ID": "genomics-data", "Allocations": [], "ReadAllocs": {}, "WriteAllocs": {}})
    wire.delete(f"{URL}/delete", status=status, body=text)
    opened.jobs.delete_volume("genomics-data", kind="csi")
    assert len(wire.calls) == 2, reason
