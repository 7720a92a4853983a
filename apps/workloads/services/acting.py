"""How every verb is done: the row locked, the table asked, the move made, its operation and its audit row.

Of two that conflict the first to lock the row wins; the second meets the new state and gets Conflict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.workloads.enums import Desired, OperationKind
from apps.workloads.models import App, Operation
from apps.workloads.services import access, operations
from apps.workloads.services.declare import advance
from apps.workloads.services.draft import bury, finish
from apps.workloads.services.rollouts import hold_back_again
from apps.workloads.transitions import VERBS
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden

#: what a verb changes on the locked row besides what is wanted of it; gives what is wanted next
Turn = Callable[[App], Desired]


@dataclass(frozen=True)
class Asked:
    """What is asked of which app, by whom, and at which generation it was read."""

    kind: OperationKind
    actor: Actor
    app_id: UUID
    if_generation: int | None = None
    person: Person | None = None
    reason: str = ""
    authorized: bool = False  #: the caller has asked already whether the actor may
    author: Actor | None = None  #: whom the timeline names, where the actor only grants it


@transaction.atomic
def act(asked: Asked, turn: Turn | None = None) -> Operation:
    """Do it. Without `turn` the app goes where the table leads from where it is.

    Raises Missing, Forbidden; Conflict where it cannot be asked now; and what `turn` raises.
    """
    if asked.person is not None and asked.actor.id != asked.person.id:
        raise Forbidden
    verb = VERBS[asked.kind]
    action = "" if asked.authorized else verb.action
    app = access.locked(
        actor=asked.actor, app_id=asked.app_id, action=action, if_generation=asked.if_generation
    )
    if app.desired not in verb.sources:
        raise Conflict("app.not_now", verb=asked.kind.value, desired=app.desired)
    before = {"desired": app.desired, "generation": app.generation}
    operation = _move(app, asked, turn)
    operations.tell(app=app, code=f"app.{asked.kind.value}", actor=asked.author or asked.actor)
    audit.record(
        actor=asked.actor,
        verb=f"app.{asked.kind.value}",
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        reason=asked.reason,
        before=before,
        after={"desired": app.desired, "generation": app.generation},
    )
    return operation


def _move(app: App, asked: Asked, turn: Turn | None) -> Operation:
    if app.desired == Desired.REQUESTED:
        return _never_was(app, asked)
    ways = VERBS[asked.kind].moves[app.desired]
    target = turn(app) if turn else ways[0]
    if target not in ways:
        raise RuntimeError(f"{asked.kind} leads from {app.desired} to {ways}, not to {target}")
    if app.desired == Desired.PRESENT == target:
        hold_back_again(app)
    advance(app=app, actor=asked.actor, desired=target)
    operations.cancel_open(app=app)
    return operations.open_operation(app=app, kind=asked.kind, actor=asked.actor, generation=app.generation)


def _never_was(app: App, asked: Asked) -> Operation:
    """A request that nobody granted: nothing stands outside, so it is gone at once."""
    bury(app=app, actor=asked.actor)
    operations.cancel_open(app=app, waiting=True)
    made = operations.open_operation(app=app, kind=asked.kind, actor=asked.actor, generation=app.generation)
    return finish(made)
