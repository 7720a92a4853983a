"""/v1/job/{id}/plan: what a registration would bring about."""

import uuid
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from solo import registering
from solo.api.common import Call, answer, endpoint
from solo.clock import now_ns
from solo.compare import same_spec
from solo.diff import annotate, job_diff
from solo.placing import Outcome
from solo.scheduler import dry_run
from solo.state import job_key
from solo.store import Row
from solo.validate import warnings


async def plan(call: Call) -> Response:
    """PUT or POST /v1/job/{id}/plan."""
    body, options = await call.body(), call.context.machine.options
    call.known()
    job = registering.requested(body, call.query("namespace"), options.region, call.path("job"))
    call.need("plan-job", namespace=job["Namespace"])
    registering.check(call.store, job)
    with call.store.lock:
        current = call.store.get("jobs", job_key(job["Namespace"], job["ID"]))
        found = dry_run(call.store, _as_next(job, current), call.context.machine.node())
    modify_index = current["JobModifyIndex"] if current else 0
    diff = job_diff(current, job) if body.get("Diff") else None
    return answer(
        {
            "Annotations": {"DesiredTGUpdates": found.updates(), "PreemptedAllocs": None},
            "CreatedEvals": _blocked(job, found),
            "Diff": annotate(diff, current, job, found.updates()) if diff else None,
            "FailedTGAllocs": found.failed or None,
            "Index": modify_index,
            "JobModifyIndex": modify_index,
            "NextPeriodicLaunch": None,
            "Warnings": warnings(job),
        },
        modify_index,
    )


def _as_next(job: Row, current: Row | None) -> Row:
    """The job with the version it would get."""
    if current is None:
        return {**job, "Version": 0, "CreateIndex": 0, "JobModifyIndex": 0}
    version = current["Version"] if same_spec(current, job) else current["Version"] + 1
    return {**job, "Version": version, "CreateIndex": current["CreateIndex"], "JobModifyIndex": 0}


def _blocked(job: Row, found: Outcome) -> list[dict[str, Any]] | None:
    """The evaluation that would wait for room (recording 069)."""
    if not found.failed:
        return None
    return [
        {
            "ClassEligibility": {"v1:1": True},
            "CreateTime": now_ns(),
            "FailedTGAllocs": found.failed,
            "ID": str(uuid.uuid4()),
            "JobID": job["ID"],
            "ModifyTime": now_ns(),
            "Namespace": job["Namespace"],
            "PreviousEval": str(uuid.uuid4()),
            "Priority": job["Priority"],
            "Status": "blocked",
            "StatusDescription": "created to place remaining allocations",
            "TriggeredBy": "queued-allocs",
            "Type": job["Type"],
        }
    ]


routes = [Route("/v1/job/{job:path}/plan", endpoint(plan), methods=["PUT", "POST"])]
