"""The agent, the servers and the cluster as one machine shows them; identities' keys; who am I."""

import asyncio
from typing import Any

import psutil
from starlette.responses import Response
from starlette.routing import Route

from solo import VERSION
from solo.api.common import Call, answer, blocking, endpoint, text
from solo.clock import now_ns


def _rpc(call: Call) -> str:
    host, port = call.context.machine.options.host_port
    return f"{host}:{port + 1}"


def _member(call: Call) -> dict[str, Any]:
    options = call.context.machine.options
    host, port = options.host_port
    return {
        "Addr": host,
        "DelegateCur": 4,
        "DelegateMax": 5,
        "DelegateMin": 2,
        "Name": f"{options.node_name}.{options.region}",
        "Port": port + 2,
        "ProtocolCur": 2,
        "ProtocolMax": 5,
        "ProtocolMin": 1,
        "Status": "alive",
        "Tags": {
            "bootstrap": "1",
            "build": VERSION,
            "dc": options.datacenter,
            "expect": "1",
            "id": call.context.machine.node_id,
            "port": str(port + 1),
            "raft_vsn": "3",
            "region": options.region,
            "revision": "",
            "role": "nomad",
            "rpc_addr": host,
            "vsn": "1",
        },
    }


async def agent_self(call: Call) -> Response:
    """GET /v1/agent/self; `stats.solo` says what this really is."""
    call.token.need("agent-read")
    options = call.context.machine.options
    version = {
        "BuildDate": None,
        "Revision": "",
        "Version": VERSION,
        "VersionMetadata": "solo",
        "VersionPrerelease": "",
    }
    config = {
        "ACL": {"Enabled": True},
        "BindAddr": options.host_port[0],
        "Client": {"Enabled": True, "MinDynamicPort": options.ports[0], "MaxDynamicPort": options.ports[1]},
        "Consuls": [{"Name": "default", "Addr": options.consul_addr.partition("://")[2]}],
        "Datacenter": options.datacenter,
        "DevMode": False,
        "NodeName": options.node_name,
        "Region": options.region,
        "Server": {"Enabled": True},
        "Vaults": [
            {"Name": "default", "Addr": options.vault_addr, "JWTAuthBackendPath": options.vault_jwt_mount}
        ],
        "Version": version,
    }
    stats = {
        "client": {
            "node_id": call.context.machine.node_id,
            "num_allocations": str(len(call.context.client.runs)),
        },
        "nomad": {"leader": "true", "server": "true", "leader_addr": _rpc(call)},
        "solo": {"stand_in": "for Nomad, on one machine, for trial and tests"},
    }
    return answer({"config": config, "member": _member(call), "stats": stats})


async def members(call: Call) -> Response:
    """GET /v1/agent/members."""
    call.token.need("node-read")
    options = call.context.machine.options
    return answer(
        {
            "Members": [_member(call)],
            "ServerDC": options.datacenter,
            "ServerName": options.node_name,
            "ServerRegion": options.region,
        }
    )


async def health(_: Call) -> Response:
    """GET /v1/agent/health."""
    fine = {"message": "ok", "ok": True}
    return answer({"client": fine, "server": fine})


async def leader(call: Call) -> Response:
    """GET /v1/status/leader."""
    return answer(_rpc(call))


async def peers(call: Call) -> Response:
    """GET /v1/status/peers."""
    return answer([_rpc(call)])


async def regions(call: Call) -> Response:
    """GET /v1/regions."""
    return answer([call.context.machine.options.region])


async def scheduler_configuration(call: Call) -> Response:
    """GET /v1/operator/scheduler/configuration."""
    call.token.need("management")
    preemption = dict.fromkeys(
        ("BatchSchedulerEnabled", "ServiceSchedulerEnabled", "SysBatchSchedulerEnabled"), False
    )
    config = {
        "CreateIndex": 1,
        "MemoryOversubscriptionEnabled": False,
        "ModifyIndex": 1,
        "NodeLimitForFeasibilityChecks": 0,
        "PauseEvalBroker": False,
        "PreemptionConfig": {**preemption, "SystemSchedulerEnabled": True},
        "RejectJobRegistration": False,
        "SchedulerAlgorithm": "binpack",
    }
    body = {"Index": 1, "KnownLeader": True, "LastContact": 0, "NextToken": "", "SchedulerConfig": config}
    return await blocking(call, lambda: (1, body))


async def collect(call: Call) -> Response:
    """PUT /v1/system/gc."""
    call.token.need("management")
    await asyncio.to_thread(call.context.client.collect, now_ns(), everything=True)
    return text("")


async def token_self(call: Call) -> Response:
    """GET /v1/acl/token/self."""
    token = call.token
    return await blocking(call, lambda: (1, token.json(call.secret)))


async def jwks(call: Call) -> Response:
    """GET /.well-known/jwks.json."""
    return answer(call.context.machine.signer.jwks(), headers={"Cache-Control": "public, max-age=300"})


async def client_stats(call: Call) -> Response:
    """GET /v1/client/stats."""
    call.token.need("node-read")
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(call.context.machine.options.data_dir))
    usage = {
        "Available": disk.free,
        "Device": "",
        "InodesUsedPercent": 0.0,
        "Mountpoint": "",
        "Size": disk.total,
        "Used": disk.used,
        "UsedPercent": disk.percent,
    }
    cpus = [
        {"CPU": f"cpu{n}", "Idle": 100.0 - p, "System": 0.0, "TotalPercent": p, "TotalTicks": 0.0, "User": p}
        for n, p in enumerate(psutil.cpu_percent(interval=None, percpu=True))
    ]
    node = call.context.machine.node()
    busy = psutil.cpu_percent(interval=None) / 100
    return answer(
        {
            "AllocDirStats": usage,
            "CPU": cpus,
            "DeviceStats": None,
            "DiskStats": [{**usage, "Mountpoint": "/"}],
            "CPUTicksConsumed": busy * node["NodeResources"]["Cpu"]["CpuShares"],
            "Memory": {
                "Available": memory.available,
                "Free": memory.free,
                "Total": memory.total,
                "Used": memory.used,
            },
            "Timestamp": now_ns(),
            "Uptime": int(now_ns() / 1e9 - psutil.boot_time()),
        }
    )


routes = [
    Route("/v1/agent/self", endpoint(agent_self), methods=["GET"]),
    Route("/v1/agent/members", endpoint(members), methods=["GET"]),
    Route("/v1/agent/health", endpoint(health), methods=["GET"]),
    Route("/v1/status/leader", endpoint(leader), methods=["GET"]),
    Route("/v1/status/peers", endpoint(peers), methods=["GET"]),
    Route("/v1/regions", endpoint(regions), methods=["GET"]),
    Route("/v1/operator/scheduler/configuration", endpoint(scheduler_configuration), methods=["GET"]),
    Route("/v1/system/gc", endpoint(collect), methods=["PUT", "POST"]),
    Route("/v1/acl/token/self", endpoint(token_self), methods=["GET"]),
    Route("/v1/client/stats", endpoint(client_stats), methods=["GET"]),
    Route("/.well-known/jwks.json", endpoint(jwks), methods=["GET"]),
]
