"""A host volume is on one machine's disk: what is asked of it, and what is said, goes by that machine."""

import json
from typing import Any

import pytest
import responses

from drivers.wiring import Opened
from kernel.errors import Unavailable
from orchestration.storage import Home
from tests.drivers.sent import params

NOMAD = "http://nomad.test:4646/v1"
NAME = "genomics-wiki--abcdef-data"
NODES = {name: f"00000000-0000-4000-8000-00000000000{name}" for name in "abc"}
VOLUMES = {name: f"10000000-0000-4000-8000-00000000000{name}" for name in "abc"}
AWAY = "volume cannot be removed from unknown node without force=true"


def stands_on(wire: responses.RequestsMock, *names: str) -> None:
    """Nomad lists a volume of the name on each of these."""
    lines = [{"ID": VOLUMES[each], "Name": NAME, "NodeID": NODES[each]} for each in names]
    wire.get(f"{NOMAD}/volumes", json=lines)


def knows(wire: responses.RequestsMock, **nodes: str) -> None:
    """How each machine is; Nomad forgot the others."""
    for name, node_id in NODES.items():
        told = {"ID": node_id, "Name": f"node-{name}", "StatusUpdatedAt": 1_790_000_000}
        if name in nodes:
            wire.get(f"{NOMAD}/node/{node_id}", json={**told, "Status": nodes[name]})
        else:
            wire.get(f"{NOMAD}/node/{node_id}", status=404, body="node not found")


def deletes(wire: responses.RequestsMock, name: str, **answer: Any) -> None:
    wire.delete(f"{NOMAD}/volume/host/{VOLUMES[name]}/delete", **(answer or {"json": {}}))


def forced(wire: responses.RequestsMock) -> list[tuple[str, str]]:
    """The volumes that were asked to be deleted, and whether by force."""
    calls = [each for each in wire.calls if each.request.method == "DELETE"]
    names = {volume_id: name for name, volume_id in VOLUMES.items()}
    return [(names[str(each.request.url).split("/")[-2]], params(each).get("force", "")) for each in calls]


def test_where_it_stands(opened: Opened, wire: responses.RequestsMock) -> None:
    stands_on(wire, "a", "b", "c")
    knows(wire, a="ready", b="down")
    homes = opened.jobs.volume_homes(NAME)
    since = 1_790_000_000
    assert homes == (Home("node-a", "ready", since), Home("node-b", "down", since), Home("00000000", ""))
    assert [(each.away, each.gone) for each in homes] == [(False, False), (True, False), (True, True)]


def test_one_that_stands_nowhere_is_on_no_machine(opened: Opened, wire: responses.RequestsMock) -> None:
    stands_on(wire)
    assert opened.jobs.volume_homes(NAME) == ()


def test_only_a_machine_that_nomad_forgot_is_forced(opened: Opened, wire: responses.RequestsMock) -> None:
    """It would keep its app for ever; one that is down may come back, and is cleared then."""
    stands_on(wire, "a", "b", "c")
    knows(wire, a="ready", b="down")
    for name, answer in (("a", {}), ("b", {"status": 500, "body": AWAY}), ("c", {})):
        deletes(wire, name, **answer)
    with pytest.raises(Unavailable) as caught:
        opened.jobs.delete_volume(NAME)
    assert caught.value.detail == AWAY
    assert forced(wire) == [("a", ""), ("b", ""), ("c", "true")], (
        "one that cannot be deleted holds up no other"
    )


@pytest.mark.parametrize("before", ["", "rpc error: "])
def test_one_that_went_meanwhile_is_deleted(
    opened: Opened, wire: responses.RequestsMock, before: str
) -> None:
    stands_on(wire, "a")
    knows(wire, a="ready")
    deletes(wire, "a", status=500, body=f"{before}no such volume: {VOLUMES['a']}")
    opened.jobs.delete_volume(NAME)


def test_a_new_one_is_not_made_on_a_machine_that_takes_no_apps(
    opened: Opened, wire: responses.RequestsMock
) -> None:
    """Nomad takes the first that has the plugin, whether it answers or not, and the same each time."""
    stands_on(wire)
    states = {"a": ("ready", "eligible"), "b": ("down", "eligible"), "c": ("ready", "ineligible")}
    lines = [
        {"ID": NODES[name], "Status": status, "SchedulingEligibility": eligible}
        for name, (status, eligible) in states.items()
    ]
    wire.get(f"{NOMAD}/nodes", json=lines)
    wire.put(f"{NOMAD}/volume/host/create", json={})
    opened.jobs.create_volume(NAME, size_mib=16)
    asked = json.loads(wire.calls[-1].request.body or "")["Volume"]
    ruled_out = [(each["LTarget"], each["Operand"], each["RTarget"]) for each in asked["Constraints"]]
    assert ruled_out == [("${node.unique.id}", "!=", NODES[name]) for name in "bc"]
