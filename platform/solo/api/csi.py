"""/v1/volume/csi and /v1/plugins: what one CSI plugin would do, done with directories of this machine.

There is no plugin process: `solo` itself makes the directory, and says so (the plugin's Provider). Refusals
are those of a real Nomad 2.0.6-dev; what a plugin itself may refuse is not played here.
"""

import shutil
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo.api.common import Call, answer, blocking, endpoint, text, visible
from solo.clock import now_ns
from solo.errors import ApiError
from solo.paths import uses
from solo.state import client_done
from solo.store import Row

PROVIDER = "solo: directories of this machine, no plugin"
_STUB = ("AccessMode", "AttachmentMode", "CreateIndex", "CreateTime", "ID", "ModifyIndex", "ModifyTime",
         "Name", "Namespace", "PluginID", "Provider", "Schedulable")  # fmt: skip
_CLAIM = ("ID", "NodeID", "JobID", "ClientStatus", "DesiredStatus")


def stub(call: Call, row: Row) -> Row:
    """A volume as lists show it."""
    claims = _claims(call, row)
    counts = {"CurrentReaders": 0, "CurrentWriters": len(claims)}
    return {**{key: row[key] for key in _STUB}, **counts, "NodesHealthy": 1, "NodesExpected": 1}


def listed(call: Call) -> list[Row]:
    """The volumes of the namespace asked for."""
    return [stub(call, row) for row in visible(call, call.store.rows("csi"), "csi-list-volume")]


def _claims(call: Call, row: Row) -> list[Row]:
    """Allocations that are not done and mount it: a claim here never outlives them."""
    return [a for a in call.store.rows("allocs") if not client_done(a) and uses(a, row)]


async def create(call: Call) -> Response:
    """PUT /v1/volume/csi/{id}/create; one that stands is left as it is."""
    wanted = (await call.body()).get("Volumes") or []
    call.token.need("plugin-read")
    if not wanted:
        raise ApiError(500, "missing volume definition")
    made: list[Row] = []
    for each in wanted:
        space = each.get("Namespace") or call.namespace
        call.need("csi-write-volume", namespace=space)
        _check(call, each)
        made.append(_made(call, each, space))
    return answer({"Volumes": made}, call.store.index)


def _check(call: Call, wanted: dict[str, Any]) -> None:
    if not wanted.get("RequestedCapabilities"):
        raise ApiError(500, "validation: must include at least one capability block")
    plugin = wanted.get("PluginID", "")
    if not plugin or plugin != call.context.machine.options.csi_plugin:
        raise ApiError(500, f"no CSI plugin named: {plugin} could be found")


def _made(call: Call, wanted: dict[str, Any], space: str) -> Row:
    machine, key = call.context.machine, f"{space}/{wanted['ID']}"
    if (old := call.store.get("csi", key)) is not None:
        return old
    path = machine.csi_dir / space / wanted["ID"]
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o777)
    machine.user.own(path)
    now = now_ns()
    with call.store.change() as change:
        row = {
            "AccessMode": "",
            "AttachmentMode": "",
            "Capacity": wanted.get("RequestedCapacityMax") or 0,
            "CreateIndex": change.index,
            "CreateTime": now,
            "ExternalID": wanted["ID"],
            "HostPath": str(path),
            "ID": wanted["ID"],
            "ModifyIndex": change.index,
            "ModifyTime": now,
            "Name": wanted.get("Name") or wanted["ID"],
            "Namespace": space,
            "Parameters": wanted.get("Parameters"),
            "PluginID": wanted["PluginID"],
            "Provider": PROVIDER,
            "RequestedCapabilities": wanted["RequestedCapabilities"],
            "RequestedCapacityMax": wanted.get("RequestedCapacityMax") or 0,
            "RequestedCapacityMin": wanted.get("RequestedCapacityMin") or 0,
            "Schedulable": True,
            "Type": "csi",
        }
        change.put("csi", key, row)
    call.context.scheduler.unblock()
    return row


async def read_volume(call: Call) -> Response:
    """GET /v1/volume/csi/{id}, with the allocations that claim it."""
    call.known()

    def read() -> tuple[int, Any]:
        call.need("csi-read-volume")
        row = call.store.get("csi", f"{call.namespace}/{call.path('id')}")
        if row is None:
            raise ApiError(404, "volume not found")
        stubs = [{key: alloc[key] for key in _CLAIM} for alloc in _claims(call, row)]
        writers = {each["ID"]: None for each in stubs}
        return row["ModifyIndex"], {**row, "Allocations": stubs, "ReadAllocs": {}, "WriteAllocs": writers}

    return await blocking(call, read)


async def delete(call: Call) -> Response:
    """DELETE /v1/volume/csi/{id}/delete, with what it holds; refused while an allocation claims it.

    What it holds is gone even then: Nomad has the plugin destroy it before it looks at claims.
    """
    call.need("csi-write-volume")
    call.token.need("plugin-read")
    with call.store.change() as change:
        row = call.store.get("csi", f"{call.namespace}/{call.path('id')}")
        if row is None:
            raise ApiError(500, f"volume not found: {call.path('id')}")
        shutil.rmtree(Path(row["HostPath"]), ignore_errors=True)
        if _claims(call, row):
            raise ApiError(500, f"volume in use: {row['ID']}")
        change.delete("csi", f"{row['Namespace']}/{row['ID']}")
    return text("", headers={"X-Nomad-Index": str(call.store.index)})


async def detach(call: Call) -> Response:
    """DELETE /v1/volume/csi/{id}/detach: a claim ends with its allocation here, so nothing is left to do."""
    call.need("csi-mount-volume")
    call.token.need("plugin-read")
    if call.store.get("csi", f"{call.namespace}/{call.path('id')}") is None:
        raise ApiError(500, "no such volume")
    return text("")


async def plugins(call: Call) -> Response:
    """GET /v1/plugins?type=csi."""
    call.known()
    name = call.context.machine.options.csi_plugin
    found = [_stub_of(name)] if name and call.query("type", "csi") == "csi" else []
    return await blocking(call, lambda: (call.store.index, found))


def _stub_of(name: str) -> Row:
    counts = {"ControllersHealthy": 1, "ControllersExpected": 1, "NodesHealthy": 1, "NodesExpected": 1}
    return {"ID": name, "Provider": PROVIDER, "ControllerRequired": True, **counts,
            "CreateIndex": 1, "ModifyIndex": 1}  # fmt: skip


async def plugin(call: Call) -> Response:
    """GET /v1/plugin/csi/{id}, with this machine as its controller and its node."""
    call.token.need("plugin-read")
    name, node = call.path("id"), call.context.machine.node_id
    if name != call.context.machine.options.csi_plugin:
        raise ApiError(404, "plugin not found")
    half = {"PluginID": name, "AllocID": "", "Healthy": True, "Provider": PROVIDER, "ProviderVersion": ""}
    able = {"SupportsCreateDelete": True, "SupportsAttachDetach": False}
    controllers = {node: {**half, "ControllerInfo": able, "NodeInfo": None}}
    nodes = {node: {**half, "ControllerInfo": None, "NodeInfo": {"ID": node}}}
    whole = {**_stub_of(name), "Version": "", "Controllers": controllers, "Nodes": nodes, "Allocations": []}
    return answer(whole, call.store.index)


routes = [
    Route("/v1/plugins", endpoint(plugins), methods=["GET"]),
    Route("/v1/plugin/csi/{id}", endpoint(plugin), methods=["GET"]),
    Route("/v1/volume/csi/{id}/create", endpoint(create), methods=["PUT", "POST"]),
    Route("/v1/volume/csi/{id}", endpoint(read_volume), methods=["GET"]),
    Route("/v1/volume/csi/{id}/delete", endpoint(delete), methods=["DELETE"]),
    Route("/v1/volume/csi/{id}/detach", endpoint(detach), methods=["DELETE"]),
]
