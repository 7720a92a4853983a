"""Operations: what a 202 names. The newest generation has the one at work; it cancels what came before."""

from uuid import UUID

from django.utils import timezone

from apps.workloads.enums import OperationKind, OperationState
from apps.workloads.models import App, AppEvent, Operation
from kernel.actors import Actor

OPEN = (OperationState.PENDING, OperationState.RUNNING)


def open_operation(*, app: App, kind: OperationKind, actor: Actor, generation: int) -> Operation:
    """Begin an operation that will bring about a generation of the app."""
    return Operation.objects.create(app=app, kind=kind, generation=generation, requester_id=actor.id)


def cancel_open(*, app: App, besides: UUID | None = None) -> None:
    """Whatever is under way has been overtaken."""
    overtaken = Operation.objects.filter(app=app, state__in=OPEN).exclude(id=besides)
    overtaken.update(state=OperationState.CANCELLED, finished_at=timezone.now())


def tell(*, app: App, code: str, actor: Actor, **params: object) -> None:
    """Add a line to the app's timeline."""
    AppEvent.objects.create(app=app, source="portal", code=code, params={"by": actor.label, **params})


def cancel(*, operation: Operation) -> None:
    """Close one operation of which nothing will come; a finished one stays as it is."""
    Operation.objects.filter(id=operation.id, state__in=OPEN).update(
        state=OperationState.CANCELLED, finished_at=timezone.now()
    )
