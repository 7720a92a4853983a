"""`projects`: they, their members, invitations and quota."""

from collections.abc import Callable
from typing import Any
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
from apps.projects.models import Project
from apps.projects.permissions import may_create, require
from apps.projects.serializers import (
    ArchiveProject,
    ChangeProject,
    InvitationSerializer,
    MemberSerializer,
    NewInvitation,
    NewMember,
    NewProject,
    NewRole,
    ProjectSerializer,
)
from apps.workloads import services as workloads
from kernel.errors import Forbidden, Refused


class ProjectViewSet(RoomViewSet):
    """The projects that the caller sees."""

    serializer_class = ProjectSerializer
    queryset = Project.objects.none()
    filterset_fields = ["kind", "slug"]
    ordering_fields = ["name", "created_at"]
    search_fields = ["name", "slug"]
    paged = ("list", "members", "invitations")
    scopes = {
        "list": "projects:read",
        "create": "projects:write",
        "retrieve": "projects:read",
        "partial_update": "projects:write",
        "archive": "projects:write",
        "restore": "projects:write",
        "members": "projects:read",
        "invitations": "projects:read",
        "invite": "projects:write",
        "resend": "projects:write",
        "revoke": "projects:write",
        "review": "projects:write",
        "add_member": "projects:write",
        "change_member": "projects:write",
        "remove_member": "projects:write",
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

    @extend_schema(request=None, responses=ProjectSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def review(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Say that it is still needed and its members are right: due again in a year."""
        self.read(Nothing)
        return self._changed(services.confirm_review)

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

    @extend_schema(responses=InvitationSerializer(many=True))
    @action(detail=True, serializer_class=InvitationSerializer)
    def invitations(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Who is invited and has not answered, for those who manage members."""
        project = self.get_object()
        require(self.person, project, "members")
        return self.listed(selectors.waiting_invitations(project).select_related("project"))

    @extend_schema(request=NewInvitation, responses={201: InvitationSerializer})
    @invitations.mapping.post
    @idempotent
    def invite(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Invite an e-mail address, or a `person` whom the caller shares a project with; a mail goes out."""
        body = self.read(NewInvitation)
        made = services.invite(
            actor=self.actor, person=self.person, project=self.get_object(), **_invited(body)
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(
        detail=True,
        methods=["post"],
        serializer_class=InvitationSerializer,
        url_path="invitations/<uuid:invitation_id>/resend",
        url_name="invitation-resend",
    )
    @idempotent
    def resend(self, request: Request, pk: UUID, invitation_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Send it again, with a new link and its full time."""
        self.read(Nothing)
        sent = services.resend(
            actor=self.actor, person=self.person, project=self.get_object(), invitation_id=invitation_id
        )
        return Response(self.get_serializer(sent).data)

    @extend_schema(request=None, responses={204: None})
    @action(
        detail=True,
        methods=["delete"],
        serializer_class=InvitationSerializer,
        url_path="invitations/<uuid:invitation_id>",
        url_name="invitation",
    )
    @idempotent
    def revoke(self, request: Request, pk: UUID, invitation_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take it back."""
        self.read(Nothing)
        services.revoke(
            actor=self.actor, person=self.person, project=self.get_object(), invitation_id=invitation_id
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _invited(body: dict[str, Any]) -> dict[str, Any]:
    """What the service takes: one of the two ways to name somebody."""
    if (body["person"] is None) == (not body["email"]):
        raise Refused("invitation.whom", field="email")
    named = {"invited": body["person"]} if body["person"] else {"email": body["email"]}
    return {**named, "role": body["role"], "ends_on": body["ends_on"]}
