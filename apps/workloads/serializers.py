"""How apps, releases, operations and events read (design 5)."""

from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer
from apps.projects.permissions import can
from apps.workloads import selectors
from apps.workloads.models import App, AppEvent, Operation, Release

ACTIONS = ("view", "deploy", "operate", "reveal")


class OperationSerializer(serializers.ModelSerializer[Operation]):
    """What a 202 names."""

    url = serializers.HyperlinkedIdentityField(view_name="api:operations-detail")
    target = serializers.SerializerMethodField()

    class Meta:
        model = Operation
        fields: Any = [
            "id",
            "url",
            "kind",
            "state",
            "target",
            "generation",
            "steps",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        ]

    def get_target(self, operation: Operation) -> dict[str, str]:
        """Name the app that it works on."""
        url = self.context["request"].build_absolute_uri(f"/api/v1/apps/{operation.app_id}/")
        return {"type": "app", "id": str(operation.app_id), "url": url}


class AppSerializer(serializers.ModelSerializer[App]):
    """An app: what is wanted, and what was seen of it."""

    url = serializers.HyperlinkedIdentityField(view_name="api:apps-detail")
    template = serializers.SerializerMethodField()
    parameters = serializers.JSONField(source="release.parameters", default=dict)
    resources = serializers.JSONField(source="release.resources", default=dict)
    release = serializers.IntegerField(source="release.number", default=None)
    observed_generation = serializers.IntegerField(source="observation.generation", default=0)
    observed = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()
    lease = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = App
        fields: Any = [
            "id",
            "url",
            "name",
            "label",
            "slug",
            "project",
            "template",
            "parameters",
            "resources",
            "desired",
            "generation",
            "observed_generation",
            "release",
            "observed",
            "address",
            "lease",
            "permissions",
            "created_at",
        ]

    def get_template(self, app: App) -> dict[str, str | None]:
        """Name the template and the version that this release pins."""
        version = app.release.template_version.version if app.release else None
        return {"slug": app.template.slug, "version": version}

    def get_observed(self, app: App) -> dict[str, Any]:
        """Say what was seen, when, and why it is not as wanted."""
        seen = app.observation
        return {
            "state": seen.state,
            "reason_code": seen.reason_code or None,
            "message": seen.message or None,
            "retryable": seen.retryable,
            "waiting_for": seen.waiting_for or None,
            "observed_at": seen.observed_at,
            "answered_at": seen.answered_at,
            "conditions": seen.conditions,
        }

    def get_address(self, app: App) -> str | None:
        """Give the public address, or none for an app that has none."""
        return selectors.address(app) or None

    def get_lease(self, app: App) -> dict[str, Any]:
        """Say how long it may live."""
        return {"state": app.lease_state, "ends_on": app.ends_on}

    def get_permissions(self, app: App) -> list[str]:
        """Name the actions that the caller may do."""
        person = self.context["request"].user
        return [action for action in ACTIONS if can(person, app.project, action)]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """An immutable release."""

    template_version = serializers.CharField(source="template_version.version")

    class Meta:
        model = Release
        fields: Any = [
            "id",
            "number",
            "template_version",
            "parameters",
            "resources",
            "driver",
            "job_digest",
            "author_label",
            "reason",
            "created_at",
        ]


class EventSerializer(serializers.ModelSerializer[AppEvent]):
    """A line of the timeline."""

    class Meta:
        model = AppEvent
        fields: Any = ["id", "at", "source", "code", "params"]


class ResourcesSerializer(StrictSerializer):
    """Sizes: MHz and MiB for each copy."""

    cpu_mhz = serializers.IntegerField(required=False, min_value=1)
    memory_mib = serializers.IntegerField(required=False, min_value=1)
    count = serializers.IntegerField(required=False, min_value=1)
    storage_mib = serializers.IntegerField(required=False, min_value=0)
    gpus = serializers.IntegerField(required=False, min_value=0)


class NewApp(StrictSerializer):
    """A request for an app."""

    project = serializers.UUIDField()
    template = serializers.SlugField()
    version = serializers.CharField(required=False)
    name = serializers.CharField(max_length=24)
    # A field of the body, which DRF keeps apart from its own attribute of this name.
    label = serializers.CharField(required=False, max_length=100, default="")  # type: ignore[assignment]
    parameters = serializers.DictField(required=False, default=dict)
    resources = ResourcesSerializer(required=False)
    uploads = serializers.DictField(child=serializers.UUIDField(), required=False, default=dict)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    ends_on = serializers.DateField(required=False, default=None)


class ChangeApp(StrictSerializer):
    """A change: what is not named stays."""

    version = serializers.CharField(required=False)
    parameters = serializers.DictField(required=False)
    resources = ResourcesSerializer(required=False)
    uploads = serializers.DictField(child=serializers.UUIDField(), required=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class SecretValues(StrictSerializer):
    """Values that a member provides: written to OpenBao, never read back here."""

    secrets = serializers.DictField(child=serializers.CharField(max_length=8192), allow_empty=False)
