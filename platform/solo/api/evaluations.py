"""/v1/evaluations and /v1/deployments."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo import deployments
from solo.api.common import Call, answer, blocking, endpoint, visible
from solo.errors import ApiError
from solo.health import set_health
from solo.state import active, job_key, new_eval, put_deployment, settle
from solo.store import Row
from solo.views import alloc_stub


def _lister(table: str) -> Any:
    async def list_rows(call: Call) -> Response:
        visible(call, [], "read-job")
        return await blocking(
            call, lambda: (call.store.table_index[table], visible(call, call.store.rows(table), "read-job"))
        )

    return list_rows


def _found(call: Call, table: str, word: str) -> Row:
    call.known()
    row = call.store.get(table, call.path("id"))
    if row is None:
        raise ApiError(404, f"{word} not found")
    return row


def _reader(table: str, word: str) -> Any:
    async def read_row(call: Call) -> Response:
        def read() -> tuple[int, Any]:
            row = _found(call, table, word)
            call.need("read-job", namespace=row["Namespace"])
            return row["ModifyIndex"], row

        return await blocking(call, read)

    return read_row


async def allocations(call: Call) -> Response:
    """GET /v1/evaluation/{id}/allocations and /v1/deployment/allocations/{id}."""
    table = "deployments" if "/deployment/" in call.request.url.path else "evals"
    row = _found(call, table, "deployment" if table == "deployments" else "eval")
    call.need("read-job", namespace=row["Namespace"])
    field = "DeploymentID" if table == "deployments" else "EvalID"
    return await blocking(
        call,
        lambda: (
            call.store.table_index["allocs"],
            [alloc_stub(a) for a in call.store.rows("allocs") if a[field] == row["ID"]],
        ),
    )


def _open(call: Call, *capabilities: str) -> tuple[Row, Row]:
    """The deployment of the path, which must be active, and its job. Raises ApiError."""
    row = _found(call, "deployments", "deployment")
    call.need(*capabilities, namespace=row["Namespace"])
    job = call.store.get("jobs", job_key(row["Namespace"], row["JobID"]))
    if not active(row) or job is None:
        raise ApiError(400, "can't update a terminal deployment")
    return row, job


def _updated(evaluation: Row, index: int, reverted: int | None = None) -> Response:
    return answer(
        {
            "DeploymentModifyIndex": index,
            "EvalCreateIndex": evaluation["CreateIndex"],
            "EvalID": evaluation["ID"],
            "Index": index,
            "LastContact": 0,
            "KnownLeader": False,
            "NextToken": "",
            "RequestTime": 0,
            "RevertedJobVersion": reverted,
        },
        index,
    )


async def promote(call: Call) -> Response:
    """PUT or POST /v1/deployment/promote/{id}."""
    body = await call.body()
    with call.store.change() as change:
        row, job = _open(call, "promote-deployment")
        if not any(s["DesiredCanaries"] for s in row["TaskGroups"].values()):
            raise ApiError(400, "no canaries to promote")
        _canaries_healthy(call, row)
        deployments.promote(change, row, None if body.get("All") else body.get("Groups") or [])
        evaluation = new_eval(change, job, "deployment-watcher", DeploymentID=row["ID"])
        index = change.index
    return _updated(evaluation, index)


def _canaries_healthy(call: Call, row: Row) -> None:
    for name, state in row["TaskGroups"].items():
        allocs = [call.store.get("allocs", i) or {} for i in state["PlacedCanaries"] or []]
        healthy = sum(bool((a.get("DeploymentStatus") or {}).get("Healthy")) for a in allocs)
        if healthy < state["DesiredCanaries"]:
            why = f"{healthy}/{state['DesiredCanaries']} healthy allocations"
            raise ApiError(500, f'1 error occurred:\n\t* Task group "{name}" has {why}\n\n')


async def fail(call: Call) -> Response:
    """PUT or POST /v1/deployment/fail/{id}."""
    with call.store.change() as change:
        row, job = _open(call, "fail-deployment")
        reverted = deployments.fail(change, row, job, deployments.BY_USER)
        evaluation = new_eval(change, job, "deployment-watcher", DeploymentID=row["ID"])
        settle(change, job_key(job["Namespace"], job["ID"]))
        index = change.index
    return _updated(evaluation, index, reverted)


async def pause(call: Call) -> Response:
    """PUT or POST /v1/deployment/pause/{id}."""
    wanted = bool((await call.body()).get("Pause"))
    with call.store.change() as change:
        row, job = _open(call, "pause-deployment")
        status = ("paused", "Deployment is paused") if wanted else ("running", deployments.RUNNING)
        put_deployment(change, {**row, "Status": status[0], "StatusDescription": status[1]})
        evaluation = new_eval(change, job, "deployment-watcher", DeploymentID=row["ID"])
        index = change.index
    return _updated(evaluation, index)


async def allocation_health(call: Call) -> Response:
    """PUT or POST /v1/deployment/allocation-health/{id}."""
    body = await call.body()
    row, job = _open(call, "submit-job", "fail-deployment")
    for key, healthy in (("HealthyAllocationIDs", True), ("UnhealthyAllocationIDs", False)):
        for alloc_id in body.get(key) or []:
            if (call.store.get("allocs", alloc_id) or {}).get("DeploymentID") == row["ID"]:
                set_health(call.store, alloc_id, healthy=healthy)
    with call.store.change() as change:
        evaluation = new_eval(change, job, "deployment-watcher", DeploymentID=row["ID"])
        index = change.index
    return _updated(evaluation, index)


_PUT = ["PUT", "POST"]
routes = [
    Route("/v1/evaluations", endpoint(_lister("evals")), methods=["GET"]),
    Route("/v1/evaluation/{id}", endpoint(_reader("evals", "eval")), methods=["GET"]),
    Route("/v1/evaluation/{id}/allocations", endpoint(allocations), methods=["GET"]),
    Route("/v1/deployments", endpoint(_lister("deployments")), methods=["GET"]),
    Route("/v1/deployment/allocations/{id}", endpoint(allocations), methods=["GET"]),
    Route("/v1/deployment/promote/{id}", endpoint(promote), methods=_PUT),
    Route("/v1/deployment/fail/{id}", endpoint(fail), methods=_PUT),
    Route("/v1/deployment/pause/{id}", endpoint(pause), methods=_PUT),
    Route("/v1/deployment/allocation-health/{id}", endpoint(allocation_health), methods=_PUT),
    Route("/v1/deployment/{id}", endpoint(_reader("deployments", "deployment")), methods=["GET"]),
]
