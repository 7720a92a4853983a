"""`apps`: ask, look, change, act; each change answers 202 with its operation."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals import services as approvals
from apps.base.idempotency import idempotent
from apps.base.rest import RoomViewSet, accepted
from apps.workloads import live, selectors, services
from apps.workloads.models import App, Operation
from apps.workloads.serializers import (
    AppSerializer,
    ChangeApp,
    EventSerializer,
    NewApp,
    OperationSerializer,
    ReleaseSerializer,
    SecretValues,
)
from kernel.errors import Refused

READ, WRITE, REVEAL = "apps:read", "apps:write", "secrets:reveal"


class AppViewSet(RoomViewSet):
    """The apps that the caller sees."""

    serializer_class = AppSerializer
    queryset = App.objects.none()
    filterset_fields = ["project", "desired", "name", "slug"]
    scopes = {
        **dict.fromkeys(["list", "retrieve", "releases", "events", "logs", "secrets"], READ),
        **dict.fromkeys(["create", "partial_update", "destroy"], WRITE),
        **dict.fromkeys(["stop", "start", "retry", "restart", "provide"], WRITE),
        "reveal": REVEAL,
    }

    def get_queryset(self) -> "QuerySet[App]":
        """Only what the caller and the token may see; one that is gone can still be read by its id."""
        gone = self.action != "list"
        seen = self.within(selectors.visible_to(self.request.user, gone=gone), "project_id")
        related = ("project", "template", "observation", "release__template_version")
        return seen.select_related(*related).order_by("-created_at", "id")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them; its ETag is its generation."""
        app = self.get_object()
        return Response(self.get_serializer(app).data, headers={"ETag": f'W/"{app.generation}"'})

    @extend_schema(request=NewApp, responses={202: OperationSerializer})
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Ask for an app. Beyond the quota it needs a `reason` and waits; without one it is refused (409)."""
        body = self.read(NewApp)
        body["project_id"] = body.pop("project")
        if projects := getattr(self.request.auth, "projects", None):
            selectors.require_token_project(projects, body["project_id"])
        submitted = approvals.submit(actor=self.actor, person=self.person, dry_run=self.dry_run, **body)
        return self._submitted(submitted)

    @extend_schema(request=ChangeApp, responses={202: OperationSerializer})
    def partial_update(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Change it: a new release. `If-Match` holds it to the generation that you read."""
        app, body = self.get_object(), self.read(ChangeApp)
        submitted = approvals.submit_change(
            actor=self.actor,
            person=self.person,
            app_id=app.id,
            if_generation=self._if_match(),
            dry_run=self.dry_run,
            **body,
        )
        return self._submitted(submitted)

    @extend_schema(request=None, responses={202: OperationSerializer})
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

    @action(detail=True)
    def logs(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give the last lines of out and err of its newest allocation."""
        return Response(live.log_tail(self.get_object()))

    @action(detail=True)
    def secrets(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give the secrets' names and ages; never a value."""
        return Response(live.secret_names(self.get_object()))

    @extend_schema(request=SecretValues)
    @secrets.mapping.put
    def provide(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Provide the values that the template asks of members."""
        values = self.read(SecretValues)["secrets"]
        app = self.get_object()
        live.provide_secret(actor=self.actor, person=self.person, app=app, values=values)
        return Response(live.secret_names(app))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="secrets/reveal")
    def reveal(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Show the values, for those allowed; audited before they are read."""
        shown = live.reveal_secret(actor=self.actor, person=self.person, app=self.get_object())
        return Response({"values": shown}, headers={"Cache-Control": "no-store"})

    def _act(self, service: Any) -> Response:
        app = self.get_object()
        return self._accepted(
            service(actor=self.actor, person=self.person, app_id=app.id, if_generation=self._if_match())
        )

    def _if_match(self) -> int | None:
        text = self.request.headers.get("If-Match", "").removeprefix("W/").strip('"')
        if text and text != "*" and not text.isdigit():
            raise Refused("api.if_match", field="If-Match")
        return int(text) if text.isdigit() else None

    def _accepted(self, operation: Operation) -> Response:
        data = OperationSerializer(operation, context=self.get_serializer_context()).data
        return accepted(data, data["url"])

    def _submitted(self, submitted: approvals.Submitted) -> Response:
        """The operation; of a dry run, which has none, what would happen."""
        if submitted.operation is None:
            return Response(submitted.plan())
        return self._accepted(submitted.operation)


class OperationViewSet(RoomViewSet):
    """Work that was asked for, and how far it is."""

    serializer_class = OperationSerializer
    queryset = Operation.objects.none()
    filterset_fields = ["app", "state", "kind"]
    scopes = {"list": READ, "retrieve": READ}

    def get_queryset(self) -> "QuerySet[Operation]":
        """Only those of apps that the caller sees."""
        apps = self.within(selectors.visible_to(self.request.user, gone=True), "project_id")
        return Operation.objects.filter(app__in=apps).order_by("-created_at", "id")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them."""
        return Response(self.get_serializer(self.get_object()).data)
