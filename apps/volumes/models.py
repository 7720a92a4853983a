"""Snapshots of volumes, what is restored from them, when they are taken by themselves, and what is in use."""

import uuid

from django.db import models
from django.db.models import Q

from apps.volumes.enums import Every, RestoreState, SnapshotState, StrayWhy
from apps.workloads.enums import VolumeKinds
from apps.workloads.models import App, AppVolume, Release


class Use(models.Model):
    """What a volume holds, as it was last measured."""

    volume = models.OneToOneField(AppVolume, primary_key=True, on_delete=models.CASCADE, related_name="use")
    used_bytes = models.PositiveBigIntegerField(null=True)  # on the disk; null: never measured
    files = models.PositiveBigIntegerField(null=True)
    measured_at = models.DateTimeField(null=True)
    work_id = models.UUIDField(default=uuid.uuid4)  # names the job that measures
    asked_at = models.DateTimeField(null=True)  # a measure is under way, since
    reason = models.CharField(max_length=60, blank=True)  # why the last try came to nothing
    tidied = models.BooleanField(default=True)  # its job is gone


class Snapshot(models.Model):
    """An archive of a volume as it was, kept beside members' files in parts of a few MiB."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volume = models.ForeignKey(AppVolume, on_delete=models.CASCADE, related_name="snapshots")
    release = models.ForeignKey(Release, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=SnapshotState, default=SnapshotState.PENDING)
    work_id = models.UUIDField(default=uuid.uuid4)  # names the job; another one at each try
    key = models.CharField(max_length=64, unique=True)  # opens the upload of this try, and nothing else
    note = models.CharField(max_length=200, blank=True)
    scheduled = models.BooleanField(default=False)
    while_running = models.BooleanField(default=False)  # the app wrote meanwhile: as after a power cut
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)  # when its state was reached
    finished_at = models.DateTimeField(null=True)
    parts = models.PositiveIntegerField(default=0)  # that have come
    size_bytes = models.PositiveBigIntegerField(default=0)  # of the archive, as far as it has come
    last_bytes = models.PositiveIntegerField(default=0)  # of the last part, which may come again
    content_bytes = models.PositiveBigIntegerField(default=0)  # of what is in it
    files = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    charged_mib = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=60, blank=True)  # why it failed
    facts = models.JSONField(default=dict)
    proven_at = models.DateTimeField(null=True)  # last time that it was restored, digest and all
    tidied = models.BooleanField(default=False)  # its job is gone

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["volume"],
                condition=Q(state__in=[SnapshotState.PENDING, SnapshotState.TAKING]),
                name="volumes_one_taken",
            ),
        ]

    @property
    def id_text(self) -> str:
        """Its id in the ids of a page."""
        return str(self.id)


class Restore(models.Model):
    """A snapshot put into an app's volume."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="restores")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="restores")  # into which
    state = models.CharField(max_length=10, choices=RestoreState, default=RestoreState.WAITING)
    work_id = models.UUIDField(default=uuid.uuid4)
    key = models.CharField(max_length=64, unique=True)  # opens the snapshot for this restore alone
    start_after = models.BooleanField(default=False)  # the app ran, and will again
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    tidied = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["app"],
                condition=Q(state__in=[RestoreState.WAITING, RestoreState.STOPPING, RestoreState.WORKING]),
                name="volumes_one_restored",
            ),
        ]


class Schedule(models.Model):
    """When snapshots of a volume are taken by themselves, and how many of those are kept."""

    volume = models.OneToOneField(
        AppVolume, primary_key=True, on_delete=models.CASCADE, related_name="schedule"
    )
    every = models.CharField(max_length=6, choices=Every)
    keep = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=200)
    missed = models.CharField(max_length=60, blank=True)  # why the last one did not come about


class Stray(models.Model):
    """A volume of the cluster that is named as ours are, and that no app has."""

    name = models.CharField(max_length=128)  # outside
    kind = models.CharField(max_length=4, choices=VolumeKinds)
    outside_id = models.CharField(max_length=128)  # Nomad's
    why = models.CharField(max_length=10, choices=StrayWhy)
    volume = models.ForeignKey(  # what it would be: the ended row of an app that is gone
        AppVolume, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    found_at = models.DateTimeField()  # since when it is known
    seen_at = models.DateTimeField()  # and was last seen
    asked_at = models.DateTimeField(null=True)  # when a keeper was last asked to look into it
    used_bytes = models.PositiveBigIntegerField(null=True)  # what it saw; null: it did not
    files = models.PositiveBigIntegerField(null=True)
    reason = models.CharField(max_length=60, blank=True)  # why it could not look

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "outside_id"], name="volumes_stray_once")]
        ordering = ["found_at", "name"]
