"""Giving a request to a colleague, and reminding of those that wait."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.approvals.models import Duty, Request
from apps.approvals.selectors import duty as selectors
from apps.approvals.selectors import visible_to
from apps.approvals.selectors.requests import deciders
from apps.approvals.transitions import WAITING
from apps.audit import services as audit
from apps.notices import services as notices
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, Refused


@transaction.atomic
def assign(*, actor: Actor, person: Person, request_id: UUID, assignee_id: UUID | None) -> Duty:
    """Give a waiting request to somebody who may decide it, or with None back to all.

    Told is whoever acts for them today. Raises Missing, Forbidden, Conflict("request.decided"), Refused.
    """
    request = _waiting(person, request_id)
    if assignee_id is not None and assignee_id not in deciders(request):
        raise Refused("duty.not_admin", field="assignee")
    row, _made = Duty.objects.select_for_update().get_or_create(request=request)
    before = row.assignee_id
    if before == assignee_id:
        return row
    row.assignee_id, row.assigned_at, row.reminded_at = assignee_id, timezone.now(), None
    row.save()
    audit.record(
        actor=actor,
        verb="request.assigned",
        target_kind="request",
        target_id=request.id,
        target_label=request.label,
        project_id=request.project_id,
        before={"assignee": str(before) if before else None},
        after={"assignee": str(assignee_id) if assignee_id else None},
    )
    if assignee_id is not None:
        people = [each for each in selectors.who_decides(request) if each != person.id]
        _tell("request.asked", request, people)
    return row


def remind() -> tuple[int, int]:
    """Remind of requests that wait; tell all admins of those that wait too long. Returns how many of each.

    Each request is one transaction with its notices and its mark, and the notices have a key: however often
    and wherever this is cut off, nobody is told twice.
    """
    late = list(selectors.to_escalate(timezone.now()).values_list("id", flat=True))
    escalated = sum(_escalate(each) for each in late)
    silent = list(selectors.to_remind(timezone.now()).values_list("id", flat=True))
    return sum(_remind(each) for each in silent), escalated


@transaction.atomic
def _remind(request_id: UUID) -> bool:
    now = timezone.now()
    request = selectors.to_remind(now).select_for_update(of=("self",), skip_locked=True)
    found = request.filter(id=request_id).first()
    if found is None:
        return False
    since = found.since.isoformat()  # type: ignore[attr-defined]  # annotated by to_remind
    _told_late("request.reminder", found, selectors.who_decides(found), since)
    Duty.objects.update_or_create(request=found, defaults={"reminded_at": now})
    return True


@transaction.atomic
def _escalate(request_id: UUID) -> bool:
    now = timezone.now()
    request = selectors.to_escalate(now).select_for_update(of=("self",), skip_locked=True)
    found = request.filter(id=request_id).first()
    if found is None:
        return False
    everybody = [each.id for each in accounts.admins()]
    _told_late("request.escalated", found, everybody, found.state_since.isoformat())
    # Who has heard of it this way need not be reminded besides.
    Duty.objects.update_or_create(request=found, defaults={"escalated_at": now, "reminded_at": now})
    return True


def _waiting(person: Person, request_id: UUID) -> Request:
    request = visible_to(person).select_for_update(of=("self",)).filter(id=request_id).first()
    if request is None:
        raise Missing
    if not person.is_admin:
        raise Forbidden("forbidden", action="decide")
    if request.state not in WAITING:
        raise Conflict("request.decided", state=request.state)
    return request


def _told_late(kind: str, request: Request, people: list[UUID], since: str) -> None:
    days = (timezone.now() - request.state_since).days
    _tell(kind, request, people, once=f"{kind}:{request.id}:{since}", days=days)


def _tell(kind: str, request: Request, people: list[UUID], once: str = "", **more: int) -> None:
    params = {
        "what": request.label or str(request.get_kind_display()),
        "project": request.project.name if request.project else "",
        "requester": request.requester.label if request.requester else "",
        "request_kind": request.kind,
        **more,
    }
    path = f"/requests/{request.id}/"
    notices.notify(kind=kind, recipients=people, params=params, path=path, once=once)
