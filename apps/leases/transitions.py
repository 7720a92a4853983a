"""Which move leads a lease from where to where: the whole table (design 3), no wildcard. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.leases.enums import Move
from apps.workloads.enums import LeaseState
from kernel.errors import Conflict


@dataclass(frozen=True)
class Step:
    """One move: from which states, and to which."""

    sources: frozenset[LeaseState]
    target: LeaseState


_S = LeaseState

TABLE: Mapping[Move, Step] = {
    Move.EXPIRE: Step(frozenset({_S.ACTIVE}), _S.EXPIRING),
    Move.GRACE: Step(frozenset({_S.EXPIRING}), _S.GRACE),
    Move.SLEEP: Step(frozenset({_S.GRACE}), _S.ASLEEP_EXPIRED),
    Move.ARCHIVE: Step(frozenset({_S.ASLEEP_EXPIRED}), _S.ARCHIVED),
    Move.PURGE: Step(frozenset({_S.ARCHIVED}), _S.PURGED),
    Move.RENEW: Step(
        frozenset({_S.ACTIVE, _S.EXPIRING, _S.GRACE, _S.ASLEEP_EXPIRED, _S.ARCHIVED}), _S.ACTIVE
    ),
    Move.RECALL: Step(frozenset({_S.EXPIRING, _S.GRACE}), _S.ACTIVE),
}
#: what the clock does next, state by state; purged is the end
BY_TIME: Mapping[LeaseState, Move] = {
    _S.ACTIVE: Move.EXPIRE,
    _S.EXPIRING: Move.GRACE,
    _S.GRACE: Move.SLEEP,
    _S.ASLEEP_EXPIRED: Move.ARCHIVE,
    _S.ARCHIVED: Move.PURGE,
}


def check(move: Move, state: str) -> LeaseState:
    """The state that the move leads to. Raises Conflict where it is none from here."""
    step = TABLE[move]
    if LeaseState(state) not in step.sources:
        raise Conflict("lease.not_now", state=state, move=move.value)
    return step.target
