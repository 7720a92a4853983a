"""What may be done to an app that stands."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.workloads import services
from apps.workloads.api.answers import Answers
from apps.workloads.api.scopes import WRITE
from apps.workloads.serializers import OperationSerializer, TypedName
from kernel.errors import Refused

VERBS = ("stop", "start", "sleep", "retry", "restart", "undo", "purge")
SCOPES = dict.fromkeys(VERBS, WRITE)


class Verbs(Answers):
    """One POST a verb."""

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def stop(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Stop it; its secrets, volumes and address stay."""
        return self.act(services.stop)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def start(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Start it again, if the quota still allows."""
        return self.act(services.start)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def retry(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Try again what failed."""
        return self.act(services.retry)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def restart(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Restart its tasks."""
        return self.act(services.restart)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def sleep(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Put it to sleep: it takes no CPU and no memory until it is started, or wakes."""
        return self.act(services.sleep)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def undo(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Undo its deletion while `undo_until` has not passed: as it was, if the quota still allows."""
        return self.act(services.undo)

    @extend_schema(request=TypedName, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def purge(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Remove a deleted app for good, its name typed again; nothing brings it back."""
        app, typed = self.get_object(), self.read(TypedName)["name"]
        if typed != app.name:
            raise Refused("app.name_typed", field="name", name=app.name)
        return self.do(app, services.purge)
