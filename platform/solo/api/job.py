"""/v1/job/{id}: read, versions, what belongs to it, stop and purge, scale, revert, evaluate."""

import itertools
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo import deployments, registering, views
from solo.api.common import Call, answer, blocking, endpoint
from solo.api.jobs import register
from solo.clock import now_ns
from solo.compare import find
from solo.diff import job_diff
from solo.errors import ApiError
from solo.newalloc import NO_TRANSITION
from solo.state import active, job_key, new_eval, put_alloc, put_job
from solo.store import Row
from solo.validate import warnings


def _key(call: Call) -> str:
    return job_key(call.namespace, call.path("job"))


def _job(call: Call) -> Row:
    row = call.store.get("jobs", _key(call))
    if row is None:
        raise ApiError(404, "job not found")
    return row


async def read_job(call: Call) -> Response:
    """GET /v1/job/{id}."""
    call.need("read-job")
    return await blocking(call, lambda: ((job := _job(call))["ModifyIndex"], job))


async def versions(call: Call) -> Response:
    """GET /v1/job/{id}/versions."""
    call.need("read-job")

    def read() -> tuple[int, Any]:
        row = call.store.get("versions", _key(call))
        if row is None:
            raise ApiError(404, "job versions not found")
        found = row["Versions"]
        diffs = [job_diff(old, new) for new, old in itertools.pairwise(found)] if call.flag("diffs") else None
        return found[0]["ModifyIndex"], {"Diffs": diffs or None, "Versions": found}

    return await blocking(call, read)


def _belonging(call: Call, table: str) -> list[Row]:
    """A table's rows of this job; of earlier jobs of its id only with `all`."""
    rows, job = call.store.of_job(table, _key(call)), call.store.get("jobs", _key(call))
    if job is not None and not call.flag("all") and table != "evals":
        born = job["CreateIndex"]
        rows = [r for r in rows if r.get("JobCreateIndex", r.get("Job", {}).get("CreateIndex")) == born]
    return sorted(rows, key=lambda r: str(r["ID"]))


async def allocations(call: Call) -> Response:
    """GET /v1/job/{id}/allocations."""
    call.need("read-job")
    return await blocking(
        call,
        lambda: (call.store.table_index["allocs"], [views.alloc_stub(a) for a in _belonging(call, "allocs")]),
    )


async def evaluations(call: Call) -> Response:
    """GET /v1/job/{id}/evaluations."""
    call.need("read-job")
    return await blocking(call, lambda: (call.store.table_index["evals"], _belonging(call, "evals")))


async def job_deployments(call: Call) -> Response:
    """GET /v1/job/{id}/deployments."""
    call.need("read-job")
    return await blocking(
        call, lambda: (call.store.table_index["deployments"], _belonging(call, "deployments"))
    )


async def deployment(call: Call) -> Response:
    """GET /v1/job/{id}/deployment: the newest one, or null."""
    call.need("read-job")

    def read() -> tuple[int, Any]:
        newest = max(_belonging(call, "deployments"), key=lambda d: int(d["CreateIndex"]), default=None)
        return newest["ModifyIndex"] if newest else call.store.table_index["deployments"], newest

    return await blocking(call, read)


async def summary(call: Call) -> Response:
    """GET /v1/job/{id}/summary."""
    call.need("read-job")

    def read() -> tuple[int, Any]:
        found = views.summary(call.store, _job(call))
        return found["ModifyIndex"], found

    return await blocking(call, read)


async def deregister(call: Call) -> Response:
    """DELETE /v1/job/{id}; with `purge`, it is forgotten at once."""
    purge = call.flag("purge")
    call.need("purge-job" if purge else "deregister-job")
    extra = {"VolumeEvalID": "", "VolumeEvalIndex": 0}
    with call.store.change() as change:
        current = call.store.get("jobs", _key(call))
        if current is None:
            empty = registering.outcome(None, 0, 0)
            empty.pop("Warnings")
            return answer({**empty, **extra}, 0)
        stopped = {**current, "Stop": True}
        job = stopped if current["Stop"] or purge else deployments.new_version(change, stopped, current)
        if purge:
            put_job(change, stopped, event="JobDeregistered")
            change.delete("jobs", _key(call))
            change.delete("versions", _key(call))
            change.delete("scaling", _key(call))
        elif current["Stop"]:
            put_job(change, current)
        evaluation = new_eval(change, job, "job-deregister", JobModifyIndex=change.index)
        index = change.index
    found = registering.outcome(evaluation, index, index)
    found.pop("Warnings")
    return answer({**found, **extra}, index)


async def scale(call: Call) -> Response:
    """PUT or POST /v1/job/{id}/scale."""
    call.need("scale-job")
    body = await call.body()
    name, count = (body.get("Target") or {}).get("Group", ""), body.get("Count")
    with call.store.change() as change:
        current = call.store.get("jobs", _key(call))
        if current is None:
            raise ApiError(404, f'job "{call.path("job")}" not found')
        group = find(current["TaskGroups"], name)
        if group is None:
            raise ApiError(400, f'task group "{name}" specified for scaling does not exist in job')
        if count is not None and any(active(d) for d in call.store.of_job("deployments", _key(call))):
            raise ApiError(400, "job scaling blocked due to active deployment")
        job, before = current, group["Count"]
        if count is not None and count != before:
            groups = [{**g, "Count": count} if g is group else g for g in current["TaskGroups"]]
            job = deployments.new_version(change, {**current, "TaskGroups": groups}, current)
        evaluation = (
            new_eval(change, job, "job-scaling", JobModifyIndex=change.index) if count is not None else None
        )
        event = {
            "Count": count, "CreateIndex": change.index, "Error": bool(body.get("Error")),
            "EvalID": evaluation["ID"] if evaluation else None, "Message": body.get("Message") or "",
            "Meta": body.get("Meta"), "PreviousCount": before, "Time": now_ns(),
        }  # fmt: skip
        past = call.store.get("scaling", _key(call)) or {}
        change.put("scaling", _key(call), {**past, name: [event, *past.get(name, [])][:10]})
        index = change.index
    return answer(
        {**registering.outcome(evaluation, index, job["JobModifyIndex"]), "KnownLeader": True}, index
    )


async def scale_status(call: Call) -> Response:
    """GET /v1/job/{id}/scale."""
    call.need("read-job")

    def read() -> tuple[int, Any]:
        job = call.store.get("jobs", _key(call))
        if job is None:
            raise ApiError(404, "not found")
        events = call.store.get("scaling", _key(call)) or {}
        live = [a for a in call.store.of_job("allocs", _key(call)) if a["DesiredStatus"] == "run"]
        groups = {g["Name"]: _scaled(g, live, events.get(g["Name"], [])) for g in job["TaskGroups"]}
        return call.store.index, {
            "JobCreateIndex": job["CreateIndex"],
            "JobID": job["ID"],
            "JobModifyIndex": job["JobModifyIndex"],
            "JobStopped": job["Stop"],
            "Namespace": job["Namespace"],
            "TaskGroups": groups,
        }

    return await blocking(call, read)


def _scaled(group: Row, live: list[Row], events: list[Row]) -> Row:
    mine = [
        a for a in live if a["TaskGroup"] == group["Name"] and a["ClientStatus"] in ("pending", "running")
    ]
    healthy = [(a["DeploymentStatus"] or {}).get("Healthy") for a in mine]
    return {
        "Desired": group["Count"],
        "Events": events or None,
        "Healthy": healthy.count(True),
        "Placed": len(mine),
        "Running": sum(a["ClientStatus"] == "running" for a in mine),
        "Unhealthy": healthy.count(False),
    }


async def revert(call: Call) -> Response:
    """PUT or POST /v1/job/{id}/revert."""
    call.need("revert-job")
    body = await call.body()
    wanted, name = body.get("JobVersion"), call.path("job")
    with call.store.change() as change:
        current = call.store.get("jobs", _key(call))
        if current is None:
            raise ApiError(500, f'job "{name}" not found')
        prior = body.get("EnforcePriorVersion")
        if prior is not None and prior != current["Version"]:
            raise ApiError(500, f"Current job has version {current['Version']}; enforcing version {prior}")
        if wanted == current["Version"]:
            raise ApiError(500, "can't revert to current version")
        kept = (call.store.get("versions", _key(call)) or {"Versions": []})["Versions"]
        old = next((v for v in kept if v["Version"] == wanted), None)
        if old is None:
            raise ApiError(500, f'job "{name}" in namespace "{call.namespace}" at version {wanted} not found')
        evaluation, modify_index = registering.register(change, {**old, "VersionTag": None}, current)
        index = change.index
    return answer(registering.outcome(evaluation, index, modify_index, warnings(old)), index)


async def evaluate(call: Call) -> Response:
    """PUT or POST /v1/job/{id}/evaluate; `ForceReschedule` replaces failed allocations."""
    call.need("evaluate-job", "read-job")
    body = await call.body()
    with call.store.change() as change:
        job = _job(call)
        if (body.get("EvalOptions") or {}).get("ForceReschedule"):
            for alloc in call.store.of_job("allocs", _key(call)):
                if alloc["ClientStatus"] == "failed" and alloc["DesiredStatus"] == "run":
                    put_alloc(
                        change, {**alloc, "DesiredTransition": {**NO_TRANSITION, "ForceReschedule": True}}
                    )
        evaluation = new_eval(change, job, "job-register", JobModifyIndex=job["JobModifyIndex"])
        index = change.index
    return answer(registering.outcome(evaluation, index, job["JobModifyIndex"]), index)


def _get(path: str, handler: Any) -> Route:
    return Route(f"/v1/job/{{job:path}}{path}", endpoint(handler), methods=["GET"])


def _put(path: str, handler: Any) -> Route:
    return Route(f"/v1/job/{{job:path}}{path}", endpoint(handler), methods=["PUT", "POST"])


routes = [
    _get("/versions", versions),
    _get("/allocations", allocations),
    _get("/evaluations", evaluations),
    _get("/deployments", job_deployments),
    _get("/deployment", deployment),
    _get("/summary", summary),
    _get("/scale", scale_status),
    _put("/scale", scale),
    _put("/revert", revert),
    _put("/evaluate", evaluate),
    _get("", read_job),
    _put("", register),
    Route("/v1/job/{job:path}", endpoint(deregister), methods=["DELETE"]),
]
