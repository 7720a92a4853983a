"""Asking for quota, a project or rights: one transaction holds the request, its audit row and the notices."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.enums import Move, RequestState
from apps.approvals.models import Request
from apps.approvals.services import waiting, wishes
from apps.approvals.services.deciding import decide_wish_by_rule
from apps.approvals.services.moving import TEXT_MAX, check, hold, note, turn
from apps.approvals.services.wishes import Wish
from apps.approvals.transitions import Part
from apps.projects import selectors as projects
from apps.workloads import selectors as workloads
from kernel.actors import Actor
from kernel.errors import Refused


@transaction.atomic
def ask_quota(
    *,
    actor: Actor,
    person: Person,
    project_id: UUID,
    limits: Mapping[str, object],
    reason: str,
    until: date | None = None,
    draft: bool = False,
) -> Request:
    """Ask for other limits of a project. Raises as wishes.for_quota does, and Refused without a reason."""
    project = projects.get(person, project_id)
    wish = wishes.for_quota(actor=actor, person=person, project=project, limits=limits, until=until)
    return _begin(actor, person, wish, reason, draft=draft)


@transaction.atomic
def ask_project(
    *,
    actor: Actor,
    person: Person,
    name: str,
    slug: str,
    reason: str,
    description: str = "",
    limits: Mapping[str, object] | None = None,
    draft: bool = False,
) -> Request:
    """Ask for a new project. Raises as wishes.for_project does, and Refused without a reason."""
    wish = wishes.for_project(
        actor=actor, person=person, name=name, slug=slug, description=description, limits=limits
    )
    return _begin(actor, person, wish, reason, draft=draft)


@transaction.atomic
def ask_rights(
    *, actor: Actor, person: Person, project_id: UUID, role: str, reason: str, draft: bool = False
) -> Request:
    """Ask for a higher role in a project. Raises as wishes.for_rights does, and Refused without a reason."""
    wish = wishes.for_rights(person=person, project=projects.get(person, project_id), role=role)
    return _begin(actor, person, wish, reason, draft=draft)


@transaction.atomic
def ask_lease(
    *, actor: Actor, person: Person, app_id: UUID, until: date, reason: str, draft: bool = False
) -> Request:
    """Ask for a later end of an app. Raises as wishes.for_lease does, and Refused without a reason."""
    wish = wishes.for_lease(person=person, app=workloads.get(person, app_id), until=until)
    return _begin(actor, person, wish, reason, draft=draft)


@transaction.atomic
def send(*, actor: Actor, person: Person, request_id: UUID, version: int | None = None) -> Request:
    """Send a draft. Raises Missing, Conflict, Refused without a reason."""
    request = hold(person=person, request_id=request_id, move=Move.SUBMIT, version=version)
    check_reason(request.reason)
    turn(request, check(request, Move.SUBMIT, frozenset({Part.REQUESTER})))
    request.save()
    _sent(request, actor)
    return request


def _begin(actor: Actor, person: Person, wish: Wish, reason: str, *, draft: bool) -> Request:
    if not draft:
        check_reason(reason)
    check_length(reason)
    request = Request.objects.create(
        kind=wish.kind,
        state=RequestState.DRAFT if draft else RequestState.SUBMITTED,
        project=wish.project,
        requester=person,
        app=wish.app,
        payload=dict(wish.payload),
        amounts=dict(wish.amounts),
        until=wish.until,
        effect=wish.effect,
        reason=reason.strip(),
    )
    if draft:
        waiting.require_few(request)
    else:
        _sent(request, actor)
    return request


def _sent(request: Request, actor: Actor) -> None:
    until = request.until.isoformat() if request.until else None
    asked = {"kind": request.kind, "amounts": request.amounts, "until": until}
    note(actor, Move.SUBMIT, request, request.reason, **asked)
    if decide_wish_by_rule(request=request) is None:
        waiting.wait(request)


def check_reason(reason: str) -> None:
    """Raise Refused where nobody says why."""
    if not reason.strip():
        raise Refused("reason.required", field="reason")


def check_length(reason: str) -> None:
    """Raise Refused for a text longer than anybody reads."""
    if len(reason) > TEXT_MAX:
        raise Refused("request.text", field="reason", limit=TEXT_MAX)
