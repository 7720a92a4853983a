"""What a 202 names, and how far it is."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.workloads import explain
from apps.workloads.helping.pages import help_url
from apps.workloads.models import Operation


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
    type = serializers.URLField(help_text="The page that explains the code.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Add the sentence to what was kept."""
        code, facts = instance.get("code") or "", instance.get("facts") or {}
        words = {"detail": explain.why(code, facts), "message": instance.get("message") or ""}
        return {"code": code, **words, "facts": facts, "type": help_url(code)}


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
