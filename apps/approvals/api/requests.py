"""`requests`: what waits, and its decision."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from apps.approvals import selectors, services
from apps.approvals.api.duty import Duties
from apps.approvals.models import Request
from apps.approvals.serializers import RequestSerializer, Verdict
from apps.base.idempotency import idempotent
from apps.base.rest import Nothing


class RequestViewSet(Duties):
    """Requests that the caller sees: their own, their projects', all for admins and auditors."""

    serializer_class = RequestSerializer
    queryset = Request.objects.none()
    filterset_fields = ["state", "kind", "project", "app", "requester"]
    ordering_fields = ["created_at", "updated_at"]
    scopes = {
        **Duties.scopes,
        "list": "requests:read",
        "retrieve": "requests:read",
        "approve": "requests:decide",
        "reject": "requests:decide",
        "withdraw": "apps:write",
    }

    def get_queryset(self) -> "QuerySet[Request]":
        """Only what the caller and the token may see."""
        seen = self.within(selectors.visible_to(self.request.user), "project_id")
        found = seen.select_related("app", "operation").prefetch_related("decisions")
        return found.order_by("-created_at", "id")

    def list(self, request: HttpRequest) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them."""
        return self.tagged(self._answer().data)

    @extend_schema(request=Verdict, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def approve(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Approve: quota is checked again and reserved in the deciding transaction."""
        asked = self.get_object()
        services.approve(actor=self.actor, person=self.person, request_id=asked.id, **self.read(Verdict))
        return self._answer()

    @extend_schema(request=Verdict, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def reject(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Reject, with the reason that the requester will read."""
        asked = self.get_object()
        services.reject(actor=self.actor, person=self.person, request_id=asked.id, **self.read(Verdict))
        return self._answer()

    @extend_schema(request=None, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def withdraw(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take back a request that waits."""
        self.read(Nothing)
        services.withdraw(actor=self.actor, person=self.person, request_id=self.get_object().id)
        return self._answer()

    def _answer(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)
