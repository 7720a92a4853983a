"""What is asked beside what stands: the first thing that whoever decides looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.approvals.enums import RequestKind
from apps.approvals.models import Request
from apps.approvals.transitions import OPEN
from orchestration.specs import Resources

#: name, as it stands (none: nothing to compare with, or not there yet), as it would be (none: taken away)
Line = tuple[str, Any, Any]


@dataclass(frozen=True)
class Wanted:
    """The lines of a request's page. While it is open, and there is something before, both stand there."""

    amounts: tuple[Line, ...]  #: units as kernel.units.DIMENSIONS says
    parameters: tuple[Line, ...] = ()
    unchanged: tuple[str, ...] = ()  #: parameters that stay as they are


def wanted(request: Request) -> Wanted:
    """What a request would change; of a decided one only what was asked: what stands has moved on."""
    payload: Mapping[str, Any] = request.payload
    asked: Mapping[str, Any] = payload.get("parameters", {})
    release = request.app.release if request.app and request.kind == RequestKind.CHANGE else None
    if request.state not in OPEN or (release is None and request.kind != RequestKind.QUOTA):
        return Wanted(_after(request.amounts), _after(asked))
    if release is None:
        return Wanted(_changed(payload.get("limits_then", {}), request.amounts))
    stood = release.parameters
    return Wanted(
        _amounts(Resources(**release.resources).charge().as_dict(), request.amounts),
        _changed(stood, asked),
        tuple(name for name, value in asked.items() if name in stood and stood[name] == value),
    )


def _after(told: Mapping[str, Any]) -> tuple[Line, ...]:
    return tuple((name, None, value) for name, value in told.items() if value not in (None, 0, ""))


def _amounts(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[Line, ...]:
    """Each amount that is taken before or after; one that stays is said once."""
    lines = ((name, before.get(name, 0), after.get(name, 0)) for name in {**before, **after})
    return tuple((name, None if was == then else was, then) for name, was, then in lines if was or then)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Line, ...]:
    names = {**before, **after}
    lines = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(line for line in lines if line[1] != line[2])
