"""/v1/jobs: list, statuses, register; /v1/validate/job."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo import registering, views
from solo.api.common import Call, answer, blocking, endpoint, visible
from solo.api.filtering import matching
from solo.errors import ApiError, multierror
from solo.state import job_key
from solo.validate import problems, warnings


async def list_jobs(call: Call) -> Response:
    """GET /v1/jobs."""
    call.known()

    def read() -> tuple[int, Any]:
        rows = visible(call, call.store.rows("jobs"), "list-jobs")
        stubs = [views.job_stub(call.store, job, meta=call.flag("meta")) for job in rows]
        return call.store.table_index["jobs"], matching(stubs, call.query("filter"))

    visible(call, [], "list-jobs")
    return await blocking(call, read)


async def statuses(call: Call) -> Response:
    """GET and POST /v1/jobs/statuses; a POST may list the jobs wanted."""
    visible(call, [], "read-job")
    wanted: set[tuple[str, str]] = set()
    if call.request.method != "GET" and await call.request.body():
        for item in (await call.body()).get("Jobs") or []:
            wanted.add((item.get("Namespace") or "default", item["ID"]))

    def read() -> tuple[int, Any]:
        rows = visible(call, call.store.rows("jobs"), "read-job")
        chosen = [j for j in rows if not wanted or (j["Namespace"], j["ID"]) in wanted]
        found = [views.job_status(call.store, job) for job in chosen]
        found.sort(key=lambda j: -int(j["ModifyIndex"]))
        index = max(call.store.table_index[table] for table in ("jobs", "allocs", "deployments"))
        return index, matching(found, call.query("filter"))

    return await blocking(call, read)


async def register(call: Call) -> Response:
    """PUT or POST /v1/jobs, and /v1/job/{id}."""
    body, options = await call.body(), call.context.machine.options
    call.known()
    job = registering.requested(
        body, call.query("namespace"), options.region, call.request.path_params.get("job")
    )
    token = call.need("register-job", namespace=job["Namespace"])
    volumes = [each for group in job["TaskGroups"] for each in (group["Volumes"] or {}).values()]
    if any(each["Type"] == "csi" for each in volumes):
        call.need("csi-mount-volume", namespace=job["Namespace"])
        token.need("plugin-read")
    registering.check(call.store, job)
    # Part of the job for Nomad: the same job by another token is a new version of it.
    job["NomadTokenID"] = token.accessor
    with call.store.change() as change:
        current = call.store.get("jobs", job_key(job["Namespace"], job["ID"]))
        registering.enforce(current, body)
        if body.get("PreserveCounts"):
            job = registering.keep_counts(current, job)
        evaluation, modify_index = registering.register(change, job, current)
        index = change.index
    return answer(registering.outcome(evaluation, index, modify_index, warnings(job)), index)


async def validate(call: Call) -> Response:
    """PUT or POST /v1/validate/job."""
    body = await call.body()
    job = registering.requested(body, call.query("namespace"), call.context.machine.options.region)
    call.need("read-job", "register-job", namespace=job["Namespace"])
    found = problems(job)
    if not found:
        try:
            registering.check(call.store, job)
        except ApiError as error:
            raise ApiError(500, error.text) from error
    return answer(
        {
            "DriverConfigValidated": True,
            "Error": multierror(found) if found else "",
            "ValidationErrors": found or None,
            "Warnings": warnings(job),
        }
    )


routes = [
    Route("/v1/jobs", endpoint(list_jobs), methods=["GET"]),
    Route("/v1/jobs", endpoint(register), methods=["PUT", "POST"]),
    Route("/v1/jobs/statuses", endpoint(statuses), methods=["GET", "POST"]),
    Route("/v1/validate/job", endpoint(validate), methods=["PUT", "POST"]),
]
