"""The thread: comments, taking in review, asking for changes, answering; and taking a request back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals.enums import Move, RequestState
from apps.approvals.models import Message, Request
from apps.approvals.selectors import parts_of
from apps.approvals.services import telling
from apps.approvals.services.judging import judge_again
from apps.approvals.services.moving import TEXT_MAX, end, hold, note, say, turn
from apps.approvals.transitions import OPEN, Part
from apps.base import uploads
from apps.base.models import Upload
from apps.projects import selectors as projects
from apps.workloads.enums import Desired
from kernel.actors import Actor
from kernel.errors import Forbidden, Refused

_AT_ONCE = 200  # requests closed in one sweep


@transaction.atomic
def take(*, actor: Actor, person: Person, request_id: UUID, version: int | None = None) -> Request:
    """Take a request in review: whoever waits sees that somebody looks at it. Raises as approve does."""
    request = hold(person=person, request_id=request_id, move=Move.TAKE, version=version)
    _turned(request, Move.TAKE, RequestState.IN_REVIEW, actor, person)
    telling.taken(request, actor)
    return request


@transaction.atomic
def request_changes(
    *, actor: Actor, person: Person, request_id: UUID, reason: str, version: int | None = None
) -> Request:
    """Ask the requester to change or explain it. Raises Refused without saying what, and as approve does."""
    _check_text(reason, "reason")
    move = Move.REQUEST_CHANGES
    request = hold(person=person, request_id=request_id, move=move, version=version, reason=reason)
    _turned(request, move, RequestState.CHANGES_REQUESTED, actor, person, reason)
    telling.changes_requested(request, actor, reason)
    return request


@transaction.atomic
def answer(
    *, actor: Actor, person: Person, request_id: UUID, text: str = "", version: int | None = None
) -> Request:
    """Send it again after what was asked: the rules judge it again. Raises Missing, Forbidden, Conflict."""
    _check_text(text, "text")
    request = hold(person=person, request_id=request_id, move=Move.ANSWER, version=version)
    _turned(request, Move.ANSWER, RequestState.SUBMITTED, actor, person, text)
    if judge_again(request=request, person=person) is None:
        telling.answered(request, actor, text=text)
    return request


@transaction.atomic
def comment(
    *,
    actor: Actor,
    person: Person,
    request_id: UUID,
    text: str,
    internal: bool = False,
    file: File[bytes] | None = None,
    upload_id: UUID | None = None,
) -> Message:
    """Write into the thread; a file may come with it. `internal`: for those who read all.

    Raises Refused naming `text` or `file`, Forbidden for an internal word of a member, Missing, Conflict.
    """
    _check_text(text, "text")
    sent = _sent(person, upload_id)
    if not text.strip():
        text = (file.name if file else "") or (sent.name if sent else "")
    if not text.strip():
        raise Refused("request.text_missing", field="text")
    request = hold(person=person, request_id=request_id, move=Move.COMMENT, reason=text)
    if internal and not person.is_admin:
        raise Forbidden("forbidden", action="internal")
    kept = _keep(request, person, file) if file is not None else sent
    message = say(request, Move.COMMENT, actor, person, text=text, internal=internal, attachment=kept)
    note(actor, Move.COMMENT, request, internal=internal, file=kept.name if kept else None)
    if internal:
        return message
    if Part.DECIDER in parts_of(person, request) and request.requester_id != person.id:
        telling.written(request, actor, text)
    elif request.state in OPEN:
        telling.answered(request, actor, text=text)
    return message


def _sent(person: Person, upload_id: UUID | None) -> Upload | None:
    if upload_id is None:
        return None
    found = uploads.of_person(person.id, [str(upload_id)]).get(str(upload_id))
    if found is None:
        raise Refused("upload.missing", field="upload")
    return found


def _keep(request: Request, person: Person, file: File[bytes]) -> Upload:
    """The file, kept for the request's project; before there is one, for the writer's own."""
    own = request.project or projects.personal_of(person)
    return uploads.store(person_id=person.id, project_id=own.id if own else request.id, file=file)


@transaction.atomic
def withdraw(*, actor: Actor, person: Person, request_id: UUID, version: int | None = None) -> Request:
    """Take back a request that waits: its requester, or an owner of the project. Raises as approve does."""
    request = hold(person=person, request_id=request_id, move=Move.WITHDRAW, version=version)
    began = request.state != RequestState.DRAFT
    _turned(request, Move.WITHDRAW, RequestState.WITHDRAWN, actor, person)
    end(request, actor)
    if began:
        telling.closed(request, actor)
    return request


@transaction.atomic
def withdraw_orphans(*, actor: Actor) -> int:
    """Close requests whose app was deleted or went meanwhile, or whose offer is over; returns how many."""
    lost = Q(app__desired=Desired.ABSENT) | ~Q(project=F("app__project"))
    over = Q(handover__closed_at__isnull=False)
    orphans = Request.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        Q(lost, app__isnull=False) | over, state__in=OPEN
    )
    found = orphans.order_by("id")[:_AT_ONCE]
    return sum(_close(each, Move.WITHDRAW, RequestState.WITHDRAWN, actor) for each in found)


@transaction.atomic
def expire(*, actor: Actor) -> int:
    """Close requests that stood in one state for longer than REQUEST_EXPIRES_DAYS; returns how many."""
    since = timezone.now() - timedelta(days=settings.REQUEST_EXPIRES_DAYS)
    old = Request.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state__in=OPEN, state_since__lt=since
    )
    found = old.order_by("id")[:_AT_ONCE]
    return sum(_close(each, Move.EXPIRE, RequestState.EXPIRED, actor) for each in found)


def _close(request: Request, move: Move, state: RequestState, actor: Actor) -> int:
    _turned(request, move, state, actor, None)
    end(request, actor)
    telling.closed(request, actor)
    return 1


def _turned(
    request: Request, move: Move, state: RequestState, actor: Actor, person: Person | None, text: str = ""
) -> None:
    """The new state, saved, with its line in the thread and its audit event."""
    turn(request, state)
    request.save()
    say(request, move, actor, person, text=text)
    note(actor, move, request, text)


def _check_text(text: str, field: str) -> None:
    if len(text) > TEXT_MAX:
        raise Refused("request.text", field=field, limit=TEXT_MAX)
