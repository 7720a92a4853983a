"""What a person may ask of an app, and from where: the whole table, no wildcard."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.workloads.enums import Desired, OperationKind


@dataclass(frozen=True)
class Verb:
    """One thing to ask: from which desired states, to which, and the right that it takes."""

    sources: frozenset[str]
    target: Desired | None  #: none: it stays
    action: str  #: a word of projects.enums.ALLOWED


_STANDING = frozenset({Desired.PRESENT, Desired.STOPPED, Desired.ASLEEP})

VERBS: Mapping[OperationKind, Verb] = {
    OperationKind.STOP: Verb(frozenset({Desired.PRESENT, Desired.ASLEEP}), Desired.STOPPED, "operate"),
    OperationKind.START: Verb(frozenset({Desired.STOPPED, Desired.ASLEEP}), Desired.PRESENT, "operate"),
    OperationKind.RETRY: Verb(frozenset({Desired.PRESENT}), None, "operate"),
    OperationKind.RESTART: Verb(frozenset({Desired.PRESENT}), None, "operate"),
    OperationKind.DELETE: Verb(_STANDING | {Desired.REQUESTED, Desired.ARCHIVED}, Desired.ABSENT, "delete"),
}


def allowed(desired: str) -> frozenset[OperationKind]:
    """What may be asked of an app of which this is wanted."""
    return frozenset(kind for kind, verb in VERBS.items() if desired in verb.sources)
