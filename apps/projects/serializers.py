"""How projects and members read."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.base.models import Upload
from apps.base.rest import StrictSerializer
from apps.projects.enums import ACTIONS, Role
from apps.projects.models import Departure, GroupMapping, Invitation, Membership, Project
from apps.projects.permissions import allowed


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project, with what the caller may do in it."""

    url = serializers.HyperlinkedIdentityField(view_name="api:projects-detail")
    display = serializers.CharField(source="name")
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields: Any = [
            "id",
            "url",
            "display",
            "slug",
            "name",
            "description",
            "kind",
            "created_at",
            "archived_at",
            "review_due_on",
            "permissions",
        ]

    def get_permissions(self, project: Project) -> list[str]:
        """Name the actions that the caller may do here."""
        role = self.context["roles"].get(project.id, "")
        actions = allowed(self.context["request"].user, project, role)
        return [action for action in (*ACTIONS, "restore") if action in actions]


class NewProject(StrictSerializer):
    """A shared project."""

    slug = serializers.CharField(max_length=24)
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class ChangeProject(StrictSerializer):
    """What is said of a project. What is not named stays; its short name is never changed."""

    name = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ArchiveProject(StrictSerializer):
    """Why it is put away or brought back, for the audit."""

    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Who is in it."""

    display = serializers.CharField(source="person.label")
    email = serializers.EmailField(source="person.email")

    class Meta:
        model = Membership
        fields: Any = ["id", "person", "display", "email", "role", "ends_on", "group", "created_at"]


class NewMember(StrictSerializer):
    """An owner adds somebody."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    ends_on = serializers.DateField(required=False, default=None, allow_null=True)


class NewRole(StrictSerializer):
    """An owner gives a member another role or last day. What is not named stays."""

    role = serializers.ChoiceField(choices=Role.choices, required=False)
    ends_on = serializers.DateField(required=False, allow_null=True)


class NewInvitation(StrictSerializer):
    """Somebody is asked into a project: by e-mail address, or by the id of a known person."""

    email = serializers.EmailField(required=False, default="")
    person = serializers.UUIDField(required=False, default=None, allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices)
    ends_on = serializers.DateField(required=False, default=None, allow_null=True)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation; its link's secret is in the mail alone. `ends_on` is of the membership."""

    display = serializers.CharField(source="project.name")
    inviter = serializers.CharField(source="inviter.label")

    class Meta:
        model = Invitation
        fields: Any = [
            "id",
            "project",
            "display",
            "email",
            "person",
            "role",
            "ends_on",
            "inviter",
            "created_at",
            "expires_at",
        ]


class NewGroup(StrictSerializer):
    """A group by its exact full path gives a role in a project."""

    path = serializers.CharField(max_length=300)
    project = serializers.UUIDField()
    role = serializers.ChoiceField(choices=Role.choices)


class GroupSerializer(serializers.ModelSerializer[GroupMapping]):
    """What a group gives."""

    display = serializers.CharField(source="project.name")

    class Meta:
        model = GroupMapping
        fields: Any = ["id", "path", "project", "display", "role", "created_at"]


class LeftSerializer(serializers.ModelSerializer[Membership]):
    """A project that somebody who left has a part in."""

    id = serializers.UUIDField(source="project_id")
    slug = serializers.CharField(source="project.slug")
    display = serializers.CharField(source="project.name")
    kind = serializers.CharField(source="project.kind")

    class Meta:
        model = Membership
        fields: Any = ["id", "slug", "display", "kind", "role"]


class DepartureSerializer(serializers.ModelSerializer[Departure]):
    """Somebody whose account is disabled or gone, and the standing projects that they have a part in."""

    display = serializers.CharField(source="person.label")
    projects = serializers.SerializerMethodField()

    class Meta:
        model = Departure
        fields: Any = ["id", "person", "display", "opened_at", "closed_at", "outcome", "projects"]

    @extend_schema_field(LeftSerializer(many=True))
    def get_projects(self, departure: Departure) -> Any:
        """Name each with the role, by name; archived ones are left out."""
        held = [each for each in departure.person.memberships.all() if each.project.archived_at is None]
        return LeftSerializer(sorted(held, key=lambda each: each.project.name), many=True).data


class Heir(StrictSerializer):
    """Who goes on with a project."""

    project = serializers.UUIDField()
    email = serializers.EmailField()
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class Settled(StrictSerializer):
    """Why a departure is closed, for the audit."""

    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class NewUpload(StrictSerializer):
    """A file for a project's apps."""

    project = serializers.UUIDField()
    file = serializers.FileField(allow_empty_file=True, max_length=200)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """A kept file."""

    project = serializers.UUIDField(source="project_id")

    class Meta:
        model = Upload
        fields: Any = ["id", "project", "name", "size", "sha256", "created_at"]
