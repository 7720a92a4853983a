"""The row of a new allocation (recordings 036 and 038)."""

import uuid
from typing import Any

from solo.clock import now_ns
from solo.compare import find
from solo.feasible import needs
from solo.fields import Fields
from solo.placing import Placed
from solo.store import Row

NO_TRANSITION: dict[str, Any] = {
    "ForceReschedule": None, "Migrate": None, "MigrateDisablePlacement": None, "NoShutdownDelay": None,
    "Reschedule": None,
}  # fmt: skip


def new_alloc(
    job: Fields, node: Row, placed: Placed, eval_id: str, deployment: Row | None, index: int
) -> Row:
    """An allocation that waits for the client."""
    group, place, now = placed.group, placed.place, now_ns()
    networks = _networks(group, placed.ports)
    shared = {"DiskMB": group["EphemeralDisk"]["SizeMB"], "Networks": networks, "Ports": placed.ports or None}
    return {
        "ID": str(uuid.uuid4()),
        "Name": f"{job['ID']}.{group['Name']}[{place.index}]",
        "Namespace": job["Namespace"],
        "NodeID": node["ID"],
        "NodeName": node["Name"],
        "JobID": job["ID"],
        "JobVersion": job["Version"],
        "JobType": job["Type"],
        "Job": job,
        "TaskGroup": group["Name"],
        "EvalID": eval_id,
        "DeploymentID": deployment["ID"] if deployment else "",
        "DeploymentStatus": _deployment_status(placed, deployment, index),
        "DesiredStatus": "run",
        "DesiredDescription": "",
        "DesiredTransition": NO_TRANSITION,
        "ClientStatus": "pending",
        "ClientDescription": "",
        "TaskStates": None,
        "NetworkStatus": None,
        "NextAllocation": "",
        "PreviousAllocation": place.previous["ID"] if place.previous else "",
        "FollowupEvalID": "",
        "PreemptedAllocations": None,
        "PreemptedByAllocation": "",
        "RescheduleTracker": _tracker(placed, now),
        "AllocatedResources": {
            "Shared": shared,
            "TaskLifecycles": {task["Name"]: task["Lifecycle"] for task in group["Tasks"]},
            "Tasks": {task["Name"]: _task_resources(task) for task in group["Tasks"]},
        },
        "Resources": _flat(needs(group), networks),
        "SharedResources": _flat({"DiskMB": shared["DiskMB"]}, networks),
        "TaskResources": {task["Name"]: task["Resources"] for task in group["Tasks"]},
        "Metrics": placed.metric,
        "SigningKeyID": "",
        "CreateIndex": index,
        "AllocModifyIndex": index,
        "CreateTime": now,
    }


def _deployment_status(placed: Placed, deployment: Row | None, index: int) -> dict[str, Any] | None:
    if deployment is None or not placed.place.canary:
        return None
    return {"Canary": True, "Healthy": None, "ModifyIndex": index, "Timestamp": None}


def _tracker(placed: Placed, now: int) -> dict[str, Any] | None:
    previous = placed.place.previous
    if previous is None or not placed.place.rescheduled:
        return None
    event = {
        "PrevAllocID": previous["ID"],
        "PrevNodeID": previous["NodeID"],
        "RescheduleTime": now,
        "Delay": 0,
    }
    return {"Events": [*(previous["RescheduleTracker"] or {"Events": []})["Events"], event]}


def _networks(group: Fields, ports: list[Row]) -> list[Row] | None:
    networks = []
    for network in group["Networks"] or []:
        row: dict[str, Any] = {"Mode": network["Mode"]}
        for kind in ("DynamicPorts", "ReservedPorts"):
            if network.get(kind):
                row[kind] = [{**port, "Value": _value(ports, port["Label"])} for port in network[kind]]
        if ports:
            row["IP"] = ports[0]["HostIP"]
        networks.append(row)
    return networks or None


def _value(ports: list[Row], label: str) -> int:
    return int(next(port["Value"] for port in ports if port["Label"] == label))


def _task_resources(task: Fields) -> Row:
    asked = task["Resources"]
    return {
        "Cpu": {"CpuShares": asked["CPU"], "ReservedCores": None},
        "Devices": None,
        "Memory": {"MemoryMB": asked["MemoryMB"], "MemoryMaxMB": asked["MemoryMaxMB"]},
        "Networks": None,
    }


def _flat(given: dict[str, int], networks: list[Row] | None) -> Row:
    empty = {"CPU": 0, "Cores": 0, "Devices": None, "DiskMB": 0, "IOPS": 0, "MemoryMB": 0, "MemoryMaxMB": 0,
             "NUMA": None, "SecretsMB": 0}  # fmt: skip
    return {**empty, **given, "MemoryMaxMB": given.get("MemoryMB", 0), "Networks": networks}


def in_place(alloc: Row, job: Fields, deployment: Row | None, index: int, eval_id: str) -> Row:
    """The same allocation under a newer version of its job; its health is to be judged again."""
    group = find(job["TaskGroups"], alloc["TaskGroup"])
    assert group is not None  # noqa: S101 - reconcile chose it among the job's groups
    return {
        **alloc,
        "Job": job,
        "JobVersion": job["Version"],
        "EvalID": eval_id,
        "AllocModifyIndex": index,
        "DeploymentID": deployment["ID"] if deployment else "",
        "DeploymentStatus": None,
    }
