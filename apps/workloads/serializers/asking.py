"""What may be asked, and what would come of it."""

from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer
from apps.workloads.enums import Strategy
from apps.workloads.serializers.foretelling import (
    DifferenceSerializer,
    ForetoldSerializer,
    VersionChangeSerializer,
)
from kernel.units import DIMENSIONS


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
    strategy = serializers.ChoiceField(choices=Strategy.choices)
    vanished = serializers.ListField(
        child=serializers.CharField(), help_text="Answers that the version does not ask for: they go."
    )
    difference = DifferenceSerializer(many=True)
    version_changes = VersionChangeSerializer(many=True)
    cluster = ForetoldSerializer()
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
    strategy = serializers.ChoiceField(choices=Strategy.choices, required=False)
    auto_promote = serializers.BooleanField(
        required=False, help_text="Of a canary: let it in as soon as it is healthy."
    )
    drop_vanished = serializers.BooleanField(
        required=False, help_text="Drop the answers that the version does not ask for any more."
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class TypedName(StrictSerializer):
    """The app's name, typed again by whoever is sure."""

    name = serializers.CharField(max_length=24)


class ScaleApp(StrictSerializer):
    """Another number of copies."""

    count = serializers.IntegerField(min_value=1, max_value=10_000)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class RollBack(StrictSerializer):
    """Back to an earlier release."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
