"""What hangs on requests: giving one to a colleague, and how long decisions usually take."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals.selectors.usual import WINDOW_DAYS, usual
from apps.approvals.serializers.requests import RequestSerializer
from apps.approvals.serializers.rules import Assignment, UsualSerializer
from apps.approvals.services.duty import assign as give
from apps.base.idempotency import idempotent
from apps.base.rest import RoomViewSet


class Duties(RoomViewSet):
    """Mixed into `requests`."""

    scopes = {"assign": "requests:decide", "usual": "requests:read"}

    @extend_schema(request=Assignment, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def assign(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give a waiting request to an admin, who is told; their deputy while they are away."""
        assignee = self.read(Assignment)["assignee"]
        asked: Any = self.get_object()
        give(actor=self.actor, person=self.person, request_id=asked.id, assignee_id=assignee)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses=UsualSerializer)
    @action(detail=False, serializer_class=UsualSerializer, pagination_class=None, filter_backends=[])
    def usual(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """How long a person's decision usually takes; null where too few were made to know."""
        found = usual()
        told = {"median_s": found.median_s, "decisions": found.decisions, "days": WINDOW_DAYS}
        return Response(UsualSerializer(told).data)
