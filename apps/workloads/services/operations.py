"""Operations: what a 202 names. The newest generation has the one at work; it cancels what came before.

One that waits for a decision is of no generation yet (0): what happens to the app meanwhile leaves it alone.
"""

from uuid import UUID

from django.utils import timezone

from apps.workloads.enums import OperationKind, OperationState
from apps.workloads.models import App, AppEvent, Operation
from kernel.actors import Actor

OPEN = (OperationState.PENDING, OperationState.RUNNING)


def open_operation(*, app: App, kind: OperationKind, actor: Actor, generation: int = 0) -> Operation:
    """Begin an operation that brings about a generation of the app, or will once it is decided (0)."""
    return Operation.objects.create(app=app, kind=kind, generation=generation, requester_id=actor.id)


def cancel_open(*, app: App, besides: UUID | None = None, waiting: bool = False) -> None:
    """Whatever is under way has been overtaken; `waiting`: what waits for a decision too."""
    overtaken = Operation.objects.filter(app=app, state__in=OPEN)
    if besides is not None:
        overtaken = overtaken.exclude(id=besides)
    if not waiting:
        overtaken = overtaken.exclude(generation=0)
    overtaken.update(state=OperationState.CANCELLED, finished_at=timezone.now())


def tell(*, app: App, code: str, actor: Actor, **params: object) -> None:
    """Add a line to the app's timeline."""
    AppEvent.objects.create(app=app, source="portal", code=code, params={"by": actor.label, **params})


def cancel(*, operation: Operation) -> None:
    """Close one operation of which nothing will come; a finished one stays as it is."""
    Operation.objects.filter(id=operation.id, state__in=OPEN).update(
        state=OperationState.CANCELLED, finished_at=timezone.now()
    )
