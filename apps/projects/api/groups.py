"""`groups`: which groups of the account service give which roles, for administrators."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet
from apps.projects import selectors, services
from apps.projects.models import GroupMapping
from apps.projects.serializers import GroupSerializer, NewGroup
from kernel.errors import Forbidden, Missing


class GroupViewSet(RoomViewSet):
    """Mappings from groups to roles. Auditors read them, administrators write them."""

    serializer_class = GroupSerializer
    queryset = GroupMapping.objects.none()
    scopes = {"list": "projects:read", "create": "projects:write", "destroy": "projects:write"}

    def get_queryset(self) -> "QuerySet[GroupMapping]":
        """All of them, for those who read all; raises Forbidden for others."""
        if not self.person.reads_all:
            raise Forbidden
        return self.within(selectors.mappings(), "project_id")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them."""
        return self.listed(self.get_queryset())

    @extend_schema(request=NewGroup, responses={201: GroupSerializer})
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Let a group, by its exact full path, give a role; who is known to be in it has it at once."""
        body = self.read(NewGroup)
        if not self.person.is_admin:
            raise Forbidden
        found = self.within(selectors.visible_to(self.person), "id").filter(id=body.pop("project")).first()
        if found is None:
            raise Missing
        made = services.map_group(actor=self.actor, person=self.person, project=found, **body)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    @idempotent
    def destroy(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Let it give nothing any more; memberships that it gave end at once."""
        self.read(Nothing)
        found = self.get_queryset().filter(id=pk).first()
        if found is None:
            raise Missing
        services.unmap_group(actor=self.actor, person=self.person, mapping_id=found.id)
        return Response(status=status.HTTP_204_NO_CONTENT)
