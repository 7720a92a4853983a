"""How much and how long."""

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.policy.rules import PolicyRules, Violation

SECOND = 1_000_000_000
MAX_TRIES = 10
MAX_DISK_MIB = 2048
_GROUP = "TaskGroups[0]"
_TASK = f"{_GROUP}.Tasks[0]"


def bounds(job: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    """Sizes, copies, tries and times beyond the lab's ceilings, or not given: defaults are no bound."""
    group = job["TaskGroups"][0]
    task = group["Tasks"][0]
    size = task.get("Resources", {})
    yield from _between("policy.count", f"{_GROUP}.Count", group.get("Count"), 1, rules.max_count)
    yield from _between("policy.size", f"{_TASK}.Resources.CPU", size.get("CPU"), 1, rules.max_cpu_mhz)
    memory = size.get("MemoryMB")
    yield from _between("policy.size", f"{_TASK}.Resources.MemoryMB", memory, 1, rules.max_memory_mib)
    yield from _between("policy.priority", "Priority", job.get("Priority"), 1, rules.max_priority)
    disk = group.get("EphemeralDisk", {}).get("SizeMB")
    yield from _between("policy.size", f"{_GROUP}.EphemeralDisk.SizeMB", disk, 1, MAX_DISK_MIB)
    yield from _devices(size, rules)
    yield from _tries(group)
    yield from _times(group, task, rules)


def _between(code: str, path: str, value: Any, low: int, high: int) -> Iterator[Violation]:
    if value is None or not low <= value <= high:
        yield Violation(code, path, str(value))


def _devices(size: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    devices = size.get("Devices", [])
    if any(each.get("Name") != "nvidia/gpu" for each in devices) or len(devices) > 1:
        yield Violation("policy.device", f"{_TASK}.Resources.Devices", str(devices)[:80])
    elif devices:
        yield from _between(
            "policy.size", f"{_TASK}.Resources.Devices[0].Count", devices[0].get("Count"), 1, rules.max_gpus
        )


def _tries(group: Mapping[str, Any]) -> Iterator[Violation]:
    restart, reschedule = group.get("RestartPolicy", {}), group.get("ReschedulePolicy", {})
    if restart.get("Mode") != "fail" or restart.get("Attempts", 99) > MAX_TRIES:
        yield Violation("policy.tries", f"{_GROUP}.RestartPolicy", str(restart)[:80])
    if reschedule.get("Unlimited") is not False or reschedule.get("Attempts", 99) > MAX_TRIES:
        yield Violation("policy.tries", f"{_GROUP}.ReschedulePolicy", str(reschedule)[:80])


def _times(group: Mapping[str, Any], task: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    update = group.get("Update", {})
    times = {
        f"{_GROUP}.Update.MinHealthyTime": update.get("MinHealthyTime", 0),
        f"{_GROUP}.Update.HealthyDeadline": update.get("HealthyDeadline", 0),
        f"{_GROUP}.Update.ProgressDeadline": update.get("ProgressDeadline", 0),
        f"{_GROUP}.ShutdownDelay": group.get("ShutdownDelay", 0),
        f"{_TASK}.KillTimeout": task.get("KillTimeout", 0),
    }
    for path, value in times.items():
        if value > rules.max_seconds * SECOND:
            yield Violation("policy.time", path, str(value))
