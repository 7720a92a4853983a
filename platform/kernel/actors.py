"""Who does something: a person, a token of theirs, the system by a named rule."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """The actor of an audited change. No key to a table: audit outlives people (design 8.7)."""

    kind: str  #: person, token, rule, system
    id: UUID | None  #: the person's id; none for rules and the system
    label: str  #: what to show: a name, a rule's name
    token_id: UUID | None = None
    request_id: str = ""
    ip: str | None = None


def system(label: str) -> Actor:
    """The portal itself: a loop or a command."""
    return Actor(kind="system", id=None, label=label)


def rule(name: str) -> Actor:
    """A named rule that decided by itself."""
    return Actor(kind="rule", id=None, label=name)
