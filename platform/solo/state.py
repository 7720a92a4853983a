"""Writing jobs, evaluations, allocations, deployments: indexes, times, events, a job's derived status."""

import uuid
from typing import Any

from solo.clock import now_ns
from solo.events import Event
from solo.store import Change, Row, Store

TRACKED_VERSIONS = 6  # job_tracked_versions of a Nomad server
_DONE = ("complete", "failed", "lost")
_OPEN_EVAL = ("pending", "blocked")
_OPEN_DEPLOYMENT = ("running", "paused", "blocked", "unblocking", "pending", "initializing")


def job_key(namespace: str, job_id: str) -> str:
    """A job's key in its table. A namespace's name holds no slash."""
    return f"{namespace}/{job_id}"


def key_of(row: Row) -> str:
    """The key of the job that an evaluation, allocation or deployment belongs to."""
    return job_key(row["Namespace"], row["JobID"])


def client_done(alloc: Row) -> bool:
    """Nothing of it runs any more."""
    return alloc["ClientStatus"] in _DONE


def terminal(alloc: Row) -> bool:
    """It runs no more, or is told to stop."""
    return alloc["DesiredStatus"] != "run" or client_done(alloc)


def active(deployment: Row) -> bool:
    """Whether a deployment still goes on."""
    return deployment["Status"] in _OPEN_DEPLOYMENT


def put_job(change: Change, job: Row, *, event: str = "JobRegistered", fresh: bool = False) -> Row:
    """Write a job; `fresh` makes a new version of it."""
    key = job_key(job["Namespace"], job["ID"])
    job = {**job, "ModifyIndex": change.index}
    kept = (change.store.get("versions", key) or {"Versions": []})["Versions"]
    rest = kept if fresh else [v for v in kept if v["Version"] != job["Version"]]
    versions = sorted([job, *rest], key=lambda v: -int(v["Version"]))
    tagged = [v for v in versions[TRACKED_VERSIONS:] if v["VersionTag"]]
    change.put("jobs", key, job)
    change.put("versions", key, {"Versions": versions[:TRACKED_VERSIONS] + tagged})
    change.tell(Event("Job", event, job["ID"], job["Namespace"], None, {"Job": job}))
    return job


def put_eval(change: Change, evaluation: Row, event: str = "EvaluationUpdated") -> Row:
    """Write an evaluation."""
    row = {**evaluation, "ModifyIndex": change.index, "ModifyTime": now_ns()}
    row.setdefault("CreateIndex", change.index)
    row.setdefault("CreateTime", row["ModifyTime"])
    keys = (row["JobID"], row.get("DeploymentID", ""))
    change.tell(Event("Evaluation", event, row["ID"], row["Namespace"], keys, {"Evaluation": row}))
    return change.put("evals", row["ID"], row)


def new_eval(change: Change, job: Row, trigger: str, **extra: Any) -> Row:
    """An evaluation of a job, waiting for the scheduler."""
    event = {"job-register": "JobRegistered", "job-deregister": "JobDeregistered"}.get(
        trigger, "EvaluationUpdated"
    )
    return put_eval(
        change,
        {
            "ID": str(uuid.uuid4()),
            "JobID": job["ID"],
            "Namespace": job["Namespace"],
            "Priority": job["Priority"],
            "Type": job["Type"],
            "Status": "pending",
            "TriggeredBy": trigger,
            **extra,
        },
        event,
    )


def put_alloc(change: Change, alloc: Row, event: str = "AllocationUpdated") -> Row:
    """Write an allocation."""
    row = {**alloc, "ModifyIndex": change.index, "ModifyTime": now_ns()}
    shown = {key: value for key, value in row.items() if key != "Job"}
    keys = (row["JobID"], row["DeploymentID"])
    change.tell(Event("Allocation", event, row["ID"], row["Namespace"], keys, {"Allocation": shown}))
    return change.put("allocs", row["ID"], row)


def put_deployment(change: Change, deployment: Row, event: str = "DeploymentStatusUpdate") -> Row:
    """Write a deployment."""
    row = {**deployment, "ModifyIndex": change.index, "ModifyTime": now_ns()}
    change.tell(Event("Deployment", event, row["ID"], row["Namespace"], (row["JobID"],), {"Deployment": row}))
    return change.put("deployments", row["ID"], row)


def settle(change: Change, key: str, event: str = "PlanResult") -> None:
    """Bring a job's status in line with its deployments, allocations and evaluations."""
    job = change.store.get("jobs", key)
    if job is None:
        return
    status = _status(change.store, job, key)
    if status != job["Status"]:
        put_job(change, {**job, "Status": status}, event=event)


def _status(store: Store, job: Row, key: str) -> str:
    """After getJobStatus of Nomad 2.0.5's state store."""
    if job["Type"] == "system":
        return "dead" if job["Stop"] else "running"
    if any(active(d) for d in store.of_job("deployments", key)):
        return "running"
    if any(not terminal(a) for a in store.of_job("allocs", key)):
        return "running"
    evals = store.of_job("evals", key)
    if any(e["Status"] in _OPEN_EVAL for e in evals):
        return "pending"
    return "dead" if evals or job["Stop"] else "pending"
