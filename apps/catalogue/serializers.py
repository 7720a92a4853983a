"""How templates read."""

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from apps.catalogue.models import Template, TemplateVersion


def in_language(texts: dict[str, str]) -> str:
    """Pick the reader's language, else English."""
    return texts.get((get_language() or "en")[:2]) or texts.get("en", "")


class VersionSerializer(serializers.ModelSerializer[TemplateVersion]):
    """A pinned version."""

    deprecated_on = serializers.DateField(
        allow_null=True, read_only=True, help_text="The last day on which new apps may be made from it."
    )
    deprecation = serializers.SerializerMethodField()

    class Meta:
        model = TemplateVersion
        fields: Any = ["version", "digest", "loaded_at", "deprecated_on", "deprecation", "changes"]

    def get_deprecation(self, version: TemplateVersion) -> str | None:
        """Say why, in the reader's language; none where it is not deprecated."""
        return in_language(version.deprecation) or None


class TemplateSerializer(serializers.ModelSerializer[Template]):
    """A template in a list."""

    url = serializers.HyperlinkedIdentityField(
        view_name="api:templates-detail", lookup_field="slug", lookup_url_kwarg="slug"
    )
    display = serializers.SerializerMethodField()
    summary = serializers.SerializerMethodField()
    version = serializers.CharField(source="current.version", default=None)

    class Meta:
        model = Template
        fields: Any = ["id", "url", "slug", "display", "summary", "kind", "version", "validated_at"]

    def get_display(self, template: Template) -> str:
        """Its title in the reader's language."""
        return in_language(template.title)

    def get_summary(self, template: Template) -> str:
        """One sentence in the reader's language."""
        return in_language(template.summary)


class TemplateDetailSerializer(TemplateSerializer):
    """A template with its versions and the JSON Schema of its parameters."""

    versions = VersionSerializer(many=True)
    parameters = serializers.SerializerMethodField()
    resources = serializers.SerializerMethodField()

    class Meta(TemplateSerializer.Meta):
        fields: Any = [*TemplateSerializer.Meta.fields, "versions", "parameters", "resources"]

    def get_parameters(self, template: Template) -> dict[str, Any]:
        """Give the schema that a request's `parameters` must satisfy (JSON Schema 2020-12)."""
        return dict(template.current.manifest.get("parameters", {})) if template.current else {}

    def get_resources(self, template: Template) -> dict[str, Any]:
        """Give defaults, sizes and bounds, in MHz and MiB."""
        return dict(template.current.manifest.get("resources", {})) if template.current else {}
