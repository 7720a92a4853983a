"""`projects`, their members and their quota."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base import uploads
from apps.base.idempotency import idempotent
from apps.base.models import Upload
from apps.base.rest import Nothing, RoomViewSet
from apps.projects import permissions, selectors, services
from apps.projects.models import Project
from apps.projects.permissions import may_create
from apps.projects.serializers import (
    ArchiveProject,
    ChangeProject,
    FigureSerializer,
    MemberSerializer,
    NewMember,
    NewProject,
    NewRole,
    NewUpload,
    ProjectSerializer,
    UploadSerializer,
)
from apps.quotas import selectors as quotas
from apps.workloads import services as workloads
from kernel.errors import Forbidden, Missing


class ProjectViewSet(RoomViewSet):
    """The projects that the caller sees."""

    serializer_class = ProjectSerializer
    queryset = Project.objects.none()
    filterset_fields = ["kind", "slug"]
    ordering_fields = ["name", "created_at"]
    search_fields = ["name", "slug"]
    paged = ("list", "members")
    scopes = {
        "list": "projects:read",
        "create": "projects:write",
        "retrieve": "projects:read",
        "partial_update": "projects:write",
        "archive": "projects:write",
        "restore": "projects:write",
        "members": "projects:read",
        "add_member": "projects:write",
        "change_member": "projects:write",
        "remove_member": "projects:write",
        "quota": "projects:read",
    }

    def get_queryset(self) -> "QuerySet[Project]":
        """Only what the caller and the token may see."""
        return self.within(selectors.visible_to(self.request.user), "id").order_by("name", "id")

    def get_serializer_context(self) -> dict[str, Any]:
        """The caller's roles, read once for a whole list."""
        return {**super().get_serializer_context(), "roles": selectors.roles(self.person)}

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them."""
        return self.tagged(self.get_serializer(self.get_object()).data)

    @extend_schema(request=NewProject, responses={201: ProjectSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Make a shared project with the lab's default quota, owned by the caller.

        Only administrators may, unless the lab lets every member; a token that names projects never may.
        """
        body = self.read(NewProject)
        if not may_create(self.person) or getattr(request.auth, "projects", None):
            raise Forbidden("project.by_admins")
        made = workloads.open_project(actor=self.actor, owner=self.person, **body)
        data = self.get_serializer(made).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": data["url"]})

    @extend_schema(request=ChangeProject, responses=ProjectSerializer)
    @idempotent
    def partial_update(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Rename or describe it."""
        said = self.read(ChangeProject)
        return self._changed(services.change_project, **said)

    @extend_schema(request=ArchiveProject, responses=ProjectSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def archive(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Put it away; 409 names the apps that must be stopped before."""
        return self._changed(workloads.archive_project, **self.read(ArchiveProject))

    @extend_schema(request=ArchiveProject, responses=ProjectSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def restore(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Bring it back."""
        return self._changed(services.restore, **self.read(ArchiveProject))

    def _changed(self, service: Callable[..., Project], **said: object) -> Response:
        project = service(actor=self.actor, person=self.person, project=self.get_object(), **said)
        return Response(self.get_serializer(project).data)

    @extend_schema(responses=MemberSerializer(many=True))
    @action(detail=True, serializer_class=MemberSerializer)
    def members(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Who is in it."""
        return self.listed(selectors.members_of(self.get_object()))

    @extend_schema(request=NewMember, responses={201: MemberSerializer})
    @members.mapping.post
    @idempotent
    def add_member(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Add somebody by e-mail; before their first login they are a pending member."""
        body = self.read(NewMember)
        member = services.add_member(
            actor=self.actor,
            person=self.person,
            project=self.get_object(),
            email=body["email"],
            role=body["role"],
            ends_on=body["ends_on"],
        )
        return Response(self.get_serializer(member).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NewRole, responses=MemberSerializer)
    @action(
        detail=True,
        methods=["patch"],
        serializer_class=MemberSerializer,
        url_path="members/<uuid:member_id>",
        url_name="member",
    )
    @idempotent
    def change_member(self, request: Request, pk: UUID, member_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give a member, named by the membership's id, another role or last day (`ends_on`; null: none)."""
        said = self.read(NewRole)
        member = services.change_member(
            actor=self.actor,
            person=self.person,
            project=self.get_object(),
            membership_id=member_id,
            role=said.get("role"),
            until=services.Until(said["ends_on"]) if "ends_on" in said else None,
        )
        return Response(self.get_serializer(member).data)

    @extend_schema(request=None, responses={204: None})
    @change_member.mapping.delete
    @idempotent
    def remove_member(self, request: Request, pk: UUID, member_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Remove a member; anybody may leave."""
        self.read(Nothing)
        project = self.get_object()
        services.remove_member(actor=self.actor, person=self.person, project=project, membership_id=member_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=FigureSerializer(many=True))
    @action(detail=True, serializer_class=FigureSerializer, pagination_class=None)
    def quota(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Used, reserved, limit and free, by dimension."""
        figures = quotas.figures(self.get_object().id)
        return Response(FigureSerializer(figures, many=True).data)


class UploadViewSet(RoomViewSet):
    """Files to make apps of: kept for a project, named by their id in a request for an app."""

    serializer_class = UploadSerializer
    queryset = Upload.objects.none()
    parser_classes = [MultiPartParser]
    scopes = {"create": "apps:write"}

    @extend_schema(request={"multipart/form-data": NewUpload}, responses={201: UploadSerializer})
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Keep a file. What is in it is checked when an app is asked for with it."""
        body = self.read(NewUpload)
        mine = self.within(selectors.visible_to(self.person), "id")
        project = mine.filter(id=body["project"]).first()
        if project is None:
            raise Missing
        permissions.require(self.person, project, "deploy")
        kept = uploads.store(person_id=self.person.id, project_id=project.id, file=body["file"])
        return Response(self.get_serializer(kept).data, status=status.HTTP_201_CREATED)
