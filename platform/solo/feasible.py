"""Whether the node can take one more copy of a group, and if not, why: Nomad's AllocMetric."""

import time
from collections.abc import Iterable
from typing import Any

from solo.constraints import datacenter_fits, fulfilled, text
from solo.fields import Fields
from solo.node import ELIGIBLE
from solo.paths import meant
from solo.store import Row

_DIMENSIONS = (("memory", "MemoryMB"), ("cpu", "CPU"), ("disk", "DiskMB"))


def needs(group: Fields) -> dict[str, int]:
    """What a copy asks for: CPU in MHz, MemoryMB and DiskMB in MiB."""
    tasks = [task["Resources"] for task in group["Tasks"]]
    return {
        "CPU": sum(t["CPU"] for t in tasks),
        "MemoryMB": sum(t["MemoryMB"] for t in tasks),
        "DiskMB": group["EphemeralDisk"]["SizeMB"],
    }


def used(allocs: Iterable[Row]) -> dict[str, int]:
    """What allocations hold."""
    total = {"CPU": 0, "MemoryMB": 0, "DiskMB": 0}
    for alloc in allocs:
        for key in total:
            total[key] += alloc["Resources"][key]
    return total


def metric(node: Row) -> dict[str, Any]:
    """A metric in which nothing has been tried yet."""
    return {
        "AllocationTime": 0,
        "ClassExhausted": None,
        "ClassFiltered": None,
        "CoalescedFailures": 0,
        "ConstraintFiltered": None,
        "DimensionExhausted": None,
        "NodePool": node["NodePool"],
        "NodesAvailable": {},
        "NodesEvaluated": 0,
        "NodesExhausted": 0,
        "NodesFiltered": 0,
        "NodesInPool": 0,
        "QuotaExhausted": None,
        "ResourcesExhausted": None,
        "ScoreMetaData": None,
        "Scores": None,
    }


def _filtered(job: Fields, group: Fields, node: Row, volumes: list[Row]) -> str | None:
    """The reason for which the node is out of the question, if there is one."""
    tasks = group["Tasks"]
    for rule in [
        *(job["Constraints"] or []),
        *(group["Constraints"] or []),
        *(c for t in tasks for c in t["Constraints"] or []),
    ]:
        if not fulfilled(rule, node):
            return text(rule)
    if any(not node["Drivers"].get(task["Driver"], {}).get("Healthy") for task in tasks):
        return "missing drivers"
    if any(task["Resources"]["Devices"] for task in tasks):
        return "missing devices"
    for asked in (group["Volumes"] or {}).values():
        if not any(meant(asked, job["Namespace"], volume) for volume in volumes):
            csi = asked["Type"] == "csi"
            return f"missing CSI volume(s) {asked['Source']}" if csi else "missing compatible host volumes"
    return None


def judge(
    job: Fields, group: Fields, node: Row, held: dict[str, int], volumes: list[Row]
) -> tuple[bool, dict[str, Any]]:
    """Whether the node can take one more copy, and the metric that says why or why not."""
    began, found = time.perf_counter_ns(), metric(node)
    fits = _try(job, group, node, held, volumes, found)
    found["AllocationTime"] = time.perf_counter_ns() - began
    return fits, found


def _try(
    job: Fields, group: Fields, node: Row, held: dict[str, int], volumes: list[Row], found: dict[str, Any]
) -> bool:
    pooled = job["NodePool"] in ("all", node["NodePool"]) and node["SchedulingEligibility"] == ELIGIBLE
    if not pooled or not datacenter_fits(job["Datacenters"], node["Datacenter"]):
        return False
    found |= {"NodesAvailable": {node["Datacenter"]: 1}, "NodesInPool": 1, "NodesEvaluated": 1}
    if reason := _filtered(job, group, node, volumes):
        found |= {"NodesFiltered": 1, "ConstraintFiltered": {reason: 1}}
        return False
    total = {
        "CPU": node["NodeResources"]["Cpu"]["CpuShares"],
        "MemoryMB": node["NodeResources"]["Memory"]["MemoryMB"],
        "DiskMB": node["NodeResources"]["Disk"]["DiskMB"],
    }
    asked = needs(group)
    for word, key in _DIMENSIONS:
        if held[key] + asked[key] > total[key]:
            exhaust(found, group, word, key)
            return False
    return True


def exhaust(found: dict[str, Any], group: Fields, word: str, key: str = "") -> None:
    """Note that the node has too little of something."""
    found |= {"NodesExhausted": 1, "DimensionExhausted": {word: 1}}
    empty = {
        "CPU": 0,
        "Cores": 0,
        "Devices": None,
        "DiskMB": 0,
        "IOPS": 0,
        "MemoryMB": 0,
        "MemoryMaxMB": 0,
        "NUMA": None,
        "Networks": None,
        "SecretsMB": 0,
    }
    if key in ("CPU", "MemoryMB"):
        found["ResourcesExhausted"] = {t["Name"]: {**empty, key: t["Resources"][key]} for t in group["Tasks"]}
