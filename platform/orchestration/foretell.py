"""What Nomad says a registration would do, in figures and causes that can be told in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.redact import redact
from orchestration.causes import Cause, placement_cause
from orchestration.ports import JobPlan
from orchestration.render.job import SERVICE_META_RELEASE

EDITS_MAX = 200
VALUE_MAX = 300  #: characters of a value
_DESTROYS = "create/destroy"


@dataclass(frozen=True)
class Edit:
    """One field of the job that changes; empty where it was not, or will not be."""

    where: str  #: e.g. "app.app.Resources.MemoryMB": group, task, block, field
    before: str
    after: str
    replaces: bool = False  #: Nomad says that it is this field for which copies are replaced


@dataclass(frozen=True)
class Foretold:
    """A plan: how many copies meet with what."""

    is_new: bool = False
    is_same: bool = False  #: nothing of the job changes
    placed: int = 0
    replaced: int = 0
    in_place: int = 0  #: go on running, and are told what changed
    stopped: int = 0
    canaries: int = 0
    untouched: int = 0
    obstacles: tuple[Cause, ...] = ()  #: why copies find no machine now
    edits: tuple[Edit, ...] = ()
    warnings: str = ""


def foretell(plan: JobPlan) -> Foretold:
    """Read a plan."""
    counts = {name: sum(each.get(name, 0) for each in plan.updates.values()) for name in _COUNTS.values()}
    told = {field: counts[name] for field, name in _COUNTS.items()}
    return Foretold(
        is_new=plan.diff_type == "Added",
        is_same=plan.diff_type == "None",
        **told,
        obstacles=tuple(placement_cause(each) for each in plan.failures.values()),
        edits=() if plan.diff_type == "Added" else tuple(_edits(plan.diff))[:EDITS_MAX],
        warnings=plan.warnings,
    )


_COUNTS: Mapping[str, str] = {
    "placed": "place",
    "replaced": "destructive_update",
    "in_place": "in_place_update",
    "stopped": "stop",
    "canaries": "canary",
    "untouched": "ignore",
}


def _edits(diff: Mapping[str, Any], where: tuple[str, ...] = ()) -> Iterator[Edit]:
    """The fields that differ, from the outside in. The number of the release is of no interest here."""
    for each in diff.get("Fields") or ():
        if each.get("Type") != "None" and SERVICE_META_RELEASE not in each["Name"]:
            yield _edit(each, where)
    for name in ("Objects", "TaskGroups", "Tasks"):
        for each in diff.get(name) or ():
            if each.get("Type") != "None" or name == "Tasks":
                yield from _edits(each, (*where, str(each["Name"])))


def _edit(field: Mapping[str, Any], where: tuple[str, ...]) -> Edit:
    name = str(field["Name"])
    values = redact({name: [str(field.get("Old") or ""), str(field.get("New") or "")]})[name]
    before, after = values if isinstance(values, list) else (values, values)
    replaces = any(_DESTROYS in note for note in field.get("Annotations") or ())
    return Edit(".".join((*where, name)), before[:VALUE_MAX], after[:VALUE_MAX], replaces)
