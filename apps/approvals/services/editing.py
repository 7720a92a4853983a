"""Changing what is asked, while nobody has decided it: a new version of the request."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.enums import Move, RequestKind, RequestState
from apps.approvals.models import Request
from apps.approvals.services import telling, wishes
from apps.approvals.services.asking import check_length, check_reason
from apps.approvals.services.judging import judge_again
from apps.approvals.services.moving import hold, note, say
from apps.approvals.services.replanning import replan
from apps.approvals.services.wishes import Wish
from apps.projects.models import Project
from kernel.actors import Actor
from kernel.errors import Conflict, Refused, RefusedMany

#: kind -> what can be changed about it, beside its reason
FIELDS: Mapping[str, frozenset[str]] = {
    RequestKind.APP: frozenset({"name", "ends_on", "parameters", "resources", "uploads"}),
    RequestKind.CHANGE: frozenset({"parameters", "resources", "uploads"}),
    RequestKind.QUOTA: frozenset({"limits", "until"}),
    RequestKind.PROJECT: frozenset({"name", "slug", "description", "limits"}),
    RequestKind.RIGHTS: frozenset({"role"}),
    RequestKind.LEASE: frozenset({"until"}),
    RequestKind.HANDOVER: frozenset(),
}
#: kinds that are asked with a template's answers; within the quota they need no reason
WITH_APP = frozenset({RequestKind.APP, RequestKind.CHANGE})
_TOLD_MAX = 400  # characters of a value in the thread


@transaction.atomic
def edit(
    *, actor: Actor, person: Person, request_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Request:
    """Change what is named in `changes` (FIELDS, and `reason`); a new version of the request.

    One that waits is judged again by the rules; one that its requester was asked to change, once it is sent.
    Raises Missing, Forbidden, Conflict; Refused and RefusedMany naming the fields, as when it was sent.
    """
    request = hold(person=person, request_id=request_id, move=Move.EDIT, version=version)
    _check_fields(request, changes)
    before = _told(request)
    reason = str(changes.get("reason", request.reason))
    check_length(reason)
    if request.state != RequestState.DRAFT and (request.reason or request.kind not in WITH_APP):
        check_reason(reason)
    request.reason = reason.strip()
    _apply(request, actor, person, changes)
    after = _told(request)
    changed = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
    if not changed:
        return request
    request.version += 1
    request.save()
    if request.state != RequestState.DRAFT:
        say(request, Move.EDIT, actor, person, changes=changed)
    note(actor, Move.EDIT, request, version=request.version, changed=sorted(changed), amounts=request.amounts)
    if request.state == RequestState.SUBMITTED and judge_again(request=request, person=person) is None:
        telling.answered(request, actor)
    return request


def _check_fields(request: Request, changes: Mapping[str, Any]) -> None:
    strange = sorted(set(changes) - FIELDS[request.kind] - {"reason"})
    if strange:
        raise RefusedMany([Refused("request.field", field=name[:40]) for name in strange])


def _apply(request: Request, actor: Actor, person: Person, changes: Mapping[str, Any]) -> None:
    if not FIELDS[request.kind] & set(changes):
        return
    if request.kind in WITH_APP:
        replan(request, actor, person, changes)
        return
    wish = _wish(request, actor, person, changes)
    request.payload, request.amounts = dict(wish.payload), dict(wish.amounts)
    request.until, request.effect = wish.until, wish.effect


def _wish(request: Request, actor: Actor, person: Person, changes: Mapping[str, Any]) -> Wish:
    """The same wish with what is named in the place of what it was."""
    if request.kind == RequestKind.PROJECT:
        told = {**_of_project(request.payload), "limits": request.amounts, **changes}
        told.pop("reason", None)
        return wishes.for_project(actor=actor, person=request.requester or person, **told)
    if request.kind == RequestKind.LEASE:
        return _of_lease(request, person, changes.get("until") or request.until)
    project = _project(request)
    if request.kind == RequestKind.RIGHTS:
        return wishes.for_rights(person=request.requester or person, project=project, role=changes["role"])
    until: date | None = changes.get("until", request.until)
    limits = changes.get("limits", request.amounts)
    return wishes.for_quota(actor=actor, person=person, project=project, limits=limits, until=until)


def _of_lease(request: Request, person: Person, until: date | None) -> Wish:
    if request.app is None or until is None:
        raise Conflict("request.not_now", state=request.state)
    return wishes.for_lease(person=person, app=request.app, until=until)


def _of_project(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload[name] for name in ("name", "slug", "description")}


def _project(request: Request) -> Project:
    if request.project is None:
        raise Conflict("request.not_now", state=request.state)
    return request.project


def _told(request: Request) -> dict[str, Any]:
    """What can be changed, as the thread tells it."""
    payload: Mapping[str, Any] = request.payload
    told: dict[str, Any] = {"reason": request.reason, "until": request.until and request.until.isoformat()}
    told |= {f"amounts.{name}": value for name, value in request.amounts.items()}
    told |= {f"resources.{name}": value for name, value in payload.get("resources", {}).items()}
    told |= {f"parameters.{name}": value for name, value in payload.get("parameters", {}).items()}
    told |= {f"files.{each['parameter']}": each["filename"] for each in payload.get("files", ())}
    told |= {name: payload[name] for name in ("name", "slug", "description", "role") if name in payload}
    if request.kind == RequestKind.APP:
        ends_on = request.app.ends_on if request.app else None
        told["ends_on"] = ends_on and ends_on.isoformat()
    return {name: value[:_TOLD_MAX] if isinstance(value, str) else value for name, value in told.items()}
