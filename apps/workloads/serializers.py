"""How apps, releases, operations and events read, and what may be asked of them (design 5)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer
from apps.projects.permissions import allowed
from apps.workloads import explain, selectors
from apps.workloads.enums import LeaseState
from apps.workloads.models import App, AppEvent, Observation, Operation, Release
from kernel.units import DIMENSIONS

ACTIONS = ("view", "deploy", "operate", "reveal")


class ConditionSerializer(serializers.Serializer[Any]):
    """One step of the chain: whether it is reached, since when, and why not."""

    type = serializers.CharField()
    # A field of the answer, which DRF keeps apart from its own attribute of this name.
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=["true", "false", "unknown"])
    reason = serializers.CharField(help_text="A stable code, empty where there is nothing to say.")
    detail = serializers.SerializerMethodField()
    since = serializers.DateTimeField(allow_null=True)

    def get_label(self, step: Mapping[str, Any]) -> str:
        """The step's name in the reader's language."""
        known = explain.STEPS.get(step["type"])
        return str(known.name) if known else str(step["type"])

    def get_detail(self, step: Mapping[str, Any]) -> str:
        """The reason as a sentence, in the reader's language."""
        return explain.why(step.get("reason") or "")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Steps are kept as JSON: their times are text already."""
        return {
            "type": instance["type"],
            "label": self.get_label(instance),
            "status": instance["status"],
            "reason": instance.get("reason") or "",
            "detail": self.get_detail(instance),
            "since": instance.get("since") or None,
        }


class FailureSerializer(serializers.Serializer[Any]):
    """Why an operation failed."""

    code = serializers.CharField()
    detail = serializers.CharField(help_text="The reason in the reader's language.")
    message = serializers.CharField(help_text="What the cluster said, in English.")
    facts = serializers.DictField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Add the sentence to what was kept."""
        code, facts = instance.get("code") or "", instance.get("facts") or {}
        words = {"detail": explain.why(code, facts), "message": instance.get("message") or ""}
        return {"code": code, **words, "facts": facts}


class TargetSerializer(serializers.Serializer[Any]):
    """What an operation works on."""

    type = serializers.ChoiceField(choices=["app"])
    id = serializers.UUIDField()
    url = serializers.URLField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """From the operation."""
        url = self.context["request"].build_absolute_uri(f"/api/v1/apps/{instance.app_id}/")
        return {"type": "app", "id": str(instance.app_id), "url": url}


class OperationSerializer(serializers.ModelSerializer[Operation]):
    """What a 202 names."""

    url = serializers.HyperlinkedIdentityField(view_name="api:operations-detail")
    display = serializers.CharField(source="get_kind_display", read_only=True)
    target = TargetSerializer(source="*", read_only=True)
    steps = ConditionSerializer(many=True, read_only=True)
    error = FailureSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Operation
        fields: Any = [
            "id",
            "url",
            "display",
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


class ObservedSerializer(serializers.ModelSerializer[Observation]):
    """What was seen of an app, when, and why it is not as wanted."""

    display = serializers.SerializerMethodField()
    reason_code = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField()
    waiting_for = serializers.SerializerMethodField()
    conditions = ConditionSerializer(many=True, read_only=True)

    class Meta:
        model = Observation
        fields: Any = [
            "state",
            "display",
            "reason_code",
            "message",
            "detail",
            "retryable",
            "waiting_for",
            "observed_at",
            "answered_at",
            "conditions",
        ]

    def get_display(self, seen: Observation) -> str:
        """The state's word in the reader's language."""
        return str(explain.look(seen.state).word)

    def get_reason_code(self, seen: Observation) -> str | None:
        """A stable code, none where all is as wanted."""
        return seen.reason_code or None

    def get_message(self, seen: Observation) -> str | None:
        """The reason in the reader's language."""
        return explain.why(seen.reason_code, seen.facts) or None

    def get_detail(self, seen: Observation) -> str | None:
        """What the cluster said, in English."""
        return seen.message or None

    def get_waiting_for(self, seen: Observation) -> str | None:
        """The part that cannot be reached, where one is waited for."""
        return seen.waiting_for or None


class PinSerializer(serializers.Serializer[Any]):
    """The template, and the version that the release pins."""

    slug = serializers.CharField()
    version = serializers.CharField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """From the app."""
        version = instance.release.template_version.version if instance.release else None
        return {"slug": instance.template.slug, "version": version}


class LeaseSerializer(serializers.Serializer[Any]):
    """How long it may live."""

    state = serializers.ChoiceField(source="lease_state", choices=LeaseState.choices)
    ends_on = serializers.DateField(allow_null=True)


class AppSerializer(serializers.ModelSerializer[App]):
    """An app: what is wanted, and what was seen of it."""

    url = serializers.HyperlinkedIdentityField(view_name="api:apps-detail")
    display = serializers.CharField(source="label", read_only=True)
    template = PinSerializer(source="*", read_only=True)
    parameters = serializers.DictField(source="release.parameters", default=dict, read_only=True)
    resources = serializers.DictField(
        source="release.resources", default=dict, read_only=True, child=serializers.IntegerField()
    )
    release = serializers.IntegerField(source="release.number", default=None, read_only=True)
    observed_generation = serializers.IntegerField(source="observation.generation", default=0, read_only=True)
    observed = ObservedSerializer(source="observation", read_only=True)
    address = serializers.SerializerMethodField()
    lease = LeaseSerializer(source="*", read_only=True)
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = App
        fields: Any = [
            "id",
            "url",
            "display",
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

    def get_address(self, app: App) -> str | None:
        """Give the public address, or none for an app that has none."""
        return selectors.address(app) or None

    def get_permissions(self, app: App) -> list[str]:
        """Name the actions that the caller may do."""
        role = self.context["roles"].get(app.project_id, "")
        actions = allowed(self.context["request"].user, app.project, role)
        return [action for action in ACTIONS if action in actions]


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

    display = serializers.SerializerMethodField()

    class Meta:
        model = AppEvent
        fields: Any = ["id", "at", "source", "code", "display", "params"]

    def get_display(self, event: AppEvent) -> str:
        """The line in the reader's language."""
        return explain.event(event.code, event.params)


class LogsSerializer(serializers.Serializer[Any]):
    """The last lines of out and err; empty before anything ran."""

    stdout = serializers.CharField(required=False)
    stderr = serializers.CharField(required=False)
    task = serializers.CharField(required=False)
    allocation = serializers.CharField(required=False)


class SecretSerializer(serializers.Serializer[Any]):
    """A secret's name and age; never its value."""

    name = serializers.CharField()
    # A field of the answer, which DRF keeps apart from its own attribute of this name.
    label = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]
    source = serializers.CharField()  # type: ignore[assignment]
    provided = serializers.BooleanField()
    updated_at = serializers.CharField()


class RevealedSerializer(serializers.Serializer[Any]):
    """The values, for those allowed."""

    values = serializers.DictField(child=serializers.CharField())


class ProjectionSerializer(serializers.Serializer[Any]):
    """One dimension of the quota as it would stand."""

    dimension = serializers.ChoiceField(choices=list(DIMENSIONS))
    used = serializers.IntegerField()
    reserved = serializers.IntegerField()
    asked = serializers.IntegerField()
    limit = serializers.IntegerField()
    fits = serializers.BooleanField()


class PlanSerializer(serializers.Serializer[Any]):
    """A dry run's answer: what would happen. Nothing of it is kept."""

    outcome = serializers.ChoiceField(choices=["approved", "waits"])
    needs = serializers.ListField(child=serializers.ChoiceField(choices=["quota", "template"]))
    name = serializers.CharField()
    host = serializers.CharField()
    template = serializers.DictField(child=serializers.CharField())
    parameters = serializers.DictField()
    resources = serializers.DictField(child=serializers.IntegerField())
    driver = serializers.CharField()
    quota = ProjectionSerializer(many=True)
    job = serializers.DictField(help_text="The job as it would be sent to Nomad, values of secrets hidden.")


class ResourcesSerializer(StrictSerializer):
    """A size of the template's, and single figures over it: MHz and MiB for each copy."""

    size = serializers.CharField(required=False, max_length=40)
    cpu_mhz = serializers.IntegerField(required=False, min_value=1)
    memory_mib = serializers.IntegerField(required=False, min_value=1)
    count = serializers.IntegerField(required=False, min_value=1)
    storage_mib = serializers.IntegerField(required=False, min_value=0)
    gpus = serializers.IntegerField(required=False, min_value=0)


class NewApp(StrictSerializer):
    """A request for an app."""

    project = serializers.UUIDField()
    template = serializers.SlugField(max_length=40)
    version = serializers.CharField(required=False, max_length=40)
    name = serializers.CharField(max_length=24)
    # A field of the body, which DRF keeps apart from its own attribute of this name.
    label = serializers.CharField(required=False, max_length=100, default="")  # type: ignore[assignment]
    parameters = serializers.DictField(required=False, default=dict)
    resources = ResourcesSerializer(required=False)
    uploads = serializers.DictField(child=serializers.UUIDField(), required=False, default=dict)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class ChangeApp(StrictSerializer):
    """A change: what is not named stays; `parameters` and `resources`, where named, are all of them."""

    version = serializers.CharField(required=False, max_length=40)
    parameters = serializers.DictField(required=False)
    resources = ResourcesSerializer(required=False)
    uploads = serializers.DictField(child=serializers.UUIDField(allow_null=True), required=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class SecretValues(StrictSerializer):
    """Values that a member provides: written to OpenBao, never read back here."""

    secrets = serializers.DictField(
        child=serializers.CharField(max_length=8192, trim_whitespace=False), allow_empty=False
    )
