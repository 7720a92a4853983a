"""Deployments: made with a new version, judged by health, promoted, failed, rolled back."""

import uuid
from collections.abc import Iterable
from typing import Any

from solo.clock import now_ns, rfc3339
from solo.compare import find, same_spec
from solo.placing import Outcome
from solo.reconcile import may_reschedule, same_version
from solo.state import active, job_key, new_eval, put_alloc, put_deployment, put_job
from solo.store import Change, Row, Store

RUNNING = "Deployment is running"
NEEDS_PROMOTION = "Deployment is running but requires manual promotion"
SUCCESSFUL = "Deployment completed successfully"
STOPPED = "Cancelled because job is stopped"
NEWER = "Cancelled due to newer version of job"
UNHEALTHY = "Failed due to unhealthy allocations"
LATE = "Failed due to progress deadline"
BY_USER = "Deployment marked as failed"
_NEVER = "0001-01-01T00:00:00Z"


def of_version(store: Store, job: Row | None) -> Row | None:
    """The newest deployment of this very version of the job."""
    if job is None:
        return None
    mine = [
        d
        for d in store.of_job("deployments", job_key(job["Namespace"], job["ID"]))
        if d["JobVersion"] == job["Version"] and d["JobCreateIndex"] == job["CreateIndex"]
    ]
    return max(mine, key=lambda d: int(d["CreateIndex"]), default=None)


def cancel_outdated(change: Change, key: str, job: Row | None) -> None:
    """Cancel what an older version, or a job that is stopped now, had under way."""
    for deployment in change.store.of_job("deployments", key):
        if not active(deployment):
            continue
        stopped = job is None or job["Stop"]
        if stopped or deployment["JobVersion"] != (job or {})["Version"]:
            text = STOPPED if stopped else NEWER
            put_deployment(change, {**deployment, "Status": "cancelled", "StatusDescription": text})


def open_for(change: Change, job: Row, outcome: Outcome, allocs: Iterable[Row]) -> Row | None:
    """The deployment that this outcome belongs to: the one under way, a new one, or none."""
    current = of_version(change.store, job)
    if current is not None and active(current):
        return current
    groups = {
        g["Name"]: _group_state(g)
        for g in job["TaskGroups"]
        if g["Update"] and g["Update"]["MaxParallel"] and g["Count"] and g["Name"] in outcome.groups
    }
    had_running = any(same_version(a, job) for a in allocs)
    updating = any(plan.updating for plan in outcome.groups.values())
    if job["Type"] != "service" or job["Stop"] or not groups or current or (had_running and not updating):
        return None
    return {
        "ID": str(uuid.uuid4()),
        "Namespace": job["Namespace"],
        "JobID": job["ID"],
        "JobVersion": job["Version"],
        "JobModifyIndex": job["JobModifyIndex"],
        "JobSpecModifyIndex": job["JobModifyIndex"],
        "JobCreateIndex": job["CreateIndex"],
        "IsMultiregion": False,
        "EvalPriority": job["Priority"],
        "Status": "running",
        "StatusDescription": RUNNING,
        "CreateIndex": change.index,
        "CreateTime": now_ns(),
        "TaskGroups": groups,
    }


def _group_state(group: Row) -> dict[str, Any]:
    update = group["Update"]
    return {
        "AutoPromote": update["AutoPromote"],
        "AutoRevert": update["AutoRevert"],
        "DesiredCanaries": 0,
        "DesiredTotal": group["Count"],
        "HealthyAllocs": 0,
        "PlacedAllocs": 0,
        "PlacedCanaries": None,
        "ProgressDeadline": update["ProgressDeadline"],
        "Promoted": False,
        "RequireProgressBy": _NEVER,
        "UnhealthyAllocs": 0,
    }


def note_placed(deployment: Row, placed: Iterable[Row], job: Row) -> Row:
    """The deployment with what has been placed for it."""
    groups = {name: dict(state) for name, state in deployment["TaskGroups"].items()}
    by_group: dict[str, list[Row]] = {}
    for alloc in placed:
        by_group.setdefault(alloc["TaskGroup"], []).append(alloc)
    for name, state in groups.items():
        mine = by_group.get(name, [])
        canaries = [a["ID"] for a in mine if (a["DeploymentStatus"] or {}).get("Canary")]
        state["PlacedAllocs"] += len(mine)
        if canaries:
            group = find(job["TaskGroups"], name) or {}
            state["DesiredCanaries"] = group["Update"]["Canary"]
            state["PlacedCanaries"] = [*(state["PlacedCanaries"] or []), *canaries]
        if mine and state["RequireProgressBy"] == _NEVER:
            state["RequireProgressBy"] = rfc3339(now_ns() + state["ProgressDeadline"])
    waiting = any(s["DesiredCanaries"] and not s["Promoted"] for s in groups.values())
    auto = all(s["AutoPromote"] for s in groups.values() if s["DesiredCanaries"])
    text = NEEDS_PROMOTION if waiting and not auto else deployment["StatusDescription"]
    return {**deployment, "TaskGroups": groups, "StatusDescription": text}


def review(change: Change, deployment: Row) -> None:
    """Count health again, and end the deployment or go on with it."""
    store, job = change.store, change.store.get("jobs", job_key(deployment["Namespace"], deployment["JobID"]))
    if job is None or job["Version"] != deployment["JobVersion"]:
        return
    key = job_key(job["Namespace"], job["ID"])
    allocs = [a for a in store.of_job("allocs", key) if a["DeploymentID"] == deployment["ID"]]
    fresh = _counted(deployment, allocs)
    if any(_hopeless(a, job, fresh) for a in allocs):
        fail(change, fresh, job, UNHEALTHY)
    elif _complete(fresh):
        _succeed(change, fresh, job)
    elif _late(fresh):
        fail(change, fresh, job, LATE)
    elif fresh != deployment:
        put_deployment(change, fresh, "AllocationUpdated")
        if _may_promote(fresh, allocs):
            promote(change, fresh, None)
        new_eval(change, job, "deployment-watcher", DeploymentID=fresh["ID"])


def _health(alloc: Row) -> bool | None:
    healthy: bool | None = (alloc["DeploymentStatus"] or {}).get("Healthy")
    return healthy


def _counted(deployment: Row, allocs: list[Row]) -> Row:
    groups = {name: dict(state) for name, state in deployment["TaskGroups"].items()}
    for name, state in groups.items():
        mine = [a for a in allocs if a["TaskGroup"] == name and a["DesiredStatus"] == "run"]
        healthy = sum(_health(a) is True for a in mine)
        if healthy > state["HealthyAllocs"]:
            state["RequireProgressBy"] = rfc3339(now_ns() + state["ProgressDeadline"])
        state["HealthyAllocs"] = healthy
        state["UnhealthyAllocs"] = sum(_health(a) is False for a in allocs if a["TaskGroup"] == name)
    return {**deployment, "TaskGroups": groups}


def _hopeless(alloc: Row, job: Row, deployment: Row) -> bool:
    """Unhealthy, and nothing will be tried in its place (shouldFailEarly of Nomad's deployment watcher)."""
    if _health(alloc) is not False:
        return False
    group = find(job["TaskGroups"], alloc["TaskGroup"]) or {}
    no_deadline = not deployment["TaskGroups"].get(alloc["TaskGroup"], {}).get("ProgressDeadline")
    return no_deadline or not may_reschedule(alloc, group.get("ReschedulePolicy"))


def _complete(deployment: Row) -> bool:
    return all(
        s["HealthyAllocs"] >= s["DesiredTotal"] and (not s["DesiredCanaries"] or s["Promoted"])
        for s in deployment["TaskGroups"].values()
    )


def _late(deployment: Row) -> bool:
    now = rfc3339(now_ns())
    return deployment["Status"] == "running" and any(
        s["ProgressDeadline"] and s["RequireProgressBy"] != _NEVER and s["RequireProgressBy"] < now
        and s["HealthyAllocs"] < _due(s)
        for s in deployment["TaskGroups"].values()
    )  # fmt: skip


def _due(state: Row) -> int:
    """How many must be healthy by the deadline: until they are promoted, the canaries alone."""
    waits = state["DesiredCanaries"] and not state["Promoted"]
    return int(state["DesiredCanaries"] if waits else state["DesiredTotal"])


def _may_promote(deployment: Row, allocs: list[Row]) -> bool:
    healthy = {a["ID"] for a in allocs if _health(a)}
    waiting = [s for s in deployment["TaskGroups"].values() if s["DesiredCanaries"] and not s["Promoted"]]
    ready = all(s["AutoPromote"] and set(s["PlacedCanaries"] or ()) <= healthy for s in waiting)
    return bool(waiting) and ready


def _succeed(change: Change, deployment: Row, job: Row) -> None:
    put_deployment(
        change, {**deployment, "Status": "successful", "StatusDescription": SUCCESSFUL}, "PlanResult"
    )
    put_job(change, {**job, "Stable": True}, event="PlanResult")
    new_eval(change, job, "deployment-watcher", DeploymentID=deployment["ID"])


def promote(change: Change, deployment: Row, groups: list[str] | None) -> Row:
    """Take the canaries of these groups (none: of all) as good."""
    states = {
        name: {**state, "Promoted": True}
        if state["DesiredCanaries"] and (groups is None or name in groups)
        else state
        for name, state in deployment["TaskGroups"].items()
    }
    row = put_deployment(
        change, {**deployment, "TaskGroups": states, "StatusDescription": RUNNING}, "DeploymentPromotion"
    )
    for state in states.values():
        for alloc_id in (state["PlacedCanaries"] or []) if state["Promoted"] else []:
            alloc = change.store.get("allocs", alloc_id)
            if alloc is not None and alloc["DeploymentStatus"]:
                status = {**alloc["DeploymentStatus"], "Canary": False}
                # The client looks again at what the server changed: its services get the tags of the others.
                put_alloc(change, {**alloc, "DeploymentStatus": status, "AllocModifyIndex": change.index})
    return row


def fail(change: Change, deployment: Row, job: Row, why: str) -> int | None:
    """End a deployment as failed; roll back where its groups say so. Returns the version gone back to."""
    text, stable = why, None
    if any(s["AutoRevert"] for s in deployment["TaskGroups"].values()):
        stable = latest_stable(change.store, job)
        if stable is None:
            text += " - no stable job version to auto revert to"
        elif same_spec(stable, job):
            text += (
                f" - not rolling back to stable job version {stable['Version']}"
                " as current job has same specification"
            )
            stable = None
        else:
            text += f" - rolling back to job version {stable['Version']}"
    put_deployment(change, {**deployment, "Status": "failed", "StatusDescription": text})
    if stable is not None:
        job = new_version(change, stable, job)
    new_eval(change, job, "deployment-watcher", DeploymentID=deployment["ID"])
    return stable["Version"] if stable else None


def latest_stable(store: Store, job: Row) -> Row | None:
    """The newest version before this one that a deployment proved good."""
    rows = (store.get("versions", job_key(job["Namespace"], job["ID"])) or {"Versions": []})["Versions"]
    return next((v for v in rows if v["Stable"] and v["Version"] < job["Version"]), None)


def new_version(change: Change, spec: Row, current: Row | None) -> Row:
    """Write `spec` as the next version of a job."""
    index = change.index
    job = {
        **spec,
        "CreateIndex": current["CreateIndex"] if current else index,
        "JobModifyIndex": index,
        "Version": current["Version"] + 1 if current else 0,
        "Stable": False,
        "Status": (current or {}).get("Status", "pending") if current and not current["Stop"] else "pending",
        "SubmitTime": now_ns(),
    }
    return put_job(change, job, fresh=True)
