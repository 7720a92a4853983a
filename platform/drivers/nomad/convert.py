"""Nomad's JSON as the port's dataclasses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.deployment import DeploymentState
from orchestration.machines import NodeState
from orchestration.ports import (
    AllocLine,
    AllocState,
    JobLine,
    JobPlan,
    JobState,
    PlacementFailure,
    TaskEvent,
    Use,
)

Json = Mapping[str, Any]
MIB = 1024 * 1024
OWNER_MARK = "paillasse.app"
LIVE = frozenset({"pending", "running", "unknown"})


def job(raw: Json) -> JobState:
    """Read a job, or a line of the list of jobs (which tells no version: -1)."""
    return JobState(
        id=raw["ID"],
        version=raw.get("Version", -1),
        modify_index=raw["JobModifyIndex"],
        stopped=bool(raw.get("Stop")),
        status=raw["Status"],
        meta=raw.get("Meta") or {},
        raw=raw,
        submitted_ns=raw.get("SubmitTime") or 0,
    )


def line(raw: Json) -> JobLine:
    """Read a line of /v1/jobs/statuses."""
    deployment = raw.get("LatestDeployment") or {}
    return JobLine(
        id=raw["ID"],
        version=raw["Version"],
        submitted_ns=raw.get("SubmitTime") or 0,
        stopped=bool(raw.get("Stop")),
        allocations=tuple(
            AllocLine(
                job_version=each["JobVersion"],
                client_status=each["ClientStatus"],
                healthy=(each.get("DeploymentStatus") or {}).get("Healthy"),
            )
            for each in raw.get("Allocs") or ()
        ),
        moving=bool(deployment.get("IsActive")),
    )


def wanted_count(raw: Json) -> int:
    """How many allocations a job asks for."""
    return sum(group.get("Count") or 0 for group in raw.get("TaskGroups") or ())


def _event(raw: Json) -> TaskEvent:
    ended = raw.get("Type") == "Terminated"
    told = raw.get("DisplayMessage") or raw.get("Message") or raw.get("DriverError") or ""
    details = raw.get("Details") or {}
    return TaskEvent(
        at_ns=raw.get("Time") or 0,
        type=raw.get("Type") or "",
        message=told,
        exit_code=int(details.get("exit_code") or raw.get("ExitCode") or 0) if ended else None,
        fails_task=bool(raw.get("FailsTask")),
    )


def _oom(states: Iterable[Json]) -> bool:
    events = (event for state in states for event in state.get("Events") or ())
    return any((event.get("Details") or {}).get("oom_killed") == "true" for event in events)


def allocation(raw: Json) -> AllocState:
    """Read one line of a job's allocations."""
    states: Mapping[str, Json] = raw.get("TaskStates") or {}
    verdict = raw.get("DeploymentStatus") or {}
    return AllocState(
        id=raw["ID"],
        job_version=raw.get("JobVersion", 0),
        client_status=raw["ClientStatus"],
        desired_status=raw["DesiredStatus"],
        healthy=verdict.get("Healthy"),
        canary=bool(verdict.get("Canary")),
        node_name=raw.get("NodeName") or "",
        tasks={name: tuple(_event(e) for e in state.get("Events") or ()) for name, state in states.items()},
        task_states={name: state.get("State") or "" for name, state in states.items()},
        failed=raw["ClientStatus"] == "failed",
        oom_killed=_oom(states.values()),
        modify_index=raw.get("ModifyIndex") or 0,
        job_id=raw.get("JobID") or "",
        cpu_mhz=(limits := _held(raw.get("AllocatedResources") or {})).cpu_mhz,
        memory_mib=limits.memory_mib,
    )


def use(raw: Json) -> Use | None:
    """Read what an allocation uses. Cgroups of the second version tell `Usage` alone of some drivers."""
    told = raw.get("ResourceUsage") or {}
    memory, cpu = told.get("MemoryStats") or {}, told.get("CpuStats") or {}
    if not raw.get("Tasks"):
        return None
    size = memory.get("RSS") or memory.get("Usage") or 0
    return Use(cpu_mhz=float(cpu.get("TotalTicks") or 0), memory_mib=size / MIB)


def deployment(raw: Json) -> DeploymentState:
    """Read a deployment; its groups are added up."""
    groups = (raw.get("TaskGroups") or {}).values()
    canaries = [group for group in groups if group.get("DesiredCanaries")]
    return DeploymentState(
        id=raw["ID"],
        job_version=raw.get("JobVersion", 0),
        status=raw["Status"],
        description=raw.get("StatusDescription") or "",
        healthy=sum(group.get("HealthyAllocs") or 0 for group in groups),
        desired=sum(group.get("DesiredTotal") or 0 for group in groups),
        canaries=sum(group["DesiredCanaries"] for group in canaries),
        promoted=bool(canaries) and all(group.get("Promoted") for group in canaries),
        auto_promote=bool(canaries) and all(group.get("AutoPromote") for group in canaries),
    )


def placement(raw: Json) -> PlacementFailure:
    """Read the metrics of a group that found no node."""
    return PlacementFailure(
        nodes_evaluated=raw.get("NodesEvaluated") or 0,
        nodes_filtered=raw.get("NodesFiltered") or 0,
        nodes_exhausted=raw.get("NodesExhausted") or 0,
        dimensions=raw.get("DimensionExhausted") or {},
        constraints=raw.get("ConstraintFiltered") or {},
        nodes_available=raw.get("NodesAvailable") or {},
    )


def blocked(evaluations: Iterable[Json]) -> PlacementFailure | None:
    """Why the newest evaluation placed nothing; a blocked one waits and keeps its reason."""
    newest = sorted(evaluations, key=lambda each: each.get("CreateIndex") or 0, reverse=True)
    waiting = [each for each in newest if each.get("Status") == "blocked"]
    for each in [*waiting, *newest[:1]]:
        for failure in (each.get("FailedTGAllocs") or {}).values():
            return placement(failure)
    return None


def plan(raw: Json) -> JobPlan:
    """Read a plan."""
    diff = raw.get("Diff") or {}
    desired = (raw.get("Annotations") or {}).get("DesiredTGUpdates") or {}
    failures = raw.get("FailedTGAllocs") or {}
    return JobPlan(
        diff_type=diff.get("Type") or "None",
        updates={group: {_snake(name): number for name, number in u.items()} for group, u in desired.items()},
        failures={group: placement(failure) for group, failure in failures.items()},
        warnings=raw.get("Warnings") or "",
        modify_index=raw.get("JobModifyIndex") or 0,
        diff=diff,
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@dataclass(frozen=True)
class Held:
    """What live allocations hold of one machine."""

    cpu_mhz: int = 0
    memory_mib: int = 0
    disk_mib: int = 0
    gpus: int = 0

    def __add__(self, other: "Held") -> "Held":
        return Held(
            self.cpu_mhz + other.cpu_mhz,
            self.memory_mib + other.memory_mib,
            self.disk_mib + other.disk_mib,
            self.gpus + other.gpus,
        )


def node(raw: Json, used: Held) -> NodeState:
    """Read one line of the nodes, asked with their resources; `used` is what live allocations hold."""
    resources = raw.get("NodeResources") or {}
    reserved = raw.get("ReservedResources") or {}
    return NodeState(
        id=raw["ID"],
        name=raw["Name"],
        status=raw["Status"],
        eligible=raw.get("SchedulingEligibility") == "eligible" and not raw.get("Drain"),
        datacenter=raw.get("Datacenter") or "",
        node_pool=raw.get("NodePool") or "",
        version=raw.get("Version") or "",
        drivers={name: bool(each.get("Healthy")) for name, each in (raw.get("Drivers") or {}).items()},
        cpu_mhz=_amount(resources, "Cpu", "CpuShares") - _amount(reserved, "Cpu", "CpuShares"),
        memory_mib=_amount(resources, "Memory", "MemoryMB") - _amount(reserved, "Memory", "MemoryMB"),
        disk_mib=_amount(resources, "Disk", "DiskMB") - _amount(reserved, "Disk", "DiskMB"),
        allocated_cpu_mhz=used.cpu_mhz,
        allocated_memory_mib=used.memory_mib,
        allocated_disk_mib=used.disk_mib,
        gpus=sum(_healthy(each) for each in _gpus(resources)),
        allocated_gpus=used.gpus,
    )


def _amount(resources: Json, kind: str, unit: str) -> int:
    return int((resources.get(kind) or {}).get(unit) or 0)


def _gpus(resources: Json) -> list[Json]:
    """The devices that are GPUs, whoever made them (`type` of a device plugin's fingerprint)."""
    return [each for each in resources.get("Devices") or () if each.get("Type") == "gpu"]


def _healthy(device: Json) -> int:
    return sum(1 for each in device.get("Instances") or () if each.get("Healthy"))


def allocated(allocations: Iterable[Json]) -> dict[str, Held]:
    """Node id -> what its live allocations hold together."""
    sums: dict[str, Held] = {}
    for raw in allocations:
        if raw.get("ClientStatus") in LIVE:
            sums[raw["NodeID"]] = sums.get(raw["NodeID"], Held()) + _held(raw.get("AllocatedResources") or {})
    return sums


def _held(resources: Json) -> Held:
    tasks = (resources.get("Tasks") or {}).values()
    return Held(
        cpu_mhz=sum(_amount(task, "Cpu", "CpuShares") for task in tasks),
        memory_mib=sum(_amount(task, "Memory", "MemoryMB") for task in tasks),
        disk_mib=int((resources.get("Shared") or {}).get("DiskMB") or 0),
        gpus=sum(len(each.get("DeviceIDs") or ()) for task in tasks for each in _gpus(task)),
    )
