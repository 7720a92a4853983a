"""`invitations`: those that wait for the caller's own answer."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet
from apps.projects import selectors, services
from apps.projects.models import Invitation
from apps.projects.serializers import InvitationSerializer, MemberSerializer


class InvitationViewSet(RoomViewSet):
    """Invitations to the caller, by their verified e-mail address or by name. Nobody sees another's."""

    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()
    scopes = {"list": "projects:read", "accept": "projects:write", "decline": "projects:write"}

    def get_queryset(self) -> "QuerySet[Invitation]":
        """The caller's, that wait; a token that names projects sees those to them alone."""
        return self.within(selectors.invitations_of(self.person), "project_id")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them."""
        return self.listed(self.get_queryset())

    @extend_schema(request=None, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def accept(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Become a member; 409 says why not, where it was sent by somebody who no longer may."""
        self.read(Nothing)
        joined = services.accept(actor=self.actor, person=self.person, invitation=self.get_object())
        return Response(MemberSerializer(joined).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    @idempotent
    def decline(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Say no."""
        self.read(Nothing)
        services.decline(actor=self.actor, person=self.person, invitation=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
