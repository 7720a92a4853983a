"""Whether Nomad would take a job: the checks that the portal's jobs can fail, in Nomad's own words.

Texts: recordings 081 to 087, and Job.Validate of Nomad 2.0.5.
"""

import re

from solo.clock import SECOND, duration
from solo.errors import multierror
from solo.fields import Fields

_SERVICE_NAME = re.compile(r"(?i)([a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])")
_TYPES = ("service", "batch", "system", "sysbatch")
_MAX_PORT = 65535
_MAX_PRIORITY = 100


def problems(job: Fields) -> list[str]:
    """What is wrong with a canonical job, in Nomad's order; empty when nothing is."""
    found = [*_head(job)]
    found += [
        f"Task group {group['Name']} validation failed: {multierror(wrong)}"
        for group in job["TaskGroups"]
        if (wrong := _group(job, group))
    ]
    if job["Periodic"] or job["ParameterizedJob"]:
        found.append("periodic and parameterized jobs are not run by this stand-in for one machine")
    return found


def warnings(job: Fields) -> str:
    """Nomad's warnings about a job (recording 027)."""
    lines = [
        f'group "{group["Name"]}" defines services, but neither the group nor any of its tasks have'
        " shutdown_delay set"
        for group in job["TaskGroups"]
        if _services(group)
        and not group["ShutdownDelay"]
        and not any(t["ShutdownDelay"] for t in group["Tasks"])
    ]
    if not lines:
        return ""
    word = "warning" if len(lines) == 1 else "warnings"
    return f"{len(lines)} {word}:\n\n" + "\n".join(f"* {line}" for line in lines)


def _services(group: Fields) -> list[Fields]:
    return [*(group["Services"] or []), *(s for t in group["Tasks"] for s in t["Services"] or [])]


def _head(job: Fields) -> list[str]:
    found = _names(job)
    if job["Type"] not in _TYPES:
        found.append(f'Invalid job type: "{job["Type"]}"')
    if not 1 <= job["Priority"] <= _MAX_PRIORITY:
        found.append(f"job priority must be between [1, {_MAX_PRIORITY}]")
    if not job["TaskGroups"]:
        found.append("Missing job task groups")
    return found + _groups(job)


def _names(job: Fields) -> list[str]:
    found = []
    if not job["ID"]:
        found.append("Missing job ID")
    elif " " in job["ID"]:
        found.append("Job ID contains a space")
    elif "\0" in job["ID"]:
        found.append("Job ID contains a null character")
    return found if job["Name"] or job["ID"] else [*found, "Missing job name"]


def _groups(job: Fields) -> list[str]:
    found = []
    seen: dict[str, int] = {}
    for number, group in enumerate(job["TaskGroups"], 1):
        name = group["Name"]
        if not name:
            found.append(f"Job task group {number} missing name")
        elif name in seen:
            found.append(f"Job task group {number} redefines '{name}' from group {seen[name]}")
        seen[name] = number
        if job["Type"] == "system" and group["Count"] > 1:
            count = f"Job task group {name} has count {group['Count']}."
            found.append(f"{count} Count cannot exceed 1 with system scheduler")
    return found


def _group(job: Fields, group: Fields) -> list[str]:
    found = []
    if group["Count"] < 0:
        found.append("Task group count can't be negative")
    if not group["Tasks"]:
        found.append("Missing tasks for task group")
    found += _restart(group["RestartPolicy"])
    if group["Update"] and job["Type"] == "service":
        found += [multierror(wrong) for wrong in (_update(group["Update"]),) if wrong]
    names: dict[str, int] = {}
    for number, task in enumerate(group["Tasks"], 1):
        if task["Name"] in names:
            found.append(f"Task {number} redefines '{task['Name']}' from task {names[task['Name']]}")
        elif not task["Name"]:
            found.append(f"Task {number} missing name")
        names[task["Name"]] = number
    if wrong := _networks(group):
        found.append(f"Task group network validation failed: {multierror(wrong)}")
    if wrong := _services_of(group):
        found.append(f"Task group service validation failed: {multierror(wrong)}")
    found += [
        f"Task {task['Name']} validation failed: {multierror(wrong)}"
        for task in group["Tasks"]
        if (wrong := _task(group, task))
    ]
    return found


def _restart(policy: Fields) -> list[str]:
    found = []
    if policy["Mode"] not in ("fail", "delay"):
        found.append(f'Unsupported restart mode: "{policy["Mode"]}"')
    if policy["Attempts"] == 0 and policy["Mode"] != "fail":
        found.append(f'Restart policy "{policy["Mode"]}" with 0 attempts is ambiguous')
    if policy["Interval"] < 5 * SECOND:
        found.append(f"Interval can not be less than 5s (got {duration(policy['Interval'])})")
    if policy["Attempts"] * policy["Delay"] > policy["Interval"]:
        found.append(
            f"Nomad can't restart the TaskGroup {policy['Attempts']} times in an interval of"
            f" {duration(policy['Interval'])} with a delay of {duration(policy['Delay'])}"
        )
    return [multierror(found)] if found else []


def _update(update: Fields) -> list[str]:
    found = []
    if update["HealthCheck"] not in ("checks", "task_states", "manual"):
        found.append(f'Invalid health check given: "{update["HealthCheck"]}"')
    if update["Canary"] == 0 and update["AutoPromote"]:
        found.append("Auto Promote requires a Canary count greater than zero")
    least, healthy, progress = (update[k] for k in ("MinHealthyTime", "HealthyDeadline", "ProgressDeadline"))
    if least >= healthy:
        found.append(
            "Minimum healthy time must be less than healthy deadline:"
            f" {duration(least)} > {duration(healthy)}"
        )
    if progress and healthy >= progress:
        found.append(
            "Healthy deadline must be less than progress deadline:"
            f" {duration(healthy)} > {duration(progress)}"
        )
    return found


def ports(group: Fields) -> list[Fields]:
    """All ports that a group asks for."""
    return [
        port
        for network in group["Networks"] or []
        for kind in ("ReservedPorts", "DynamicPorts")
        for port in network.get(kind, [])
    ]


def _networks(group: Fields) -> list[str]:
    found, labels = [], set()
    for port in ports(group):
        label, to = port.get("Label", ""), port.get("To", 0)
        if label in labels:
            found.append(f"Port label {label} already in use by taskgroup network")
        labels.add(label)
        if port.get("Value", 0) > _MAX_PORT:
            found.append(f"Port {label} ({port['Value']}) cannot be greater than {_MAX_PORT}")
        if to < -1:
            found.append(f'Port "{label}" cannot be mapped to negative value {to}')
        elif to > _MAX_PORT:
            found.append(f'Port "{label}" cannot be mapped to a port ({to}) greater than {_MAX_PORT}')
    return found


def _services_of(group: Fields) -> list[str]:
    found = []
    labels = {port.get("Label") for port in ports(group)}
    for service in _services(group):
        name = re.sub(r"\$\{[^}]*\}", "x", service["Name"])
        if not _SERVICE_NAME.fullmatch(name):
            found.append(
                "Service name must be valid per RFC 1123 and can contain only alphanumeric characters or"
                f' dashes and must be no longer than 63 characters: "{service["Name"]}"'
            )
        label = service["PortLabel"]
        if label and not label.isdigit() and label not in labels:
            found.append(f'port label "{label}" referenced by service {service["Name"]} does not exist')
        found += [
            f"check {check['Name']} invalid: interval ({duration(check['Interval'])}) cannot be lower than 1s"
            for check in service["Checks"] or []
            if check["Interval"] < SECOND
        ]
    return found


def _task(group: Fields, task: Fields) -> list[str]:
    found = []
    if "/" in task["Name"] or "\\" in task["Name"]:
        found.append("Task name cannot include slashes")
    if not task["Driver"]:
        found.append("Missing task driver")
    least = {"CPU": 1, "MemoryMB": 10}
    found += [
        multierror([f"minimum {key} value is {low}; got {task['Resources'][key]}"])
        for key, low in least.items()
        if task["Resources"][key] < low
    ]
    update = group["Update"]
    if update and 0 < update["ProgressDeadline"] < task["KillTimeout"]:
        found.append(
            f"KillTimout ({duration(task['KillTimeout'])}) longer than the group's ProgressDeadline"
            f" ({duration(update['ProgressDeadline'])})"
        )
    for number, mount in enumerate(task["VolumeMounts"] or []):
        if mount["Volume"] not in (group["Volumes"] or {}):
            found.append(f"Volume Mount ({number}) references undefined volume {mount['Volume']}")
    return found
