"""Logs as programs read them."""

from typing import Any

from rest_framework import serializers


class CopySerializer(serializers.Serializer[Any]):
    """An allocation whose logs can still be read."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    node = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    tasks = serializers.ListField(child=serializers.CharField())


class LogsSerializer(serializers.Serializer[Any]):
    """The last lines of out and err, disarmed; those kept from the last failure where nothing stands."""

    stdout = serializers.CharField(required=False)
    stderr = serializers.CharField(required=False)
    task = serializers.CharField(required=False)
    allocation = serializers.CharField(required=False)
    allocations = CopySerializer(many=True, required=False)


class PointSerializer(serializers.Serializer[Any]):
    """What the busiest copy used in one step: mean and peak."""

    at = serializers.DateTimeField()
    cpu_mhz = serializers.FloatField()
    cpu_mhz_peak = serializers.FloatField(source="cpu_peak")
    cpu_mhz_limit = serializers.IntegerField(source="cpu_limit")
    memory_mib = serializers.FloatField()
    memory_mib_peak = serializers.FloatField(source="memory_peak")
    memory_mib_limit = serializers.IntegerField(source="memory_limit")
    copies = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Allocation: [MHz, MiB], as seen last.",
    )


class HintSerializer(serializers.Serializer[Any]):
    """Another size of memory would fit better."""

    kind = serializers.ChoiceField(["less", "more"])
    peak = serializers.IntegerField()
    limit = serializers.IntegerField()
    fitting = serializers.IntegerField()
    days = serializers.IntegerField()


class MetricsSerializer(serializers.Serializer[Any]):
    """CPU and memory over time, the oldest first."""

    step_s = serializers.IntegerField(allow_null=True)
    points = PointSerializer(many=True)
    hint = HintSerializer(allow_null=True)
