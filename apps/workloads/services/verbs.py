"""What a person asks of an app that stands: stop, start, sleep, retry, restart.

Each is one transaction with its audit row. Raises Missing, Forbidden, Conflict (services.acting).
"""

import secrets
from uuid import UUID

from apps.accounts.models import Person
from apps.quotas import services as quotas
from apps.workloads.enums import Desired, OperationKind
from apps.workloads.models import App, Operation
from apps.workloads.services import access
from apps.workloads.services.acting import Asked, act
from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.units import Amounts
from orchestration.specs import Resources
from orchestration.states import ObservedState


def stop(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Stop it; secrets, volumes and address stay, cpu and memory are free once it is seen stopped."""
    return act(Asked(OperationKind.STOP, actor, app_id, if_generation, person))


def start(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Start it again, or wake it. Raises QuotaExceeded where what it takes is no longer free."""
    return act(Asked(OperationKind.START, actor, app_id, if_generation, person), _charged_again)


def sleep(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Put it to sleep: as stopped, but meant to wake again without a person's looking after it."""
    return act(Asked(OperationKind.SLEEP, actor, app_id, if_generation, person))


def retry(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Try again what failed or is stuck: with new allocations, whatever Nomad holds of the old ones."""
    return act(Asked(OperationKind.RETRY, actor, app_id, if_generation, person), _tried_again)


def restart(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Restart by replacing allocations: survives a lost message, and brings new secrets in (ADR 0053)."""
    return act(Asked(OperationKind.RESTART, actor, app_id, if_generation, person), _renewed)


def charge_of(app: App) -> Amounts:
    """What its release is charged while it runs."""
    return Resources(**app.release.resources).charge() if app.release else Amounts()


def _charged_again(app: App) -> Desired:
    """What was freed while it stood still; nothing starts beyond the end of its lease."""
    access.require_lease(app)
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=charge_of(app))
    return Desired.PRESENT


def _renewed(app: App) -> Desired:
    app.restart_token = secrets.token_hex(6)
    return Desired.PRESENT


def _tried_again(app: App) -> Desired:
    """Only what failed or is stuck is tried again: a second click on Retry meets what the first one began."""
    troubled = {ObservedState.FAILED, ObservedState.DEGRADED, ObservedState.UNKNOWN}
    observed = app.observation
    moved_on = observed.seen_generation != app.generation and app.claim.parked_at is None
    if moved_on or observed.state not in troubled:
        raise Conflict("app.nothing_to_retry", state=observed.state)
    return _renewed(app)
