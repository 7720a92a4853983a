"""/v1/allocations, /v1/allocation/{id}, and what a person does to one: restart, signal, stop."""

import asyncio
import os
import signal
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo import views
from solo.api.common import Call, answer, blocking, endpoint, visible
from solo.clock import now_ns
from solo.errors import ApiError
from solo.newalloc import NO_TRANSITION
from solo.node import cpu_mhz
from solo.state import key_of, new_eval, put_alloc
from solo.store import Row


def find_alloc(call: Call, missing: str = "alloc not found") -> Row:
    """The allocation that the path names. Raises ApiError 404."""
    row = call.store.get("allocs", call.path("alloc"))
    if row is None:
        raise ApiError(404, missing)
    return row


def _for_client(call: Call, *capabilities: str) -> Row:
    call.known()
    alloc = find_alloc(call, f'Unknown allocation "{call.path("alloc")}"')
    call.need(*capabilities, namespace=alloc["Namespace"])
    return alloc


async def list_allocs(call: Call) -> Response:
    """GET /v1/allocations."""
    visible(call, [], "read-job")

    def read() -> tuple[int, Any]:
        rows = visible(call, call.store.rows("allocs"), "read-job")
        stubs = [views.alloc_stub(a, resources=call.flag("resources")) for a in rows]
        return call.store.table_index["allocs"], sorted(stubs, key=lambda a: str(a["ID"]))

    return await blocking(call, read)


async def read_alloc(call: Call) -> Response:
    """GET /v1/allocation/{id}."""
    call.known()

    def read() -> tuple[int, Any]:
        alloc = find_alloc(call)
        call.need("read-job", namespace=alloc["Namespace"])
        return alloc["ModifyIndex"], views.alloc_full(alloc)

    return await blocking(call, read)


async def services(call: Call) -> Response:
    """GET /v1/allocation/{id}/services: none of Nomad's own here, all are Consul's."""
    alloc = find_alloc(call)
    call.need("read-job", namespace=alloc["Namespace"])
    return await blocking(call, lambda: (1, []))


async def stop(call: Call) -> Response:
    """PUT or POST /v1/allocation/{id}/stop: ended, and another made in its place."""
    call.known()
    alloc = find_alloc(call)
    call.need("alloc-lifecycle", namespace=alloc["Namespace"])
    with call.store.change() as change:
        job = call.store.get("jobs", key_of(alloc)) or alloc["Job"]
        put_alloc(change, {**alloc, "DesiredTransition": {**NO_TRANSITION, "Migrate": True}})
        evaluation = new_eval(change, job, "alloc-stop")
        index = change.index
    return answer({"EvalID": evaluation["ID"], "Index": index}, index)


async def restart(call: Call) -> Response:
    """PUT or POST /v1/client/allocation/{id}/restart."""
    alloc = _for_client(call, "alloc-lifecycle")
    raw = await call.request.body()
    name = (await call.body()).get("TaskName") or "" if raw else ""
    tasks = _tasks(call, alloc)
    if name and name not in (alloc["TaskStates"] or {}):
        raise ApiError(500, f"Could not find task runner for task: {name}")
    chosen = [task for task in tasks.values() if name in ("", task.name)]
    if not any(task.running for task in chosen):
        raise ApiError(500, "Task not running")
    for task in chosen:
        if task.running:
            task.restart()
    return answer({"Index": 0})


async def send_signal(call: Call) -> Response:
    """PUT or POST /v1/client/allocation/{id}/signal."""
    alloc = _for_client(call, "alloc-lifecycle")
    body = await call.body()
    tasks, name, word = _tasks(call, alloc), body.get("Task") or "", body.get("Signal") or ""
    if name and name not in (alloc["TaskStates"] or {}):
        raise ApiError(500, "Task not found")
    chosen = [task for task in tasks.values() if name in ("", task.name)]
    if not any(task.running for task in chosen):
        raise ApiError(500, "Task not running")
    if word not in signal.Signals.__members__:
        raise ApiError(500, f"Signal is not supported by this driver: {word}")
    for task in chosen:
        await asyncio.to_thread(task.send, int(signal.Signals[word]))
    return answer({"Index": 0})


def _tasks(call: Call, alloc: Row) -> dict[str, Any]:
    run = call.context.client.runs.get(alloc["ID"])
    return dict(run.tasks) if run else {}


async def stats(call: Call) -> Response:
    """GET /v1/client/allocation/{id}/stats."""
    alloc = _for_client(call, "read-job")
    tasks = {
        name: _usage(await asyncio.to_thread(task.handle.stats))
        for name, task in _tasks(call, alloc).items()
        if task.running and task.handle is not None
    }
    cpu = sum(t["ResourceUsage"]["CpuStats"]["Percent"] for t in tasks.values())
    rss = sum(t["ResourceUsage"]["MemoryStats"]["RSS"] for t in tasks.values())
    whole = _usage({"cpu": cpu, "rss": rss})
    return answer({"ResourceUsage": whole["ResourceUsage"], "Tasks": tasks, "Timestamp": whole["Timestamp"]})


def _usage(seen: dict[str, float]) -> dict[str, Any]:
    """CPU in percent of one core and in MHz (Nomad's ticks), memory in bytes (recording 039)."""
    cpu = {
        "Measured": ["Percent"],
        "Percent": seen["cpu"],
        "SystemMode": 0.0,
        "ThrottledPeriods": 0,
        "ThrottledTime": 0,
        "TotalTicks": seen["cpu"] / 100 * cpu_mhz() / (os.cpu_count() or 1),
        "UserMode": 0.0,
    }
    memory = {
        "Cache": 0,
        "KernelMaxUsage": 0,
        "KernelUsage": 0,
        "MappedFile": 0,
        "MaxUsage": 0,
        "Measured": ["RSS", "Usage"],
        "RSS": int(seen["rss"]),
        "Swap": 0,
        "Usage": int(seen["rss"]),
    }
    usage = {"CpuStats": cpu, "DeviceStats": [], "MemoryStats": memory}
    return {"Pids": None, "ResourceUsage": usage, "Timestamp": now_ns()}


async def checks(call: Call) -> Response:
    """GET /v1/client/allocation/{id}/checks: of Nomad's own services only, so none."""
    _for_client(call, "read-job")
    return answer(None)


routes = [
    Route("/v1/allocations", endpoint(list_allocs), methods=["GET"]),
    Route("/v1/allocation/{alloc}", endpoint(read_alloc), methods=["GET"]),
    Route("/v1/allocation/{alloc}/services", endpoint(services), methods=["GET"]),
    Route("/v1/allocation/{alloc}/stop", endpoint(stop), methods=["PUT", "POST"]),
    Route("/v1/client/allocation/{alloc}/restart", endpoint(restart), methods=["PUT", "POST"]),
    Route("/v1/client/allocation/{alloc}/signal", endpoint(send_signal), methods=["PUT", "POST"]),
    Route("/v1/client/allocation/{alloc}/stats", endpoint(stats), methods=["GET"]),
    Route("/v1/client/allocation/{alloc}/checks", endpoint(checks), methods=["GET"]),
]
