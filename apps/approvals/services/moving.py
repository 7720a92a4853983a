"""What every move of a request shares: the lock, the table of transitions, the thread, the audit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals import transitions
from apps.approvals.enums import Move, RequestState, Verdict
from apps.approvals.models import Message, Request
from apps.approvals.selectors import parts_of, visible_to
from apps.approvals.transitions import Part
from apps.audit import services as audit
from apps.base.models import Upload
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from kernel.actors import Actor
from kernel.errors import Conflict, Missing

TEXT_MAX = 4000
#: the audit's word for each move
_VERBS: Mapping[Move, str] = {
    Move.SUBMIT: "request.submitted",
    Move.EDIT: "request.edited",
    Move.TAKE: "request.taken",
    Move.REQUEST_CHANGES: "request.changes_requested",
    Move.ANSWER: "request.answered",
    Move.COMMENT: "request.commented",
    Move.APPROVE: "request.approved",
    Move.APPROVE_IN_PART: "request.partially_approved",
    Move.REJECT: "request.rejected",
    Move.WITHDRAW: "request.withdrawn",
    Move.EXPIRE: "request.expired",
}


def hold(
    *, person: Person, request_id: UUID, move: Move, version: int | None = None, reason: str = ""
) -> Request:
    """The request, locked, if the person may make the move now. `version` is the one that they read.

    Raises Missing, Forbidden; Conflict that names who was first where somebody was; Refused without a reason
    where the move needs one.
    """
    request = _locked(visible_to(person).filter(id=request_id))
    if request is None:
        raise Missing
    check(request, move, parts_of(person, request))
    if version is not None and version != request.version:
        raise Conflict("request.moved_on", expected=version, version=request.version)
    transitions.check_reason(move, reason)
    return request


def _locked(found: "QuerySet[Request]") -> Request | None:
    """Locked before it is read: the second of two who decide finds it decided."""
    return found.select_for_update(no_key=True, of=("self",)).select_related("project", "requester").first()


def check(request: Request, move: Move, parts: frozenset[Part]) -> RequestState:
    """The state that the move leads to; a conflict says who decided what."""
    try:
        return transitions.check(move, request.state, parts)
    except Conflict as error:
        decision = request.decisions.select_related("decider").order_by("-at").first()
        if decision is None:
            raise
        who = decision.decider.label if decision.decider else decision.rule
        verdict = Verdict(decision.verdict).label
        raise Conflict(error.code, state=request.state, who=who, verdict=verdict) from error


def turn(request: Request, state: RequestState) -> None:
    """Set a locked request's state; the caller saves."""
    if request.state != state:
        request.state, request.state_since = state, timezone.now()


def say(
    request: Request,
    move: Move,
    actor: Actor,
    person: Person | None,
    *,
    text: str = "",
    internal: bool = False,
    attachment: Upload | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Message:
    """A line of the thread."""
    return Message.objects.create(
        request=request,
        move=move,
        author=person,
        author_label=actor.label[:200],
        text=text.strip(),
        internal=internal,
        attachment=attachment,
        changes=dict(changes or {}),
        version=request.version,
    )


def note(actor: Actor, move: Move, request: Request, reason: str = "", **after: object) -> None:
    """The audit event of a move, in its transaction."""
    audit.record(
        actor=actor,
        verb=_VERBS[move],
        target_kind="request",
        target_id=request.id,
        target_label=request.label or request.kind,
        project_id=request.project_id,
        reason=reason.strip(),
        after={"state": request.state, **after},
    )


def end(request: Request, actor: Actor) -> None:
    """What was asked for will not be: free the host of a new app, close the operation of a change."""
    app = request.app
    if app is not None and app.generation == 0 and app.desired == Desired.REQUESTED:
        workloads.drop_request(actor=actor, app=app)
    elif request.operation is not None:
        workloads.cancel(operation=request.operation)
