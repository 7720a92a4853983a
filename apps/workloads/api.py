"""`apps`: ask, look, change, act; each change answers 202 with its operation."""

import re
import threading
import time
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals import services as approvals
from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet, accepted
from apps.projects import selectors as projects
from apps.workloads import live, selectors, services
from apps.workloads.enums import OperationState
from apps.workloads.models import App, Operation
from apps.workloads.serializers import (
    AppSerializer,
    ChangeApp,
    EventSerializer,
    LogsSerializer,
    NewApp,
    OperationSerializer,
    PlanSerializer,
    ReleaseSerializer,
    RevealedSerializer,
    SecretSerializer,
    SecretValues,
)
from kernel.errors import Conflict, Refused
from kernel.redact import redact

READ, WRITE, REVEAL = "apps:read", "apps:write", "secrets:reveal"
WAIT_MAX_S = 30
_SECONDS = re.compile(r"[0-9]{1,4}")
LOOK_S = 0.25
WAITERS = 32  #: calls of one process that may wait at a time; more are answered at once
_waiting = threading.BoundedSemaphore(WAITERS)
_DRY_RUN = OpenApiParameter("dry_run", bool, description="Only say what would happen: 200 with a plan.")
_WAIT = OpenApiParameter("wait", int, description=f"Seconds (at most {WAIT_MAX_S}) to wait for its end.")
_SUBMITTED = {200: PlanSerializer, 202: OperationSerializer}


class AppViewSet(RoomViewSet):
    """The apps that the caller sees."""

    serializer_class = AppSerializer
    queryset = App.objects.none()
    filterset_fields = ["project", "desired", "name", "slug"]
    ordering_fields = ["name", "created_at"]
    search_fields = ["name", "label", "slug"]
    paged = ("list", "releases", "events")
    parameters = {"create": ("dry_run",), "partial_update": ("dry_run",)}
    justified = ("create", "partial_update")
    held = ("partial_update", "destroy", "stop", "start", "retry", "restart")
    rates = {"reveal": "reveal"}
    scopes = {
        **dict.fromkeys(["list", "retrieve", "releases", "events", "logs", "secrets"], READ),
        **dict.fromkeys(["create", "partial_update", "destroy"], WRITE),
        **dict.fromkeys(["stop", "start", "retry", "restart", "provide"], WRITE),
        "reveal": REVEAL,
    }

    def get_queryset(self) -> "QuerySet[App]":
        """Only what the caller and the token may see; one that is gone can still be read by its id."""
        gone = self.action != "list"
        return selectors.listed(self.within(selectors.visible_to(self.request.user, gone=gone), "project_id"))

    def get_serializer_context(self) -> dict[str, Any]:
        """The caller's roles, read once for a whole list and not where nobody asks."""
        roles = SimpleLazyObject(lambda: projects.roles(self.person))
        return {**super().get_serializer_context(), "roles": roles}

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them; its ETag begins with its generation."""
        app = self.get_object()
        return self.tagged(self.get_serializer(app).data, app.generation)

    @extend_schema(request=NewApp, responses=_SUBMITTED, parameters=[_DRY_RUN])
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Ask for an app. Beyond the quota it needs a `reason` and waits; without one it is refused (409)."""
        body = self.read(NewApp)
        body["project_id"] = body.pop("project")
        if allowed := getattr(self.request.auth, "projects", None):
            selectors.require_token_project(allowed, body["project_id"])
        submitted = approvals.submit(actor=self.actor, person=self.person, dry_run=self.dry_run, **body)
        return self._submitted(submitted)

    @extend_schema(request=ChangeApp, responses=_SUBMITTED, parameters=[_DRY_RUN])
    @idempotent
    def partial_update(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Change it: a new release. `If-Match` holds it to the generation that you read."""
        app, body = self.get_object(), self.read(ChangeApp)
        held = self.held_to(app.generation)
        try:
            submitted = approvals.submit_change(
                actor=self.actor,
                person=self.person,
                app_id=app.id,
                if_generation=held,
                dry_run=self.dry_run,
                **body,
            )
        except Conflict as error:
            raise _moved_on(error) from error
        return self._submitted(submitted)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @idempotent
    def destroy(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Delete it and everything of it outside."""
        return self._act(services.delete)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def stop(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Stop it; its secrets, volumes and address stay."""
        return self._act(services.stop)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def start(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Start it again, if the quota still allows."""
        return self._act(services.start)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def retry(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Try again what failed."""
        return self._act(services.retry)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def restart(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Restart its tasks."""
        return self._act(services.restart)

    @extend_schema(responses=ReleaseSerializer(many=True))
    @action(detail=True, serializer_class=ReleaseSerializer)
    def releases(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Its releases, the newest first."""
        return self.listed(self.get_object().releases.select_related("template_version"))

    @extend_schema(responses=EventSerializer(many=True))
    @action(detail=True, serializer_class=EventSerializer)
    def events(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Its timeline, the newest first."""
        return self.listed(self.get_object().events.order_by("-at", "-id"))

    @extend_schema(responses=LogsSerializer)
    @action(detail=True)
    def logs(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give the last lines of out and err of its newest allocation."""
        return Response(live.log_tail(self.get_object()))

    @extend_schema(responses=SecretSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def secrets(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give the secrets' names and ages; never a value."""
        return Response(live.secret_names(self.get_object()))

    @extend_schema(request=SecretValues, responses=SecretSerializer(many=True))
    @secrets.mapping.put
    def provide(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Provide the values that the template asks of members."""
        app, values = self.get_object(), self.read(SecretValues)["secrets"]
        live.provide_secret(actor=self.actor, person=self.person, app=app, values=values)
        return Response(live.secret_names(app))

    @extend_schema(request=None, responses=RevealedSerializer)
    @action(detail=True, methods=["post"], url_path="secrets/reveal")
    def reveal(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Show the values, for those allowed; audited before they are read. No answer of it is kept."""
        self.read(Nothing)
        shown = live.reveal_secret(actor=self.actor, person=self.person, app=self.get_object())
        return Response({"values": shown}, headers={"Cache-Control": "no-store"})

    def _act(self, service: Any) -> Response:
        app = self.get_object()
        self.read(Nothing)
        held = self.held_to(app.generation)
        try:
            operation = service(actor=self.actor, person=self.person, app_id=app.id, if_generation=held)
        except Conflict as error:
            raise _moved_on(error) from error
        return self._accepted(operation)

    def _accepted(self, operation: Operation) -> Response:
        data = OperationSerializer(operation, context=self.get_serializer_context()).data
        return accepted(data, data["url"])

    def _submitted(self, submitted: approvals.Submitted) -> Response:
        """The operation; of a dry run, which has none, what would happen."""
        if submitted.operation is None:
            job = services.draft_job(submitted.app, submitted.planned)
            return Response({**submitted.plan(), "job": redact(job)})
        return self._accepted(submitted.operation)


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


def _moved_on(error: Conflict) -> Conflict:
    """What If-Match forbids is a precondition's failure, also where another change came a moment earlier."""
    params: dict[str, Any] = {"expected": error.params.get("expected")}
    params["version"] = error.params.get("generation")
    return Conflict("precondition.failed", **params) if error.code == "app.moved_on" else error


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
