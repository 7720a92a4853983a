"""`requests`: what is asked for, what is said about it, and its decision."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from apps.approvals import selectors, services
from apps.approvals.api.duty import Duties
from apps.approvals.api.moving import Moves
from apps.approvals.enums import RequestKind
from apps.approvals.models import Request
from apps.approvals.serializers import RequestSerializer
from apps.approvals.serializers.requests import ChangedRequest, MessageSerializer, NewRequest
from apps.base.idempotency import idempotent
from apps.projects import selectors as projects
from apps.workloads import selectors as workloads
from kernel.errors import Missing, Refused, RefusedMany

#: kind -> what it takes and what it cannot be without
_TAKES = {
    RequestKind.QUOTA: ({"project", "limits", "until"}, ("project", "limits")),
    RequestKind.PROJECT: ({"name", "slug", "description", "limits"}, ("name", "slug")),
    RequestKind.RIGHTS: ({"project", "role"}, ("project", "role")),
    RequestKind.LEASE: ({"app", "until"}, ("app", "until")),
}
_ASK: Mapping[RequestKind, Callable[..., Request]] = {
    RequestKind.QUOTA: services.ask_quota,
    RequestKind.PROJECT: services.ask_project,
    RequestKind.RIGHTS: services.ask_rights,
    RequestKind.LEASE: services.ask_lease,
}


class RequestViewSet(Moves, Duties):
    """Requests that the caller sees: their own, their projects', all for admins and auditors."""

    serializer_class = RequestSerializer
    queryset = Request.objects.none()
    filterset_fields = ["state", "kind", "project", "app", "requester"]
    ordering_fields = ["created_at", "updated_at", "effect"]
    paged = ("list", "messages")
    held = ("partial_update",)
    scopes = {
        **Duties.scopes,
        **Moves.scopes,
        "list": "requests:read",
        "retrieve": "requests:read",
        "messages": "requests:read",
        "create": "requests:write",
        "partial_update": "requests:write",
    }

    def get_queryset(self) -> "QuerySet[Request]":
        """Only what the caller and the token may see."""
        seen = self.within(selectors.visible_to(self.request.user), "project_id")
        found = seen.select_related("app", "operation", "duty").prefetch_related("decisions")
        return found.order_by("-created_at", "id")

    def get_serializer_context(self) -> dict[str, Any]:
        """The caller's roles, read once for a whole list and not where nobody asks."""
        roles = SimpleLazyObject(lambda: projects.roles(self.person))
        return {**super().get_serializer_context(), "roles": roles}

    def list(self, request: HttpRequest) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them; its ETag begins with the version of what is asked."""
        asked = self.get_object()
        return self.tagged(self.get_serializer(asked).data, asked.version)

    @extend_schema(responses=MessageSerializer(many=True))
    @action(detail=True, serializer_class=MessageSerializer, filter_backends=[])
    def messages(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Its thread, the oldest first."""
        return self.listed(selectors.thread(self.person, self.get_object()))

    @extend_schema(request=NewRequest, responses={201: RequestSerializer})
    @idempotent
    def create(self, request: HttpRequest) -> Response:  # noqa: ARG002 - DRF's signature
        """Ask for quota, a project, rights or a longer lease. Apps are asked for at `apps`."""
        body = self.read(NewRequest)
        kind = RequestKind(body.pop("kind"))
        told = {**_asked(kind, body), "reason": body["reason"], "draft": body["draft"]}
        if "project" in told:
            told["project_id"] = self._project(told.pop("project"))
        elif "app" in told:
            told["app_id"] = self._app(told.pop("app"))
        elif getattr(self.request.auth, "projects", None):
            raise Missing
        asked = _ASK[kind](actor=self.actor, person=self.person, **told)
        found = self.get_queryset().get(id=asked.id)
        return Response(self.get_serializer(found).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ChangedRequest, responses=RequestSerializer)
    @idempotent
    def partial_update(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Change what is asked, while nobody decides it; `If-Match` holds it to the version that you read."""
        asked, body = self.get_object(), self.read(ChangedRequest)
        version = body.pop("version", None) or self.held_to(asked.version)
        services.edit(
            actor=self.actor, person=self.person, request_id=asked.id, changes=body, version=version
        )
        return self.answered()

    def _project(self, project_id: UUID) -> UUID:
        """The project, if the token may name it. Raises Missing."""
        seen = self.within(projects.visible_to(self.person), "id").filter(id=project_id)
        if not seen.exists():
            raise Missing
        return project_id

    def _app(self, app_id: UUID) -> UUID:
        """The app, if the token may name its project. Raises Missing."""
        seen = self.within(workloads.visible_to(self.person), "project_id").filter(id=app_id)
        if not seen.exists():
            raise Missing
        return app_id


def _asked(kind: RequestKind, body: dict[str, Any]) -> dict[str, Any]:
    """What this kind takes. Raises RefusedMany for what is missing, and for what another kind takes."""
    takes, needs = _TAKES[kind]
    given = {name: value for name, value in body.items() if name not in {"reason", "draft"}}
    refusals = [Refused("request.field", field=name) for name in sorted(set(given) - takes)]
    refusals += [Refused("parameter.required", field=name) for name in needs if given.get(name) is None]
    if refusals:
        raise RefusedMany(refusals)
    return given
