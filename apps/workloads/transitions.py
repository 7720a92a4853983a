"""What may be asked of an app, from where and to where: the whole table, no wildcard."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.workloads.enums import Desired, OperationKind


@dataclass(frozen=True)
class Verb:
    """One thing to ask: from which desired state to which, the usual one first; the right that it takes."""

    moves: Mapping[str, tuple[Desired, ...]]
    action: str  #: a word of projects.enums.ALLOWED

    @property
    def sources(self) -> frozenset[str]:
        """The desired states from which it may be asked."""
        return frozenset(self.moves)


#: wanted so, an app runs, or may do so without anybody's asking again
LIVELY = frozenset({Desired.PRESENT, Desired.ASLEEP})
_P, _S, _Z = Desired.PRESENT, Desired.STOPPED, Desired.ASLEEP
_REMOVED = (Desired.ARCHIVED, Desired.ABSENT)  # absent at once where the lab keeps nothing (RETENTION_DAYS=0)
_STAYS: Mapping[str, tuple[Desired, ...]] = {_P: (_P,)}
_AS_IT_IS: Mapping[str, tuple[Desired, ...]] = {_P: (_P,), _S: (_S,), _Z: (_Z,)}

VERBS: Mapping[OperationKind, Verb] = {
    OperationKind.CREATE: Verb({Desired.REQUESTED: (_P,)}, "deploy"),
    OperationKind.CHANGE: Verb({_P: (_P,), _S: (_P,), _Z: (_P,)}, "deploy"),
    OperationKind.STOP: Verb({_P: (_S,), _Z: (_S,)}, "operate"),
    OperationKind.START: Verb({_S: (_P,), _Z: (_P,)}, "operate"),
    OperationKind.SLEEP: Verb({_P: (_Z,)}, "operate"),
    OperationKind.RETRY: Verb(_STAYS, "operate"),
    OperationKind.RESTART: Verb(_STAYS, "operate"),
    OperationKind.READDRESS: Verb(_AS_IT_IS, "deploy"),
    OperationKind.HANDOVER: Verb(_AS_IT_IS, "delete"),
    OperationKind.DELETE: Verb(
        {Desired.REQUESTED: (Desired.ABSENT,), _P: _REMOVED, _S: _REMOVED, _Z: _REMOVED}, "delete"
    ),
    OperationKind.UNDO: Verb({Desired.ARCHIVED: (_P, _S, _Z)}, "delete"),
    OperationKind.PURGE: Verb({Desired.ARCHIVED: (Desired.ABSENT,)}, "delete"),
}


def allowed(desired: str) -> frozenset[OperationKind]:
    """What may be asked of an app of which this is wanted."""
    return frozenset(kind for kind, verb in VERBS.items() if desired in verb.sources)
