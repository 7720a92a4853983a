"""Reading requests."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.approvals.enums import RequestKind, RequestState
from apps.approvals.models import Decision, Message, Request
from apps.approvals.transitions import GRANTED, OPEN, WAITING, Part
from apps.projects import selectors as projects
from apps.projects.enums import Role
from apps.workloads.enums import OperationState
from apps.workloads.models import Handover
from kernel.errors import Missing

_FROM_OPERATION = {
    OperationState.PENDING: "applying",
    OperationState.RUNNING: "applying",
    OperationState.SUCCEEDED: "applied",
    OperationState.FAILED: "apply_failed",
}
_EARLIER = 5


def visible_to(person: Person | AnonymousUser) -> "QuerySet[Request]":
    """The requests of the person's projects, and theirs for a project to be; all for those who read all.

    A draft is its requester's alone.
    """
    if not person.is_authenticated or not person.is_active:
        return Request.objects.none()
    own = Q(requester=person)
    begun = ~Q(state=RequestState.DRAFT) | own
    if person.reads_all:
        return Request.objects.filter(begun)
    mine = Q(project__in=projects.visible_to(person)) | Q(project__isnull=True) & own
    return Request.objects.filter(mine, begun)


def joined_by(person: Person) -> "QuerySet[Request]":
    """The person's own requests, and those of the projects that they are in."""
    mine = Q(project__in=projects.joined(person)) | Q(requester=person)
    return visible_to(person).filter(mine)


def get(person: Person | AnonymousUser, request_id: UUID) -> Request:
    """One request, with what its page shows. Raises Missing."""
    related = ("project", "requester", "app__template", "app__release", "operation")
    decisions = Prefetch("decisions", Decision.objects.select_related("decider").order_by("at"))
    found = visible_to(person).select_related(*related).prefetch_related(decisions)
    request = found.filter(id=request_id).first()
    if request is None:
        raise Missing
    return request


def listed(requests: "QuerySet[Request]") -> "QuerySet[Request]":
    """With what a line of a list shows."""
    return requests.select_related("project", "requester", "app__template", "operation", "duty__assignee")


def waiting() -> "QuerySet[Request]":
    """What has to be decided, the oldest first; not what was deleted meanwhile."""
    requests = Request.objects.filter(state__in=WAITING, app__gone_at__isnull=True)
    return listed(requests).order_by("created_at", "id")


def waits_for(offer: Handover) -> Request | None:
    """The open request that has to be decided before an offered app is taken over."""
    return next((each for each in offer.requests.all() if each.state in OPEN), None)


def thread(person: Person, request: Request) -> "QuerySet[Message]":
    """What was said and done, the oldest first; what admins wrote among themselves for those who read all."""
    said = Message.objects.filter(request=request).select_related("author", "attachment").order_by("at", "id")
    return said if person.reads_all else said.filter(internal=False)


def earlier(person: Person, request: Request) -> "QuerySet[Request]":
    """The last other requests of the same project, or of the same person for a project to be."""
    seen = visible_to(person).exclude(id=request.id).exclude(state=RequestState.DRAFT)
    beside = Q(project=request.project_id) if request.project_id else Q(requester=request.requester_id)
    decided = Prefetch("decisions", Decision.objects.select_related("decider").order_by("-at"))
    return listed(seen.filter(beside)).prefetch_related(decided).order_by("-created_at")[:_EARLIER]


def parts_of(person: Person, request: Request) -> frozenset[Part]:
    """What the person is to the request."""
    return parts_with(person, request, projects.role_of(person, request.project) if request.project else "")


def parts_with(person: Person, request: Request, role: str) -> frozenset[Part]:
    """The same, for a list that has read the person's roles at once."""
    owns = role == Role.OWNER
    parts = {Part.REQUESTER} if request.requester_id == person.id else set()
    parts |= {Part.OWNER} if owns else set()
    if person.is_admin or (owns and request.kind == RequestKind.RIGHTS):
        parts |= {Part.DECIDER}
    return frozenset(parts)


def deciders(request: Request) -> list[UUID]:
    """Whoever may decide it: admins, for rights in a project its owners too; never its requester."""
    people = {each.id for each in accounts.admins()}
    if request.kind == RequestKind.RIGHTS and request.project is not None:
        members = projects.members_of(request.project)
        people |= {each.person_id for each in members if each.role == Role.OWNER}
    return sorted(each for each in people if each != request.requester_id)


def progress(request: Request) -> str:
    """Where a request stands, its operation read along: approved becomes applying, applied, apply_failed."""
    if request.state not in GRANTED:
        return request.state
    if request.operation is None:
        return request.state if request.kind in {RequestKind.APP, RequestKind.CHANGE} else "applied"
    return _FROM_OPERATION.get(OperationState(request.operation.state), request.state)
