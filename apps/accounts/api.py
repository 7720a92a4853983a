"""`me` and `tokens`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import services
from apps.accounts.models import ApiToken
from apps.accounts.serializers import MeSerializer, TokenSerializer
from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet


class MeViewSet(RoomViewSet):
    """Tell the caller who they are."""

    serializer_class = MeSerializer
    pagination_class = None
    filter_backends: list[Any] = []
    scopes = {"list": "profile:read"}

    @extend_schema(responses=MeSerializer(many=False))
    def list(self, request: Request) -> Response:
        """Answer the caller's own record."""
        return self.tagged(self.get_serializer(request.user).data)


class TokenViewSet(RoomViewSet):
    """My tokens. They are made on the page alone, so that a stolen token cannot make another."""

    serializer_class = TokenSerializer
    scopes = {"list": "profile:read", "destroy": "profile:read"}
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> "QuerySet[ApiToken]":
        """Only the caller's; a token that is to end is, for a token, itself alone."""
        mine = ApiToken.objects.filter(person_id=self.request.user.pk).order_by("-created_at", "id")
        token: Any = self.request.auth
        return mine.filter(id=token.id) if token and self.action == "destroy" else mine

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, revoked and expired ones too."""
        return self.listed(self.get_queryset())

    @idempotent
    def destroy(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Revoke one. A token can revoke itself; the others are revoked on the page."""
        self.read(Nothing)
        services.revoke_token(actor=self.actor, token=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
