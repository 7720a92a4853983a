"""How volumes, snapshots and restores read, and what may be asked of them."""

from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer
from apps.volumes.enums import Every, RestoreState, SnapshotState
from apps.volumes.models import Restore, Schedule, Snapshot
from apps.volumes.reasons import why
from apps.volumes.selectors import Standing
from apps.workloads.enums import VolumeKinds


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """When snapshots are taken by themselves."""

    class Meta:
        model = Schedule
        fields: Any = ["every", "keep", "next_at", "by_label", "missed"]


class VolumeSerializer(serializers.Serializer[Standing]):
    """A volume, mounted or kept, with what it holds as it was last measured."""

    name = serializers.CharField(source="volume.name")
    kind = serializers.ChoiceField(source="volume.kind", choices=VolumeKinds.choices)
    destination = serializers.CharField(source="volume.destination")
    size_mib = serializers.IntegerField(source="volume.size_mib")
    mounted = serializers.BooleanField(source="volume.mounted")
    used_mib = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    level = serializers.ChoiceField(choices=["", "ok", "nearly", "full"])
    measured_at = serializers.DateTimeField(allow_null=True)
    measuring = serializers.BooleanField()
    snapshots_mib = serializers.IntegerField(source="volume.snapshots_mib")
    deleted_at = serializers.DateTimeField(source="volume.deleted_at", allow_null=True)
    schedule = ScheduleSerializer(allow_null=True)


class SnapshotSerializer(serializers.ModelSerializer[Snapshot]):
    """An archive of a volume: when, by whom, how big, its digest, and when it last proved to come back."""

    volume = serializers.CharField(source="volume.name")
    release = serializers.IntegerField(source="release.number", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=SnapshotState.choices)
    reason_code = serializers.CharField(source="reason")
    message = serializers.SerializerMethodField()

    class Meta:
        model = Snapshot
        fields: Any = [
            "id",
            "volume",
            "release",
            "state",
            "reason_code",
            "message",
            "note",
            "scheduled",
            "while_running",
            "by_label",
            "created_at",
            "finished_at",
            "size_bytes",
            "content_bytes",
            "files",
            "sha256",
            "charged_mib",
            "proven_at",
        ]

    def get_message(self, snapshot: Snapshot) -> str:
        """Why it failed, in the reader's language."""
        return why(snapshot.reason, snapshot.facts)


class RestoreSerializer(serializers.ModelSerializer[Restore]):
    """A snapshot that is put into an app."""

    state = serializers.ChoiceField(choices=RestoreState.choices)
    reason_code = serializers.CharField(source="reason")
    message = serializers.SerializerMethodField()

    class Meta:
        model = Restore
        fields: Any = [
            "id",
            "snapshot",
            "app",
            "state",
            "reason_code",
            "message",
            "by_label",
            "created_at",
            "finished_at",
        ]

    def get_message(self, restore: Restore) -> str:
        """Why it failed, in the reader's language."""
        return why(restore.reason, restore.facts)


class NewSnapshot(StrictSerializer):
    """Which volume, and what to remember of it."""

    volume = serializers.CharField(max_length=24)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class NewRestore(StrictSerializer):
    """Without a name: into this app. With one: into a new app of the same template, parameters and sizes."""

    name = serializers.CharField(max_length=24, required=False)
    project = serializers.UUIDField(required=False)
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    storage_mib = serializers.IntegerField(min_value=1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What is said of a new app needs its name."""
        if "name" not in attrs and (attrs["reason"] or {"project", "storage_mib"} & set(attrs)):
            raise serializers.ValidationError(
                {"name": [serializers.Field.default_error_messages["required"]]}
            )
        return attrs


class NewSchedule(StrictSerializer):
    """How often, and how many are kept."""

    every = serializers.ChoiceField(choices=Every.choices)
    keep = serializers.IntegerField(min_value=1, max_value=30)
