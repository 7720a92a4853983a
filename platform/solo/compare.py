"""What a new version of a job means for allocations that run: nothing, a change in place, or replacement.

After tasksUpdated of Nomad 2.0.5's scheduler.
"""

from typing import Any

from solo.fields import Fields

_KEPT = (
    "Version",
    "Status",
    "StatusDescription",
    "CreateIndex",
    "ModifyIndex",
    "JobModifyIndex",
    "SubmitTime",
    "Stable",
    "VersionTag",
)
_TASK = (
    "Driver",
    "User",
    "Artifacts",
    "Vault",
    "Secrets",
    "Consul",
    "Templates",
    "CSIPluginConfig",
    "VolumeMounts",
    "Identity",
    "Identities",
)


def same_spec(one: Fields, other: Fields) -> bool:
    """Whether two canonical jobs ask for the same."""
    return _spec(one) == _spec(other)


def _spec(job: Fields) -> Fields:
    return {key: value for key, value in job.items() if key not in _KEPT}


def find(items: list[Fields] | None, name: str) -> Fields | None:
    """The member of that name."""
    return next((item for item in items or [] if item["Name"] == name), None)


def destructive(old: Fields, new: Fields, group_name: str) -> bool:
    """Whether allocations of the group must be replaced to become what the new job says."""
    before, after = find(old["TaskGroups"], group_name), find(new["TaskGroups"], group_name)
    if before is None or after is None:
        return True
    if any(before[key] != after[key] for key in ("EphemeralDisk", "Networks", "Consul", "Volumes")):
        return True
    if len(before["Tasks"]) != len(after["Tasks"]):
        return True
    return any(_task_changed(old, new, before, after, task) for task in before["Tasks"])


def _task_changed(old: Fields, new: Fields, before: Fields, after: Fields, task: Fields) -> bool:
    other = find(after["Tasks"], task["Name"])
    if other is None:
        return True
    return (
        any(task[key] != other[key] for key in _TASK)
        or any((task[key] or {}) != (other[key] or {}) for key in ("Config", "Env", "Resources"))
        or task["LogConfig"]["Disabled"] != other["LogConfig"]["Disabled"]
        or combined_meta(old, before, task) != combined_meta(new, after, other)
    )


def combined_meta(job: Fields, group: Fields, task: Fields) -> dict[str, Any]:
    """A task's meta: its own over its group's over its job's."""
    return {**(job["Meta"] or {}), **(group["Meta"] or {}), **(task["Meta"] or {})}
