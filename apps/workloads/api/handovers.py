"""`handovers`: apps that one project offers to another."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.approvals import services as approvals
from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet, accepted
from apps.workloads import selectors, services
from apps.workloads.api.scopes import READ, WRITE
from apps.workloads.models import Handover
from apps.workloads.serializers import AcceptOffer, HandoverSerializer, OperationSerializer
from kernel.errors import Missing

#: what is done -> the side that does it
_SIDES = {"accept": ("to_project_id",), "decline": ("to_project_id",), "withdraw": ("from_project_id",)}


class HandoverViewSet(RoomViewSet):
    """Offers of and to the projects that the caller owns."""

    serializer_class = HandoverSerializer
    queryset = Handover.objects.none()
    filterset_fields = ["app", "outcome"]
    ordering_fields = ["created_at"]
    scopes = {
        **dict.fromkeys(["list", "retrieve"], READ),
        **dict.fromkeys(["accept", "decline", "withdraw"], WRITE),
    }

    def get_queryset(self) -> "QuerySet[Handover]":
        """Those of the caller's own projects; a token sees those of its projects."""
        found = selectors.handovers(self.person)
        return self.within(found, "from_project_id") | self.within(found, "to_project_id")

    def get_object(self) -> Handover:
        """One of them. Raises Forbidden, and Missing, for a token also where the acting side is another."""
        found = selectors.handover(self.person, UUID(str(self.kwargs["pk"])))
        sides = _SIDES.get(self.action or "", ("from_project_id", "to_project_id"))
        held = getattr(self.request.auth, "projects", None)
        if held and not {str(getattr(found, side)) for side in sides} & set(map(str, held)):
            raise Missing
        return found

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=AcceptOffer, responses={200: HandoverSerializer, 202: OperationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def accept(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take the app over: its quota moves with it, its copies are replaced once. 409 with figures.

        Where its template always wants a decision, 200 with the offer: its `request` waits.
        """
        body, made = self.read(AcceptOffer), self.get_object()
        taken = approvals.take_over(
            actor=self.actor, person=self.person, handover_id=made.id, reason=body["reason"]
        )
        if taken.operation is None:
            return self._waits()
        data = OperationSerializer(taken.operation, context=self.get_serializer_context()).data
        return accepted(data, data["url"])

    def _waits(self) -> Response:
        """The offer, with the address of the request that is to be decided."""
        data = self.get_serializer(self.get_object()).data
        where = reverse("api:requests-detail", args=[data["request"]], request=self.request)
        return Response(data, headers={"Location": where})

    @extend_schema(request=None, responses=HandoverSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def decline(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Say no; the app stays where it is."""
        self.read(Nothing)
        made = services.decline(actor=self.actor, person=self.person, handover_id=self.get_object().id)
        return Response(self.get_serializer(made).data)

    @extend_schema(request=None, responses=HandoverSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def withdraw(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take the offer back."""
        self.read(Nothing)
        made = services.withdraw(actor=self.actor, person=self.person, handover_id=self.get_object().id)
        return Response(self.get_serializer(made).data)
