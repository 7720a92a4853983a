"""`apps/{id}/lease`: until when, renewing, always on; `projects/{id}/lease`: a project's own terms."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import RoomViewSet
from apps.leases import selectors, services
from apps.leases.models import ProjectTerms, Renewal
from apps.leases.serializers import (
    LeaseBody,
    LeaseTermsBody,
    LeaseTermsSerializer,
    RenewBody,
    WholeLeaseSerializer,
)
from apps.projects import selectors as projects
from apps.projects.models import Project
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.errors import Missing


class LeaseViewSet(RoomViewSet):
    """The lease of one app."""

    serializer_class = WholeLeaseSerializer
    queryset = Renewal.objects.none()
    filter_backends = []
    scopes = {"retrieve": "apps:read", "partial_update": "apps:write", "renew": "apps:write"}

    @extend_schema(responses=WholeLeaseSerializer)
    def retrieve(self, request: Request, app_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Until when, what comes next, and until when it could be renewed."""
        return self._answer(self._app(app_id))

    @extend_schema(request=LeaseBody, responses=WholeLeaseSerializer)
    @idempotent
    def partial_update(self, request: Request, app_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Make it always on, or give it an end again. Refused with figures where no such right is free."""
        app = self._app(app_id)
        on = self.read(LeaseBody)["always_on"]
        services.set_always_on(actor=self.actor, person=self.person, app_id=app.id, on=on)
        return self._answer(self._app(app_id))

    @extend_schema(request=RenewBody, responses=WholeLeaseSerializer)
    @idempotent
    def renew(self, request: Request, app_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give it a later last day. What its end had stopped stays stopped: start it afterwards."""
        app, body = self._app(app_id), self.read(RenewBody)
        services.renew(actor=self.actor, person=self.person, app_id=app.id, **body)
        return self._answer(self._app(app_id))

    def _app(self, app_id: UUID) -> App:
        """The app, if the caller and the token may see it. Raises Missing."""
        seen = self.within(workloads.visible_to(self.request.user, gone=True), "project_id")
        if not seen.filter(id=app_id).exists():
            raise Missing
        return workloads.get(self.person, app_id)

    def _answer(self, app: App) -> Response:
        told: dict[str, Any] = {**vars(selectors.shown(app)), "renewals": selectors.renewals(app)}
        return self.tagged(WholeLeaseSerializer(told).data)


class ProjectTermsViewSet(RoomViewSet):
    """How long the apps of one project may live."""

    serializer_class = LeaseTermsSerializer
    queryset = ProjectTerms.objects.none()
    filter_backends = []
    scopes = {"retrieve": "projects:read", "partial_update": "requests:decide"}

    @extend_schema(responses=LeaseTermsSerializer)
    def retrieve(self, request: Request, project_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Days where nobody says an end, and at the most; null: as in the lab."""
        return self._answer(self._project(project_id))

    @extend_schema(request=LeaseTermsBody, responses=LeaseTermsSerializer)
    @idempotent
    def partial_update(self, request: Request, project_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Set them (administrators). Apps that stand keep their end."""
        project = self._project(project_id)
        services.set_terms(
            actor=self.actor, person=self.person, project_id=project.id, **self.read(LeaseTermsBody)
        )
        return self._answer(project)

    def _project(self, project_id: UUID) -> Project:
        """The project, if the caller and the token may see it. Raises Missing."""
        found = self.within(projects.visible_to(self.person), "id").filter(id=project_id).first()
        if found is None:
            raise Missing
        return found

    def _answer(self, project: Project) -> Response:
        default_days, max_days = selectors.project_terms(project)
        return self.tagged({"default_days": default_days, "max_days": max_days})
