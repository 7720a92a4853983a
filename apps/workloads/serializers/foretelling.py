"""What a change would bring about: the difference to what is wanted now, and the cluster's own plan."""

from typing import Any

from rest_framework import serializers

from apps.workloads import explain
from orchestration.causes import Cause


class DifferenceSerializer(serializers.Serializer[Any]):
    """One thing that is not as it was; null where there was or is nothing."""

    kind = serializers.ChoiceField(choices=["version", "parameter", "file", "resource", "driver"])
    name = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ObstacleSerializer(serializers.Serializer[Any]):
    """Why copies find no machine now."""

    code = serializers.CharField()
    detail = serializers.SerializerMethodField()

    def get_detail(self, cause: Cause) -> str:
        """Say it in the reader's language."""
        return explain.why(cause.code, cause.facts)


class EditSerializer(serializers.Serializer[Any]):
    """One field of the job that changes."""

    where = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    replaces = serializers.BooleanField(help_text="It is for this field that copies are replaced.")


class ForetoldSerializer(serializers.Serializer[Any]):
    """Nomad's plan: how many copies meet with what. Nothing was changed for it."""

    available = serializers.BooleanField(help_text="False: Nomad did not answer; the change may be made.")
    detail = serializers.CharField(help_text="What there is to say where it did not.")
    placed = serializers.IntegerField()
    replaced = serializers.IntegerField()
    in_place = serializers.IntegerField()
    stopped = serializers.IntegerField()
    canaries = serializers.IntegerField()
    untouched = serializers.IntegerField()
    obstacles = ObstacleSerializer(many=True)
    edits = EditSerializer(many=True)
    warnings = serializers.CharField()


class VersionChangeSerializer(serializers.Serializer[Any]):
    """One thing that another version of the template changes."""

    kind = serializers.CharField()
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
