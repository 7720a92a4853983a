"""Who may move a request, from where to where: the whole table (design 3), no wildcard. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from apps.approvals.enums import Move, RequestState
from kernel.errors import Conflict, Forbidden, Refused


class Part(StrEnum):
    """What somebody is to a request; one person may be several."""

    REQUESTER = "requester"
    OWNER = "owner"  # of the project
    DECIDER = "decider"  # an admin; for rights in a project its owners too
    RULE = "rule"
    SYSTEM = "system"


@dataclass(frozen=True)
class Transition:
    """One move: its sources, where it leads (none: it stays), who may, whether a reason is needed."""

    sources: frozenset[RequestState]
    target: RequestState | None
    parts: frozenset[Part]
    reason: bool = False


_S = RequestState
_ASKING = frozenset({Part.REQUESTER, Part.OWNER})
_DECIDER = frozenset({Part.DECIDER})
#: what somebody has to decide
WAITING = frozenset({_S.SUBMITTED, _S.IN_REVIEW})
#: what may still be moved: all others are ends
OPEN = WAITING | {_S.DRAFT, _S.CHANGES_REQUESTED}
#: ends that give something
GRANTED = frozenset({_S.APPROVED, _S.PARTIALLY_APPROVED})
#: ends with a verdict
DECIDED = GRANTED | {_S.REJECTED}
_SPOKEN = WAITING | DECIDED | {_S.CHANGES_REQUESTED, _S.WITHDRAWN, _S.EXPIRED}

TABLE: Mapping[Move, Transition] = {
    Move.SUBMIT: Transition(frozenset({_S.DRAFT}), _S.SUBMITTED, frozenset({Part.REQUESTER})),
    Move.EDIT: Transition(frozenset({_S.DRAFT, _S.SUBMITTED, _S.CHANGES_REQUESTED}), None, _ASKING),
    Move.TAKE: Transition(frozenset({_S.SUBMITTED}), _S.IN_REVIEW, _DECIDER),
    Move.REQUEST_CHANGES: Transition(WAITING, _S.CHANGES_REQUESTED, _DECIDER, reason=True),
    Move.ANSWER: Transition(frozenset({_S.CHANGES_REQUESTED}), _S.SUBMITTED, _ASKING),
    Move.COMMENT: Transition(_SPOKEN, None, _ASKING | _DECIDER, reason=True),
    Move.APPROVE: Transition(WAITING, _S.APPROVED, _DECIDER | {Part.RULE}),
    Move.APPROVE_IN_PART: Transition(WAITING, _S.PARTIALLY_APPROVED, _DECIDER, reason=True),
    Move.REJECT: Transition(WAITING, _S.REJECTED, _DECIDER, reason=True),
    Move.WITHDRAW: Transition(OPEN, _S.WITHDRAWN, _ASKING | {Part.SYSTEM}),
    Move.EXPIRE: Transition(OPEN, _S.EXPIRED, frozenset({Part.SYSTEM})),
}
#: why a move is refused in a state: codes of apps.base.messages
_WHY: Mapping[RequestState, str] = {
    _S.DRAFT: "request.draft",
    _S.SUBMITTED: "request.not_now",
    _S.IN_REVIEW: "request.in_review",
    _S.CHANGES_REQUESTED: "request.with_requester",
    _S.APPROVED: "request.decided",
    _S.PARTIALLY_APPROVED: "request.decided",
    _S.REJECTED: "request.decided",
    _S.WITHDRAWN: "request.withdrawn",
    _S.EXPIRED: "request.expired",
}


def check(move: Move, state: str, parts: frozenset[Part]) -> RequestState:
    """The state that the move leads to. Raises Forbidden to the wrong person, Conflict in the wrong state."""
    transition, now = TABLE[move], RequestState(state)
    if not transition.parts & parts:
        raise Forbidden("forbidden", action=move.value)
    if now not in transition.sources:
        raise Conflict(_WHY[now], state=now.value, move=move.value)
    return transition.target or now


def check_reason(move: Move, reason: str) -> None:
    """Raise Refused where the move hurts somebody and nobody says why."""
    if TABLE[move].reason and not reason.strip():
        raise Refused("reason.required", field="reason")


def allowed(state: str, parts: frozenset[Part]) -> frozenset[Move]:
    """What these may do now."""
    return frozenset(move for move, each in TABLE.items() if state in each.sources and each.parts & parts)
