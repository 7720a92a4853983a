"""Why an app does not run, read from what Nomad tells: placement figures and the story of an allocation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kernel.redact import redact_text
from orchestration.checks import asked
from orchestration.ports import AllocState, PlacementFailure, TaskEvent
from orchestration.specs import AppSpec, DockerRuntime, Resources

MESSAGE_MAX = 500
_PULL = re.compile(r"(?i)failed to pull|no such image|manifest (?:for|unknown)|failed to find docker image")
_DENIED = re.compile(
    r"(?i)denied|unauthori[sz]ed|forbidden|authentication required|no basic auth credentials"
)
#: it did not even start in time: no check was asked. Started too late for the check, it says otherwise
_NOT_STARTED = re.compile(r"(?i)^task not running by healthy_deadline")
_VAULT = re.compile(r"(?i)vault|jwt")
#: Nomad ends a task whose templates cannot be made, long after it logged in for them
_UNMADE = re.compile(r"^Template failed\b")
_SETUP = frozenset(
    {"Setup Failure", "Failed Validation", "Task hook failed", "Driver Failure", "Killing", "Template"}
)
_ON_DEMAND = frozenset({"Killing", "Restart Signaled", "Signaling"})


@dataclass(frozen=True)
class Cause:
    """A reason code, the server's own words, and the figures for its sentence."""

    code: str
    message: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def placement_cause(failure: PlacementFailure, asked: Resources | None = None) -> Cause:
    """Why no node takes the app, which asks for so much of each copy."""
    looked = {"looked_at": failure.nodes_evaluated}
    if failure.dimensions:
        dimension = max(failure.dimensions, key=lambda each: failure.dimensions[each])
        nodes = failure.dimensions[dimension]
        facts = {"dimension": dimension, "nodes": nodes, **looked, **_amount(dimension, asked)}
        return Cause("placement.exhausted", facts=facts)
    if failure.constraints:
        text = max(failure.constraints, key=lambda each: failure.constraints[each])
        code = "placement.driver" if "driver" in text.lower() else "placement.constraint"
        return Cause(code, text, {"constraint": text, "nodes": failure.constraints[text], **looked})
    if failure.nodes_evaluated == 0:
        return Cause("placement.no_node")
    return Cause("placement.exhausted", facts={"dimension": "", "nodes": failure.nodes_exhausted, **looked})


def _amount(dimension: str, asked: Resources | None) -> dict[str, object]:
    """How much of it one copy asks for, where Nomad's word is one of the quota's dimensions."""
    amounts = {"memory": "memory_mib", "cpu": "cpu_mhz", "devices": "gpus"}
    name = amounts.get(dimension.partition(" ")[0].partition(":")[0], "")
    return {"asked": getattr(asked, name)} if asked is not None and name else {}


def allocation_cause(allocations: Iterable[AllocState], spec: AppSpec) -> Cause | None:
    """The last trouble of the newest allocation that had one."""
    cause = _newest(allocations)
    if cause is None:
        return None
    figures: dict[str, object] = {}
    if cause.code == "task.oom":
        figures["memory_mib"] = spec.resources.memory_mib
    if cause.code.startswith("image.") and isinstance(spec.runtime, DockerRuntime):
        figures["image"] = spec.runtime.image
    if cause.code == "check.failing":
        figures["asked"] = asked(spec.check)
    if cause.code == "deadline.passed":
        figures["deadline_s"] = spec.healthy_deadline_s
    return replace(cause, facts={**cause.facts, **figures})


def _newest(allocations: Iterable[AllocState]) -> Cause | None:
    for alloc in sorted(allocations, key=lambda each: each.modify_index, reverse=True):
        events = sorted((e for told in alloc.tasks.values() for e in told), key=lambda each: each.at_ns)
        if cause := _story(alloc, events):
            return cause
    return None


def _story(alloc: AllocState, events: list[TaskEvent]) -> Cause | None:
    """Read backwards: the last event that says what went wrong."""
    unhealthy: Cause | None = None
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if event.type == "Alloc Unhealthy":
            late = _NOT_STARTED.search(event.message)
            unhealthy = Cause("deadline.passed" if late else "check.failing", _short(event.message))
            continue
        before = {each.type for each in events[max(0, index - 2) : index]}
        if event.type == "Terminated" and before & _ON_DEMAND:
            continue
        if cause := _event(alloc, event):
            return cause
    return unhealthy


def _event(alloc: AllocState, event: TaskEvent) -> Cause | None:
    if event.type == "Terminated":
        return _ended(alloc, event)
    if event.type == "Failed Artifact Download":
        return Cause("artifact.failed", _short(event.message))
    if event.type not in _SETUP:
        return None
    if event.type == "Driver Failure" and _PULL.search(event.message):
        return Cause(
            "image.refused" if _DENIED.search(event.message) else "image.missing", _short(event.message)
        )
    unmade = bool(_UNMADE.search(event.message))
    if _VAULT.search(event.message):
        reading = unmade or event.type == "Template"
        return Cause("vault.read" if reading else "vault.login", _short(event.message))
    told = unmade or event.type not in {"Killing", "Template"}
    return Cause("task.setup", _short(event.message)) if told else None


def _ended(alloc: AllocState, event: TaskEvent) -> Cause:
    if "oom" in event.message.lower() or (alloc.oom_killed and event.exit_code):
        return Cause("task.oom", _short(event.message))
    return Cause("task.exit", _short(event.message), {"exit_code": event.exit_code or 0})


def _short(message: str) -> str:
    return redact_text(message)[:MESSAGE_MAX]
