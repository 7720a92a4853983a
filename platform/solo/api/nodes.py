"""/v1/nodes, /v1/node/{id}, node pools, namespaces."""

import hashlib
import json
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo import views
from solo.api.common import Call, answer, blocking, endpoint, text
from solo.errors import ApiError
from solo.node import ELIGIBLE, INELIGIBLE
from solo.store import Row

_STUB = (
    "Address",
    "CreateIndex",
    "Datacenter",
    "Drain",
    "Drivers",
    "HostVolumes",
    "ID",
    "LastDrain",
    "ModifyIndex",
    "Name",
    "NodeClass",
    "NodePool",
    "SchedulingEligibility",
    "Status",
    "StatusDescription",
)


def _host_volumes(call: Call) -> dict[str, Any] | None:
    found = {
        v["Name"]: {"ID": v["ID"], "Name": v["Name"], "Path": v["HostPath"], "ReadOnly": False}
        for v in call.store.rows("volumes")
    }
    return found or None


def _stub(call: Call, node: Row) -> Row:
    stub = {**{key: node[key] for key in _STUB}, "Version": node["Attributes"]["nomad.version"]}
    if call.flag("os"):
        stub["Attributes"] = {"os.name": node["Attributes"]["os.name"]}
    if call.flag("resources"):
        stub |= {key: node[key] for key in ("NodeResources", "ReservedResources")}
    return {**stub, "HostVolumes": _host_volumes(call)}


async def list_nodes(call: Call) -> Response:
    """GET /v1/nodes."""
    call.token.need("node-read")
    prefix = call.query("prefix")

    def read() -> tuple[int, Any]:
        rows = [_stub(call, node) for node in call.store.rows("nodes") if node["ID"].startswith(prefix)]
        return call.store.table_index["nodes"], rows

    return await blocking(call, read)


def _node(call: Call) -> Row:
    row = call.store.get("nodes", call.path("node"))
    if row is None:
        raise ApiError(404, "node not found")
    return row


async def read_node(call: Call) -> Response:
    """GET /v1/node/{id}."""
    call.token.need("node-read")
    return await blocking(
        call,
        lambda: ((node := _node(call))["ModifyIndex"], {**node, "HostVolumes": _host_volumes(call) or {}}),
    )


async def node_allocations(call: Call) -> Response:
    """GET /v1/node/{id}/allocations."""
    token = call.token
    token.need("node-read")

    def read() -> tuple[int, Any]:
        rows = [a for a in call.store.rows("allocs") if token.may("read-job", a["Namespace"])]
        mine = [views.alloc_full(a) for a in rows if a["NodeID"] == call.path("node")]
        return call.store.table_index["allocs"], mine

    return await blocking(call, read)


async def set_eligibility(call: Call) -> Response:
    """PUT or POST /v1/node/{id}/eligibility: whether the node takes new allocations; those it has stay."""
    call.token.need("management")
    asked = (await call.body()).get("Eligibility") or ""
    if asked not in (ELIGIBLE, INELIGIBLE):
        raise ApiError(500, f'invalid scheduling eligibility "{asked}"')
    identity, index = call.path("node"), 0
    with call.store.change() as change:
        row = call.store.get("nodes", identity)
        if row is None:
            raise ApiError(500, "node not found")
        if row["SchedulingEligibility"] != asked:
            index = change.index
            change.put("nodes", identity, {**row, "SchedulingEligibility": asked, "ModifyIndex": index})
    if index and asked == ELIGIBLE:
        call.context.scheduler.unblock()
    told = {"EvalCreateIndex": 0, "EvalIDs": None, "Index": index, "NodeModifyIndex": 0}
    return answer(told, index)


async def pools(call: Call) -> Response:
    """GET /v1/node/pools."""
    call.known()
    about = {"all": "Node pool with all nodes in the cluster.", "default": "Default node pool."}
    rows = [
        {
            "CreateIndex": 1,
            "Description": text_,
            "Hash": None,
            "Meta": None,
            "ModifyIndex": 1,
            "Name": name,
            "NodeIdentityTTL": 86_400_000_000_000,
            "SchedulerConfiguration": None,
        }
        for name, text_ in about.items()
    ]
    return await blocking(call, lambda: (1, rows))


async def list_namespaces(call: Call) -> Response:
    """GET /v1/namespaces: those that the asker has any right in."""
    token = call.token

    def read() -> tuple[int, Any]:
        rows = [n for n in call.store.rows("namespaces") if token.sees(n["Name"])]
        return call.store.table_index["namespaces"], sorted(rows, key=lambda n: str(n["Name"]))

    return await blocking(call, read)


async def read_namespace(call: Call) -> Response:
    """GET /v1/namespace/{name}."""
    name = call.path("name")
    if not call.token.sees(name):
        call.token.need("management")

    def read() -> tuple[int, Any]:
        row = call.store.get("namespaces", name)
        if row is None:
            raise ApiError(404, "Namespace not found")
        return row["ModifyIndex"], row

    return await blocking(call, read)


async def write_namespace(call: Call) -> Response:
    """PUT or POST /v1/namespace/{name}, and /v1/namespace."""
    call.token.need("management")
    body = await call.body()
    name = call.request.path_params.get("name") or body.get("Name") or ""
    if body.get("Name") and body["Name"] != name:
        raise ApiError(400, "Namespace name does not match request path")
    index = put_namespace(call.context.machine.store, {**body, "Name": name})
    return text("", headers={"X-Nomad-Index": str(index)})


def put_namespace(store: Any, body: dict[str, Any]) -> int:
    """Write a namespace; the index of the change."""
    given = body.get("Capabilities")
    lists = ("DisabledNetworkModes", "DisabledTaskDrivers", "EnabledNetworkModes", "EnabledTaskDrivers")
    old = store.get("namespaces", body["Name"]) or {}
    row = {
        "Capabilities": {key: given.get(key) for key in lists} if given else None,
        "ConsulConfiguration": None,
        "Description": body.get("Description") or "",
        "Meta": body.get("Meta"),
        "Name": body["Name"],
        "NodePoolConfiguration": None,
        "OptionalExtraClaims": None,
        "Quota": "",
        "RequiredExtraClaims": None,
        "VaultConfiguration": None,
    }
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
    with store.change() as change:
        index: int = change.index
        change.put(
            "namespaces",
            row["Name"],
            {**row, "Hash": digest, "CreateIndex": old.get("CreateIndex", index), "ModifyIndex": index},
        )
    return index


async def delete_namespace(call: Call) -> Response:
    """DELETE /v1/namespace/{name}."""
    call.token.need("management")
    name = call.path("name")
    if name == "default":
        raise ApiError(500, f'1 error occurred:\n\t* can not delete default namespace "{name}"\n\n')
    with call.store.change() as change:
        if call.store.get("namespaces", name) is None:
            raise ApiError(500, "namespace not found")
        if any(job["Namespace"] == name and job["Status"] != "dead" for job in call.store.rows("jobs")):
            raise ApiError(500, f'namespace "{name}" has non-terminal jobs in regions: [{_region(call)}]')
        change.delete("namespaces", name)
        index = change.index
    return text("", headers={"X-Nomad-Index": str(index)})


def _region(call: Call) -> str:
    return call.context.machine.options.region


async def quotas(call: Call) -> Response:
    """/v1/quotas: an Enterprise feature, as Nomad's free edition answers."""
    call.known()
    return text("Nomad Enterprise only endpoint", 501)


routes = [
    Route("/v1/nodes", endpoint(list_nodes), methods=["GET"]),
    Route("/v1/node/pools", endpoint(pools), methods=["GET"]),
    Route("/v1/node/{node}", endpoint(read_node), methods=["GET"]),
    Route("/v1/node/{node}/eligibility", endpoint(set_eligibility), methods=["PUT", "POST"]),
    Route("/v1/node/{node}/allocations", endpoint(node_allocations), methods=["GET"]),
    Route("/v1/namespaces", endpoint(list_namespaces), methods=["GET"]),
    Route("/v1/namespace", endpoint(write_namespace), methods=["PUT", "POST"]),
    Route("/v1/namespace/{name}", endpoint(read_namespace), methods=["GET"]),
    Route("/v1/namespace/{name}", endpoint(write_namespace), methods=["PUT", "POST"]),
    Route("/v1/namespace/{name}", endpoint(delete_namespace), methods=["DELETE"]),
    Route("/v1/quotas", endpoint(quotas), methods=["GET"]),
]
