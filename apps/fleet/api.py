"""`fleet`: who runs which version. `fleet/upgrades`: many apps to another one, by administrators."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import Template
from apps.fleet import selectors, services
from apps.fleet.models import Upgrade
from apps.fleet.serializers import (
    HoldingSerializer,
    NewUpgrade,
    UpgradeDetail,
    UpgradeSerializer,
    UpgradesForeseen,
)
from kernel.errors import Missing

_TRY = [OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="200 with what it would do to each app.")]


class LabWide(RoomViewSet):
    """What belongs to no project: a token that names projects does not reach it."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Raise Missing for a token of some projects."""
        super().initial(request, *args, **kwargs)
        if getattr(request.auth, "projects", None):
            raise Missing


class FleetViewSet(LabWide):
    """Templates with the versions that apps have."""

    serializer_class = HoldingSerializer
    queryset = Template.objects.none()
    pagination_class = None
    scopes = {"list": "apps:read"}

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List all templates with who runs what, for administrators and auditors."""
        return Response(HoldingSerializer(selectors.holdings(self.person), many=True).data)


class UpgradeViewSet(LabWide):
    """Upgrades of many apps: begun, paused, gone on with and cancelled by administrators."""

    serializer_class = UpgradeSerializer
    queryset = Upgrade.objects.none()
    scopes = {
        "list": "apps:read",
        "retrieve": "apps:read",
        "create": "apps:write",
        "pause": "apps:write",
        "resume": "apps:write",
        "cancel": "apps:write",
    }
    parameters = {"create": ("dry_run",)}

    def get_queryset(self) -> "QuerySet[Upgrade]":
        """All. Raises Forbidden."""
        return selectors.upgrades(self.person)

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(responses={200: UpgradeDetail})
    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them with each of its apps: what is done, what failed and why, what was left out."""
        return self._told(pk)

    @extend_schema(request=NewUpgrade, parameters=_TRY, responses={201: UpgradeDetail, 200: UpgradesForeseen})
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Begin one, or with `dry_run=true` see what it would do to each app and which cannot."""
        body = self.read(NewUpgrade)
        selectors.require_admin(self.person)
        if self.dry_run:
            version = catalogue.get_version(body["template"], body["version"])
            apps = list(selectors.chosen(body["apps"]).filter(template_id=version.template_id))
            return Response(UpgradesForeseen({"apps": services.foresee(self.person, version, apps)}).data)
        names = ("canary", "wait_after_canary", "parallel", "failures_max")
        terms = services.Terms(**{name: body.pop(name) for name in names})
        begun = services.begin(actor=self.actor, person=self.person, terms=terms, **body)
        return self._told(begun.id, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: UpgradeDetail})
    @action(detail=True, methods=["post"])
    @idempotent
    def pause(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Begin no further app; those under way go on."""
        self.read(Nothing)
        services.pause(actor=self.actor, person=self.person, upgrade_id=pk)
        return self._told(pk)

    @extend_schema(request=None, responses={200: UpgradeDetail})
    @action(detail=True, methods=["post"])
    @idempotent
    def resume(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Go on where it was paused or stopped; failures so far are forgiven."""
        self.read(Nothing)
        services.resume(actor=self.actor, person=self.person, upgrade_id=pk)
        return self._told(pk)

    @extend_schema(request=None, responses={200: UpgradeDetail})
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Leave out what has not begun."""
        self.read(Nothing)
        services.cancel(actor=self.actor, person=self.person, upgrade_id=pk)
        return self._told(pk)

    def _told(self, upgrade_id: UUID, code: int = status.HTTP_200_OK) -> Response:
        found = selectors.get(self.person, upgrade_id)
        return Response(UpgradeDetail(found, context=self.get_serializer_context()).data, status=code)
