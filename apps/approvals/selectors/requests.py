"""Reading requests."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from apps.accounts.models import Person
from apps.approvals.enums import RequestState
from apps.approvals.models import Request
from apps.projects import selectors as projects
from apps.workloads.enums import OperationState
from kernel.errors import Missing

WAITING = (RequestState.SUBMITTED, RequestState.IN_REVIEW)
_FROM_OPERATION = {
    OperationState.PENDING: "applying",
    OperationState.RUNNING: "applying",
    OperationState.SUCCEEDED: "applied",
    OperationState.FAILED: "apply_failed",
}


def visible_to(person: Person | AnonymousUser) -> "QuerySet[Request]":
    """The requests of the person's projects; all for those who read all."""
    return Request.objects.filter(project__in=projects.visible_to(person))


def get(person: Person | AnonymousUser, request_id: UUID) -> Request:
    """One request, with what its page shows. Raises Missing."""
    related = ("project", "requester", "app__template", "operation")
    found = visible_to(person).select_related(*related).prefetch_related("decisions")
    request = found.filter(id=request_id).first()
    if request is None:
        raise Missing
    return request


def waiting() -> "QuerySet[Request]":
    """What admins have to decide, the oldest first; not what was deleted meanwhile."""
    requests = Request.objects.filter(state__in=WAITING, app__gone_at__isnull=True)
    return requests.select_related("project", "requester", "app__template").order_by("created_at", "id")


def progress(request: Request) -> str:
    """Where a request stands, its operation read along: approved becomes applying, applied, apply_failed."""
    if request.state != RequestState.APPROVED or request.operation is None:
        return request.state
    return _FROM_OPERATION.get(OperationState(request.operation.state), request.state)
