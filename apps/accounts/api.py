"""`me` and `tokens`."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import services
from apps.accounts.models import ApiToken
from apps.accounts.serializers import MeSerializer, TokenSerializer
from apps.base.rest import RoomViewSet


class MeViewSet(RoomViewSet):
    """Tell the caller who they are."""

    serializer_class = MeSerializer
    scopes = {"list": "profile:read"}

    def list(self, request: Request) -> Response:
        """Answer the caller's own record."""
        return Response(self.get_serializer(request.user).data)


class TokenViewSet(RoomViewSet):
    """My tokens. They are made on the page alone, so that a stolen token cannot make another."""

    serializer_class = TokenSerializer
    scopes = {"list": "profile:read", "destroy": "profile:read"}
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> "QuerySet[ApiToken]":
        """Only the caller's."""
        return ApiToken.objects.filter(person_id=self.request.user.pk).order_by("-created_at")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, revoked and expired ones too."""
        return self.listed(self.get_queryset())

    def destroy(self, request: Request, pk: str) -> Response:  # noqa: ARG002 - DRF's signature
        """Revoke one."""
        token = get_object_or_404(self.get_queryset(), pk=pk)
        services.revoke_token(actor=self.actor, token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
