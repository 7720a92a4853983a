"""Deleting a CSI volume: Nomad has the plugin destroy it before it asks who still claims it."""

from typing import Any

import pytest
import responses

from drivers.wiring import Opened
from kernel.errors import Unavailable
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
