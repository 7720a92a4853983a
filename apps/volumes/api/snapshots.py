"""`apps/{id}/snapshots`: take, look, delete, put back into this app or a new one."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, accepted
from apps.volumes import selectors, services
from apps.volumes.api.base import READ, WRITE, OfApp
from apps.volumes.forms import ask_new
from apps.volumes.models import Restore, Snapshot
from apps.volumes.serializers import NewRestore, NewSnapshot, RestoreSerializer, SnapshotSerializer
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.errors import Missing


class SnapshotViewSet(OfApp):
    """The snapshots of one app's volumes."""

    serializer_class = SnapshotSerializer
    queryset = Snapshot.objects.none()
    justified = ("restore",)
    scopes = {
        **dict.fromkeys(["list", "retrieve"], READ),
        **dict.fromkeys(["create", "destroy", "retry", "restore"], WRITE),
    }

    def _of(self, app: App) -> "QuerySet[Snapshot]":
        return selectors.snapshots(app)

    def _one(self, app: App, snapshot_id: UUID) -> Snapshot:
        found = self._of(app).filter(id=snapshot_id).first()
        if found is None:
            raise Missing
        return found

    def list(self, request: Request, app_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self._of(self.app(app_id)))

    def retrieve(self, request: Request, app_id: UUID, snapshot_id: UUID) -> Response:  # noqa: ARG002 - DRF's
        """One of them."""
        return self.tagged(SnapshotSerializer(self._one(self.app(app_id), snapshot_id)).data)

    @extend_schema(request=NewSnapshot, responses={202: SnapshotSerializer})
    @idempotent
    def create(self, request: Request, app_id: UUID) -> Response:
        """Take one. Of an app that runs it is as after a power cut: stop the app first for an exact copy."""
        app, body = self.app(app_id), self.read(NewSnapshot)
        made = services.take(actor=self.actor, app_id=app.id, volume=body["volume"], remark=body["note"])
        return self._accepted(request, app, made)

    @extend_schema(request=None, responses={202: SnapshotSerializer})
    @idempotent
    def retry(self, request: Request, app_id: UUID, snapshot_id: UUID) -> Response:
        """Take one again that failed."""
        app = self.app(app_id)
        self.read(Nothing)
        services.retry(actor=self.actor, app_id=app.id, snapshot_id=self._one(app, snapshot_id).id)
        return self._accepted(request, app, self._one(app, snapshot_id))

    @extend_schema(request=None, responses={202: SnapshotSerializer})
    @idempotent
    def destroy(self, request: Request, app_id: UUID, snapshot_id: UUID) -> Response:
        """Delete it with all that is kept of it."""
        app = self.app(app_id)
        gone = services.delete_snapshot(
            actor=self.actor, app_id=app.id, snapshot_id=self._one(app, snapshot_id).id
        )
        return self._accepted(request, app, gone)

    @extend_schema(request=NewRestore, responses={202: RestoreSerializer})
    @idempotent
    def restore(self, request: Request, app_id: UUID, snapshot_id: UUID) -> Response:
        """Put it back. A running app is stopped for it and started again; `name` asks for a new app instead.

        What does not fit is refused with the figures, and nothing was changed.
        """
        app, body = self.app(app_id), self.read(NewRestore)
        snapshot = self._one(app, snapshot_id)
        with transaction.atomic():
            asked = self._restore(app, snapshot, body)
        return accepted(RestoreSerializer(asked).data, self._address(request, app, snapshot))

    def _restore(self, app: App, snapshot: Snapshot, body: dict[str, object]) -> Restore:
        if "name" not in body:
            return services.restore(actor=self.actor, app_id=app.id, snapshot_id=snapshot.id)
        project = body.get("project")
        if allowed := getattr(self.request.auth, "projects", None):
            workloads.require_token_project(allowed, UUID(str(project or app.project_id)))
        return ask_new(actor=self.actor, person=self.person, app=app, snapshot=snapshot, wishes=body)

    def _accepted(self, request: Request, app: App, snapshot: Snapshot) -> Response:
        data = SnapshotSerializer(snapshot).data
        return accepted(data, self._address(request, app, snapshot))

    @staticmethod
    def _address(request: Request, app: App, snapshot: Snapshot) -> str:
        return request.build_absolute_uri(f"/api/v1/apps/{app.id}/snapshots/{snapshot.id}/")
