"""`operations`: work that was asked for, and how far it is."""

import re
import threading
import time
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.rest import RoomViewSet
from apps.workloads import selectors
from apps.workloads.api.scopes import READ
from apps.workloads.enums import OperationState
from apps.workloads.models import Operation
from apps.workloads.serializers import OperationSerializer
from kernel.errors import Refused

WAIT_MAX_S = 30
_SECONDS = re.compile(r"[0-9]{1,4}")
LOOK_S = 0.25
WAITERS = 32  #: calls of one process that may wait at a time; more are answered at once
_waiting = threading.BoundedSemaphore(WAITERS)
_WAIT = OpenApiParameter("wait", int, description=f"Seconds (at most {WAIT_MAX_S}) to wait for its end.")


class OperationViewSet(RoomViewSet):
    """Work that was asked for, and how far it is."""

    serializer_class = OperationSerializer
    queryset = Operation.objects.none()
    filterset_fields = ["app", "state", "kind"]
    ordering_fields = ["created_at"]
    parameters = {"retrieve": ("wait",)}
    scopes = {"list": READ, "retrieve": READ}

    def get_queryset(self) -> "QuerySet[Operation]":
        """Only those of apps that the caller sees."""
        apps = self.within(selectors.visible_to(self.request.user, gone=True), "project_id")
        return Operation.objects.filter(app__in=apps).order_by("-created_at", "id")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(parameters=[_WAIT])
    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them; with `wait`, once it has ended or the time is over."""
        seconds, operation = self._seconds(), self.get_object()
        if seconds and _await_end(operation.id, seconds):
            operation = self.get_object()
        return self.tagged(self.get_serializer(operation).data)

    def _seconds(self) -> int:
        told = self.request.query_params.get("wait", "0")
        if not (_SECONDS.fullmatch(told) and int(told) <= WAIT_MAX_S):
            raise Refused("api.wait", field="wait", limit=WAIT_MAX_S)
        return int(told)


def _await_end(operation_id: UUID, seconds: int) -> bool:
    """Look now and then until the operation has ended; no database connection is held between two looks."""
    if not _waiting.acquire(blocking=False):
        return False
    try:
        ends = time.monotonic() + seconds
        ended = Operation.objects.filter(id=operation_id).exclude(
            state__in=[OperationState.PENDING, OperationState.RUNNING]
        )
        while not ended.exists() and time.monotonic() < ends:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            time.sleep(LOOK_S)
    finally:
        _waiting.release()
    return True
