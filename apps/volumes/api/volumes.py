"""`apps/{id}/volumes`: what is kept, how full it is, when snapshots are taken by themselves."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, accepted
from apps.volumes import selectors, services
from apps.volumes.api.base import READ, WRITE, OfApp
from apps.volumes.serializers import NewSchedule, ScheduleSerializer, VolumeSerializer
from apps.workloads.models import App, AppVolume


class VolumeViewSet(OfApp):
    """The volumes of one app."""

    serializer_class = VolumeSerializer
    queryset = AppVolume.objects.none()
    pagination_class = None
    scopes = {
        "list": READ,
        **dict.fromkeys(["destroy", "measure", "schedule", "unschedule"], WRITE),
    }

    def list(self, request: Request, app_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """List them: mounted ones, kept ones, and deleted ones of which there are snapshots."""
        return Response(self._told(self.app(app_id)))

    def _told(self, app: App) -> object:
        found: Any = selectors.of_app(app)
        return VolumeSerializer(found, many=True).data

    @extend_schema(request=None, responses={202: VolumeSerializer(many=True)})
    @idempotent
    def measure(self, request: Request, app_id: UUID) -> Response:
        """Have them measured now; the list tells when that was."""
        app = self.app(app_id)
        self.read(Nothing)
        services.measure(actor=self.actor, app_id=app.id)
        return accepted(self._told(app), _list_of(request, app))

    @extend_schema(request=None, responses={202: VolumeSerializer(many=True)})
    @idempotent
    def destroy(self, request: Request, app_id: UUID, name: str) -> Response:
        """Delete one that no release mounts, with what it holds. Its snapshots stay."""
        app = self.app(app_id)
        services.delete_volume(actor=self.actor, app_id=app.id, volume=name, typed=name)
        return accepted(self._told(app), _list_of(request, app))

    @extend_schema(request=NewSchedule, responses=ScheduleSerializer)
    def schedule(self, request: Request, app_id: UUID, name: str) -> Response:  # noqa: ARG002 - DRF's
        """Have snapshots taken by themselves, and keep the newest of those."""
        app, body = self.app(app_id), self.read(NewSchedule)
        made = services.set_schedule(actor=self.actor, app_id=app.id, volume=name, **body)
        return Response(ScheduleSerializer(made).data)

    @extend_schema(request=None, responses={204: None})
    @idempotent
    def unschedule(self, request: Request, app_id: UUID, name: str) -> Response:  # noqa: ARG002 - DRF's
        """Take none by itself any more; those that were taken stay."""
        services.clear_schedule(actor=self.actor, app_id=self.app(app_id).id, volume=name)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _list_of(request: Request, app: App) -> str:
    return request.build_absolute_uri(f"/api/v1/apps/{app.id}/volumes/")
