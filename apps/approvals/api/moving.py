"""What is done with a request: sent, discussed, decided, taken back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from apps.approvals import services
from apps.approvals.serializers.requests import (
    Approval,
    MessageSerializer,
    Reply,
    RequestSerializer,
    Verdict,
    Words,
)
from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet


class Moves(RoomViewSet):
    """Mixed into `requests`."""

    scopes = {
        "approve": "requests:decide",
        "reject": "requests:decide",
        "take": "requests:decide",
        "request_changes": "requests:decide",
        "withdraw": "apps:write",
        "submit": "requests:write",
        "answer": "requests:write",
        "comment": "requests:write",
    }

    @extend_schema(request=Approval, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def approve(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Approve, in whole or with `granted` in part: checked again, and reserved, as it is decided."""
        body = self.read(Approval)
        if body.get("granted") is None:
            body.pop("granted", None)
            return self._moved(services.approve, body)
        return self._moved(services.approve_in_part, body)

    @extend_schema(request=Verdict, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def reject(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Reject, with the reason that the requester will read."""
        return self._moved(services.reject, self.read(Verdict))

    @extend_schema(request=None, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def take(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take it in review."""
        return self._moved(services.take, self.read(Nothing))

    @extend_schema(request=Verdict, responses=RequestSerializer)
    @action(detail=True, methods=["post"], url_path="request-changes")
    @idempotent
    def request_changes(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Ask the requester to change or explain it."""
        return self._moved(services.request_changes, self.read(Verdict))

    @extend_schema(request=None, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def submit(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Send a draft."""
        return self._moved(services.send, self.read(Nothing))

    @extend_schema(request=Reply, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def answer(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Answer what was asked, and send it again."""
        return self._moved(services.answer, self.read(Reply))

    @extend_schema(request=None, responses=RequestSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def withdraw(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take back a request that waits."""
        return self._moved(services.withdraw, self.read(Nothing))

    @extend_schema(request=Words, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def comment(self, request: HttpRequest, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Write into its thread; `internal` is for those who read all."""
        body, asked = self.read(Words), self.get_object()
        body["upload_id"] = body.pop("upload", None)
        said = services.comment(actor=self.actor, person=self.person, request_id=asked.id, **body)
        return Response(MessageSerializer(said).data, status=status.HTTP_201_CREATED)

    def _moved(self, service: Any, body: dict[str, Any]) -> Response:
        asked = self.get_object()
        service(actor=self.actor, person=self.person, request_id=asked.id, **body)
        return self.answered()

    def answered(self) -> Response:
        """The request as it stands now."""
        return Response(self.get_serializer(self.get_object()).data)
