"""`departures`: people who have left the lab, and what waits for somebody, for administrators."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import RoomViewSet
from apps.projects import selectors, services
from apps.projects.models import Departure
from apps.projects.serializers import DepartureSerializer, Heir, Settled
from apps.workloads import services as workloads
from kernel.errors import Forbidden, Missing


class DepartureViewSet(RoomViewSet):
    """What people leave behind. A token that is bound to projects sees none: it is the whole lab's matter."""

    serializer_class = DepartureSerializer
    queryset = Departure.objects.none()
    scopes = {
        "list": "projects:read",
        "retrieve": "projects:read",
        "hand_over": "projects:write",
        "settle": "projects:write",
    }

    def get_queryset(self) -> "QuerySet[Departure]":
        """Those that are open, for administrators; raises Forbidden for others."""
        if not self.person.is_admin:
            raise Forbidden
        found = selectors.departures().prefetch_related("person__memberships__project")
        return found.none() if getattr(self.request.auth, "projects", None) else found

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List those that are open, the oldest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them."""
        return self.tagged(self.get_serializer(self._one(pk)).data)

    @extend_schema(request=Heir, responses=DepartureSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    @idempotent
    def hand_over(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give one of the projects to another person, as its owner; nothing of it stops or is renamed."""
        found, body = self._one(pk), self.read(Heir)
        services.hand_over(
            actor=self.actor,
            person=self.person,
            departure_id=found.id,
            project_id=body["project"],
            email=body["email"],
            reason=body["reason"],
        )
        return Response(self.get_serializer(self._one(pk)).data)

    @extend_schema(request=Settled, responses=DepartureSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def settle(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Close it: memberships that are left end. 409 while a project has no other owner, or apps stand."""
        body, found = self.read(Settled), self._one(pk)
        workloads.settle_departure(
            actor=self.actor, person=self.person, departure_id=found.id, reason=body["reason"]
        )
        return Response(self.get_serializer(selectors.departure(found.id)).data)

    def _one(self, departure_id: UUID) -> Departure:
        found = self.get_queryset().filter(id=departure_id).first()
        if found is None:
            raise Missing
        return found
