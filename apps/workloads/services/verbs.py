"""What a person asks of an app that stands: stop, start, retry, restart, delete.

Each is one transaction with its audit row. Of two that conflict the first to lock the row wins; the second
meets the new state and gets Conflict. Raises Missing, Forbidden, Conflict.
"""

import secrets
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.quotas import services as quotas
from apps.workloads.enums import Desired, OperationKind
from apps.workloads.models import App, Operation
from apps.workloads.services import access, operations
from apps.workloads.services.declare import advance
from apps.workloads.services.draft import bury, finish
from apps.workloads.transitions import VERBS
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden
from kernel.units import Amounts
from orchestration.specs import Resources
from orchestration.states import ObservedState


def stop(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Stop it; secrets, volumes and address stay, cpu and memory are free once it is seen stopped."""
    return _act(OperationKind.STOP, actor, app_id, if_generation, person)


def start(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Start it again. Raises QuotaExceeded where what it takes is no longer free."""
    return _act(OperationKind.START, actor, app_id, if_generation, person)


def retry(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Try again what failed or is stuck: with new allocations, whatever Nomad holds of the old ones."""
    return _act(OperationKind.RETRY, actor, app_id, if_generation, person)


def restart(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Restart by replacing allocations: survives a lost message, and brings new secrets in.

    In place and at once: live.restart.
    """
    return _act(OperationKind.RESTART, actor, app_id, if_generation, person)


def delete(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Delete it and everything of it outside; its row stays as history once all of it was seen gone."""
    return _act(OperationKind.DELETE, actor, app_id, if_generation, person)


@transaction.atomic
def _act(
    kind: OperationKind, actor: Actor, app_id: UUID, if_generation: int | None, person: Person | None
) -> Operation:
    if person is not None and actor.id != person.id:
        raise Forbidden
    verb = VERBS[kind]
    app = access.locked(actor=actor, app_id=app_id, action=verb.action, if_generation=if_generation)
    if app.desired not in verb.sources:
        raise Conflict("app.not_now", verb=kind.value, desired=app.desired)
    before = {"desired": app.desired, "generation": app.generation}
    operation = _turn(app, kind, verb.target, actor)
    operations.tell(app=app, code=f"app.{kind.value}", actor=actor)
    audit.record(
        actor=actor,
        verb=f"app.{kind.value}",
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        before=before,
        after={"desired": app.desired, "generation": app.generation},
    )
    return operation


def _turn(app: App, kind: OperationKind, target: Desired | None, actor: Actor) -> Operation:
    if kind is OperationKind.DELETE and app.desired == Desired.REQUESTED:
        return _never_was(app, actor)
    if kind is OperationKind.RETRY:
        _check_retry(app)
    if kind is OperationKind.START:
        _charge_again(app)
    if kind in {OperationKind.RETRY, OperationKind.RESTART}:
        app.restart_token = secrets.token_hex(6)
    advance(app=app, actor=actor, desired=target or Desired(app.desired))
    operations.cancel_open(app=app)
    return operations.open_operation(app=app, kind=kind, actor=actor, generation=app.generation)


def _never_was(app: App, actor: Actor) -> Operation:
    """A request that nobody granted: nothing stands outside, so it is gone at once."""
    bury(app=app, actor=actor)
    operations.cancel_open(app=app, waiting=True)
    made = operations.open_operation(
        app=app, kind=OperationKind.DELETE, actor=actor, generation=app.generation
    )
    return finish(made)


def _check_retry(app: App) -> None:
    """Only what failed or is stuck is tried again: a second click on Retry meets what the first one began."""
    troubled = {ObservedState.FAILED, ObservedState.DEGRADED, ObservedState.UNKNOWN}
    observed = app.observation
    moved_on = observed.seen_generation != app.generation and app.claim.parked_at is None
    if moved_on or observed.state not in troubled:
        raise Conflict("app.nothing_to_retry", state=observed.state)


def _charge_again(app: App) -> None:
    """What was freed while it stood still."""
    release = app.release
    charge = Resources(**release.resources).charge() if release else Amounts()
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=charge)
