"""How projects and members read."""

from typing import Any

from rest_framework import serializers

from apps.base.models import Upload
from apps.base.rest import StrictSerializer
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.projects.permissions import allowed

ACTIONS = ("view", "deploy", "operate", "reveal", "members", "quota", "delete")


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
            "permissions",
        ]

    def get_permissions(self, project: Project) -> list[str]:
        """Name the actions that the caller may do here."""
        role = self.context["roles"].get(project.id, "")
        actions = allowed(self.context["request"].user, project, role)
        return [action for action in ACTIONS if action in actions]


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Who is in it."""

    display = serializers.CharField(source="person.label")
    email = serializers.EmailField(source="person.email")

    class Meta:
        model = Membership
        fields: Any = ["id", "person", "display", "email", "role", "ends_on", "created_at"]


class NewMember(StrictSerializer):
    """An owner adds somebody."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)


class NewRole(StrictSerializer):
    """An owner gives a member another role."""

    role = serializers.ChoiceField(choices=Role.choices)


class FigureSerializer(serializers.Serializer[Any]):
    """One dimension of the quota, in the unit of its name (MHz, MiB)."""

    dimension = serializers.CharField()
    used = serializers.IntegerField()
    reserved = serializers.IntegerField()
    limit = serializers.IntegerField()
    free = serializers.IntegerField()


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
