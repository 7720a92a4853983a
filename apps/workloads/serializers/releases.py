"""Releases and the timeline."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.workloads import explain
from apps.workloads.differences import difference
from apps.workloads.models import AppEvent, Release
from apps.workloads.serializers.foretelling import DifferenceSerializer


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
            "secrets",
            "job_digest",
            "strategy",
            "auto_promote",
            "restores",
            "author_label",
            "reason",
            "created_at",
        ]


class ReleaseInFull(ReleaseSerializer):
    """With what differs from the release before it."""

    difference = serializers.SerializerMethodField()

    class Meta(ReleaseSerializer.Meta):
        fields: Any = [*ReleaseSerializer.Meta.fields, "difference"]

    @extend_schema_field(DifferenceSerializer(many=True))
    def get_difference(self, release: Release) -> Any:
        """What changed; empty for the first release."""
        older = Release.objects.filter(app_id=release.app_id, number__lt=release.number)
        before = older.select_related("template_version").order_by("-number").first()
        return DifferenceSerializer(difference(release, before), many=True).data


class EventSerializer(serializers.ModelSerializer[AppEvent]):
    """A line of the timeline."""

    display = serializers.SerializerMethodField()

    class Meta:
        model = AppEvent
        fields: Any = ["id", "at", "source", "code", "display", "params"]

    def get_display(self, event: AppEvent) -> str:
        """The line in the reader's language."""
        return explain.event(event.code, event.params)
