"""The verdict over a finished job, from the job alone and the lab's rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.names import OutsideNames
from orchestration.policy.bounds import bounds
from orchestration.policy.edge import services
from orchestration.policy.rollout import rollout
from orchestration.policy.rules import PolicyRules, Violation
from orchestration.policy.shape import JOB, misshapen
from orchestration.policy.task import task_rules
from orchestration.policy.volumes import volumes
from orchestration.render.job import GROUP, META_APP, META_RESTART
from orchestration.render.literal import speaks
from orchestration.render.task import TASK

_META = {META_APP, "paillasse.project", "paillasse.template"}
_RUNTIMES = "${meta.paillasse_runtimes}"


def judge(job: Mapping[str, Any], rules: PolicyRules) -> tuple[Violation, ...]:
    """Everything that forbids sending this job; empty: it may be sent. Never raises, whatever it is given."""
    if found := tuple(misshapen(job, JOB)):
        return found
    if found := tuple(_identity(job, rules)):
        return found
    names = OutsideNames(job["ID"], rules.kv_prefix)
    group = job["TaskGroups"][0]
    task = group["Tasks"][0]
    return (
        *_texts(job),
        *bounds(job, rules),
        *rollout(group),
        *services(group, names, job["Meta"][META_APP], rules),
        *volumes(group, names),
        *task_rules(task, names, rules),
        *_constraints(group),
    )


def _identity(job: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    """Whose job it is, and where it goes."""
    try:
        OutsideNames(job.get("ID", ""), rules.kv_prefix)
    except ValueError:
        yield Violation("policy.identity", "ID", str(job.get("ID")))
    wanted = {
        "Name": job.get("ID"),
        "Type": "service",
        "Namespace": rules.placement.namespace,
        "Datacenters": list(rules.placement.datacenters),
        "NodePool": rules.placement.node_pool,
    }
    for key, value in wanted.items():
        if job.get(key) != value:
            yield Violation("policy.identity", key, str(job.get(key)))
    if job.get("Region", "") != rules.placement.region:
        yield Violation("policy.identity", "Region", str(job.get("Region")))
    meta = job.get("Meta", {})
    if set(meta) - {META_RESTART} != _META or not meta[META_APP]:
        yield Violation("policy.identity", "Meta", str(sorted(meta)))
    groups = job.get("TaskGroups", [])
    if [group.get("Name") for group in groups] != [GROUP]:
        yield Violation("policy.identity", "TaskGroups")
    elif [task.get("Name") for task in groups[0].get("Tasks", [])] != [TASK]:
        yield Violation("policy.identity", "TaskGroups[0].Tasks")


def _texts(value: Any, path: str = "") -> Iterator[Violation]:
    """Nothing in the whole job speaks to Nomad, besides the one constraint on a node's runtimes."""
    if isinstance(value, str):
        if speaks(value) and not (value == _RUNTIMES and path.endswith(".LTarget")):
            yield Violation("policy.text", path, value[:80])
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _texts(str(key), f"{path}.{key}".lstrip("."))
            yield from _texts(inside, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inside in enumerate(value):
            yield from _texts(inside, f"{path}[{index}]")


def _constraints(group: Mapping[str, Any]) -> Iterator[Violation]:
    for index, each in enumerate(group.get("Constraints", [])):
        if each.get("LTarget") != _RUNTIMES or each.get("Operand") != "set_contains":
            yield Violation("policy.constraint", f"TaskGroups[0].Constraints[{index}]", str(each)[:80])
