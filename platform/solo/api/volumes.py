"""/v1/volumes and /v1/volume/host: plain directories of this machine, as Nomad's mkdir plugin makes them."""

import shutil
import uuid
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo.api import csi
from solo.api.common import Call, answer, blocking, endpoint, text, visible
from solo.api.filtering import matching
from solo.clock import now_ns
from solo.errors import ApiError
from solo.paths import uses
from solo.state import client_done

#: what Go's strconv takes for a truth value, and nothing
_BOOLEANS = frozenset(["", "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"])
_STUB = ("CapacityBytes", "CreateIndex", "CreateTime", "ID", "ModifyIndex", "ModifyTime", "Name", "Namespace",
         "NodeID", "NodePool", "PluginID", "State")  # fmt: skip


async def list_volumes(call: Call) -> Response:
    """GET /v1/volumes?type=host or csi."""
    host = call.query("type") == "host"
    visible(call, [], "host-volume-read" if host else "csi-list-volume")

    def read() -> tuple[int, Any]:
        if not host:
            return call.store.table_index["csi"], csi.listed(call)
        rows = visible(call, call.store.rows("volumes"), "host-volume-read")
        stubs = [{key: v[key] for key in _STUB} for v in rows]
        return call.store.table_index["volumes"], matching(stubs, call.query("filter"))

    return await blocking(call, read)


async def create(call: Call) -> Response:
    """PUT /v1/volume/host/create; with the ID of one that is there, it is kept as it is."""
    wanted = (await call.body()).get("Volume")
    call.known()
    if not isinstance(wanted, dict):
        raise ApiError(400, "missing volume definition")
    space = wanted.get("Namespace") or call.namespace
    call.need("host-volume-create", namespace=space)
    _check(call, wanted, space)
    machine, now = call.context.machine, now_ns()
    old = call.store.get("volumes", wanted.get("ID") or "")
    identity = old["ID"] if old else str(uuid.uuid4())
    path = machine.volumes_dir / identity
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(int((wanted.get("Parameters") or {}).get("mode") or "0700", 8))
    machine.user.own(path)
    with call.store.change() as change:
        row = {
            "CapacityBytes": 0,
            "CreateIndex": old["CreateIndex"] if old else change.index,
            "CreateTime": old["CreateTime"] if old else now,
            "HostPath": str(path),
            "ID": identity,
            "ModifyIndex": change.index,
            "ModifyTime": now,
            "Name": wanted["Name"],
            "Namespace": space,
            "NodeID": machine.node_id,
            "NodePool": "default",
            "Parameters": wanted.get("Parameters"),
            "PluginID": wanted["PluginID"],
            "RequestedCapabilities": wanted.get("RequestedCapabilities"),
            "RequestedCapacityMaxBytes": wanted.get("RequestedCapacityMaxBytes") or 0,
            "RequestedCapacityMinBytes": wanted.get("RequestedCapacityMinBytes") or 0,
            "State": "ready",
        }
        change.put("volumes", identity, row)
        index = change.index
    call.context.scheduler.unblock()
    return answer({"Index": index, "Volume": {**row, "State": "pending"}, "Warnings": ""}, index)


def _check(call: Call, wanted: dict[str, Any], space: str) -> None:
    problems = []
    if not wanted.get("Name"):
        problems.append("missing name")
    if not wanted.get("RequestedCapabilities"):
        problems.append("must include at least one capability block")
    if problems:
        listed = "".join(f"\t* {p}\n" for p in problems)
        word = "error" if len(problems) == 1 else "errors"
        raise ApiError(500, f"volume validation failed: {len(problems)} {word} occurred:\n{listed}\n")
    if call.store.get("namespaces", space) is None:
        raise ApiError(500, f'volume is in nonexistent namespace "{space}"')
    others = [v for v in call.store.rows("volumes") if v["Name"] == wanted["Name"]]
    taken = any(
        v["ID"] != wanted.get("ID") for v in others
    )  # one of a name on a node, whatever the namespace
    infeasible = wanted.get("PluginID") != "mkdir"
    if taken or infeasible:
        raise ApiError(
            500,
            f'could not place volume "{wanted["Name"]}": no node meets constraints: {int(taken)} nodes had'
            f" existing volume, 0 nodes filtered by node pool governance, {int(infeasible and not taken)}"
            " nodes were infeasible",
        )


async def read_volume(call: Call) -> Response:
    """GET /v1/volume/host/{id}."""

    def read() -> tuple[int, Any]:
        call.need("host-volume-read")
        row = call.store.get("volumes", call.path("id"))
        if row is None or row["Namespace"] != call.namespace:
            raise ApiError(404, "volume not found")
        return row["ModifyIndex"], {**row, "Allocations": []}

    return await blocking(call, read)


async def delete(call: Call) -> Response:
    """DELETE /v1/volume/host/{id} and /v1/volume/host/{id}/delete; refused while an allocation uses it.

    `force` is for a machine that is away: this one never is.
    """
    if call.query("force") not in _BOOLEANS:
        raise ApiError(400, "invalid force value")
    call.known()
    call.need("host-volume-delete")
    with call.store.change() as change:
        row = call.store.get("volumes", call.path("id"))
        if row is None or row["Namespace"] != call.namespace:
            raise ApiError(500, f"no such volume: {call.path('id')}")
        users = [a["ID"] for a in call.store.rows("allocs") if not client_done(a) and uses(a, row)]
        if users:
            raise ApiError(500, f"volume {row['ID']} in use by allocations: {users}".replace("'", ""))
        change.delete("volumes", row["ID"])
        index = change.index
    shutil.rmtree(Path(row["HostPath"]), ignore_errors=True)
    return text("", headers={"X-Nomad-Index": str(index)})


routes = [
    Route("/v1/volumes", endpoint(list_volumes), methods=["GET"]),
    Route("/v1/volume/host/create", endpoint(create), methods=["PUT", "POST"]),
    Route("/v1/volume/host/{id}", endpoint(read_volume), methods=["GET"]),
    Route("/v1/volume/host/{id}", endpoint(delete), methods=["DELETE"]),
    Route("/v1/volume/host/{id}/delete", endpoint(delete), methods=["DELETE"]),
]
