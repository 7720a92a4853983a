"""Rows as the lists of Nomad's API show them (recordings 036, 042, 046)."""

from typing import Any

from solo.state import active, job_key
from solo.store import Row, Store

_ALLOC_STUB = (
    "ClientDescription",
    "ClientStatus",
    "CreateIndex",
    "CreateTime",
    "DeploymentStatus",
    "DesiredDescription",
    "DesiredStatus",
    "DesiredTransition",
    "EvalID",
    "FollowupEvalID",
    "ID",
    "JobID",
    "JobType",
    "JobVersion",
    "ModifyIndex",
    "ModifyTime",
    "Name",
    "Namespace",
    "NextAllocation",
    "NodeID",
    "NodeName",
    "PreemptedAllocations",
    "PreemptedByAllocation",
    "RescheduleTracker",
    "TaskGroup",
    "TaskStates",
)
_JOB_STUB = (
    "CreateIndex",
    "Datacenters",
    "ID",
    "JobModifyIndex",
    "ModifyIndex",
    "Multiregion",
    "Name",
    "Namespace",
    "NodePool",
    "ParentID",
    "Priority",
    "Status",
    "StatusDescription",
    "Stop",
    "SubmitTime",
    "Type",
)
_WORDS = {
    "running": "Running",
    "pending": "Starting",
    "complete": "Complete",
    "failed": "Failed",
    "lost": "Lost",
}


def alloc_stub(alloc: Row, *, resources: bool = False) -> Row:
    """An allocation in a list."""
    keys = (*_ALLOC_STUB, "AllocatedResources") if resources else _ALLOC_STUB
    return {key: alloc[key] for key in keys}


def alloc_full(alloc: Row) -> Row:
    """An allocation by itself. What is empty there, Nomad leaves out."""
    optional = (
        "DesiredDescription",
        "NextAllocation",
        "PreviousAllocation",
        "FollowupEvalID",
        "DeploymentID",
        "PreemptedAllocations",
        "PreemptedByAllocation",
        "RescheduleTracker",
        "JobType",
        "JobVersion",
    )
    return {k: v for k, v in alloc.items() if k not in optional or (v and k not in ("JobType", "JobVersion"))}


def summary(store: Store, job: Row) -> Row:
    """How many copies of each group are in which state (recording 035)."""
    key = job_key(job["Namespace"], job["ID"])
    groups: dict[str, dict[str, int]] = {
        g["Name"]: {**dict.fromkeys(("Queued", *_WORDS.values()), 0), "Unknown": 0} for g in job["TaskGroups"]
    }
    modified = job["CreateIndex"]
    for alloc in store.of_job("allocs", key):
        if alloc["Job"]["CreateIndex"] == job["CreateIndex"] and alloc["TaskGroup"] in groups:
            groups[alloc["TaskGroup"]][_WORDS[alloc["ClientStatus"]]] += 1
            modified = max(modified, alloc["ModifyIndex"])
    done = [e for e in store.of_job("evals", key) if "QueuedAllocations" in e]
    newest = max(done, key=lambda e: int(e["ModifyIndex"]), default={})
    for name, number in (newest.get("QueuedAllocations") or {}).items():
        if name in groups and not job["Stop"]:
            groups[name]["Queued"] = number
    return {
        "Children": {"Dead": 0, "Pending": 0, "Running": 0},
        "CreateIndex": job["CreateIndex"],
        "JobID": job["ID"],
        "ModifyIndex": max(modified, newest.get("ModifyIndex", 0)),
        "Namespace": job["Namespace"],
        "Summary": groups,
    }


def job_stub(store: Store, job: Row, *, meta: bool) -> Row:
    """A job in a list."""
    stub = {key: job[key] for key in _JOB_STUB}
    extra = {"Meta": job["Meta"]} if meta else {}
    return {**stub, **extra, "Periodic": False, "ParameterizedJob": False, "JobSummary": summary(store, job)}


def job_status(store: Store, job: Row) -> Row:
    """A job with its allocations and newest deployment (recording 046)."""
    key = job_key(job["Namespace"], job["ID"])
    allocs = [
        {
            "ClientStatus": a["ClientStatus"],
            "DeploymentStatus": {k: (a["DeploymentStatus"] or {}).get(k) for k in ("Canary", "Healthy")}
            if a["DeploymentStatus"]
            else {"Canary": False, "Healthy": None},
            "FollowupEvalID": a["FollowupEvalID"],
            "Group": a["TaskGroup"],
            "HasPausedTask": False,
            "ID": a["ID"],
            "JobVersion": a["JobVersion"],
            "NodeID": a["NodeID"],
        }
        for a in store.of_job("allocs", key)
    ]
    deployments = store.of_job("deployments", key)
    keys = (
        "Datacenters",
        "ID",
        "ModifyIndex",
        "Name",
        "Namespace",
        "NodePool",
        "ParentID",
        "Priority",
        "Status",
        "Stop",
        "SubmitTime",
        "Type",
        "Version",
    )
    return {
        **{key: job[key] for key in keys},
        "Allocs": allocs or None,
        "ChildStatuses": None,
        "GroupCountSum": sum(g["Count"] for g in job["TaskGroups"]),
        "IsPack": False,
        "LatestDeployment": _latest(max(deployments, key=lambda d: int(d["CreateIndex"]), default=None)),
    }


def _latest(deployment: Row | None) -> dict[str, Any] | None:
    if deployment is None:
        return None
    groups = deployment["TaskGroups"].values()
    return {
        "AllAutoPromote": all(s["AutoPromote"] for s in groups),
        "ID": deployment["ID"],
        "IsActive": active(deployment),
        "JobVersion": deployment["JobVersion"],
        "RequiresPromotion": any(s["DesiredCanaries"] and not s["Promoted"] for s in groups),
        "Status": deployment["Status"],
        "StatusDescription": deployment["StatusDescription"],
    }
