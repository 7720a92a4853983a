"""Apps: what is wanted (App, Release), what was seen (Observation), who works on it (Claim, Operation)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.catalogue.models import Template, TemplateVersion
from apps.projects.models import Project
from apps.workloads.enums import (
    Desired,
    HandoverOutcome,
    LeaseState,
    OperationKind,
    OperationState,
    Strategy,
    VolumeKinds,
)
from orchestration.states import ObservedState

_WAYS_BACK = [Desired.PRESENT, Desired.STOPPED, Desired.ASLEEP]


class App(models.Model):
    """What a project wants to stand. Changed by services alone; what is seen of it is its Observation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="apps")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="apps")
    name = models.CharField(max_length=24)  # the address's first label and part of the slug
    label = models.CharField(max_length=100)  # display name, may be renamed
    slug = models.CharField(max_length=63, unique=True)  # every outside name derives from it, for ever
    host = models.CharField(max_length=253, null=True)  # null once the app is gone or was never granted
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    desired = models.CharField(max_length=10, choices=Desired, default=Desired.REQUESTED)
    desired_since = models.DateTimeField(auto_now_add=True)  # when this generation began
    desired_by = models.CharField(max_length=200, blank=True)
    generation = models.PositiveIntegerField(default=0)  # counts changes of what is wanted
    release = models.ForeignKey("Release", null=True, on_delete=models.PROTECT, related_name="+")
    restart_token = models.CharField(max_length=12, blank=True)
    archived_from = models.CharField(max_length=10, blank=True)  # what was wanted before its deletion
    archived_until = models.DateTimeField(null=True)  # until when its deletion can be undone
    canary_generation = models.PositiveIntegerField(default=0)  # the one that comes in by canaries, if any
    promoted_generation = models.PositiveIntegerField(default=0)  # and the one whose canaries were let in
    lease_state = models.CharField(max_length=15, choices=LeaseState, default=LeaseState.ACTIVE)
    lease_since = models.DateTimeField(default=timezone.now)  # when this stage of the lease was entered
    lease_warned_at = models.DateTimeField(null=True)  # when the last warning of the next stage was given
    ends_on = models.DateField(null=True)  # the lease's last day; none yet, or always on
    always_on = models.BooleanField(default=False)  # a right of the project's quota: its lease does not end
    created_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True)  # tombstone: the row is history

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host"], name="workloads_host_once"),
            models.CheckConstraint(
                name="workloads_present_has_release",
                condition=Q(desired__in=[Desired.REQUESTED, Desired.ABSENT]) | Q(release__isnull=False),
            ),
            models.CheckConstraint(
                name="workloads_archived_ends",
                condition=Q(
                    desired=Desired.ARCHIVED, archived_until__isnull=False, archived_from__in=_WAYS_BACK
                )
                | ~Q(desired=Desired.ARCHIVED),
            ),
            models.CheckConstraint(
                name="workloads_always_on_has_no_end", condition=Q(always_on=False) | Q(ends_on__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at"], name="workloads_app_project"),
            models.Index(
                fields=["archived_until"],
                name="workloads_app_retention",
                condition=Q(desired=Desired.ARCHIVED),
            ),
            models.Index(fields=["ends_on"], name="workloads_app_end", condition=Q(gone_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.label


class Release(models.Model):
    """One immutable set of what an app is made of, numbered from 1."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    template_version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    parameters = models.JSONField(default=dict)
    resources = models.JSONField(default=dict)  # cpu_mhz, memory_mib, count, storage_mib, gpus
    files = models.JSONField(
        default=list
    )  # [{name, parameter, upload, sha256, filename}] given to the task as artifacts
    # Opens these files, and nothing else. A release that changes none of them keeps it: another key would be
    # another address, for which Nomad replaces every copy.
    files_key = models.CharField(max_length=64, db_index=True)
    secrets = models.JSONField(default=list)  # names of the secrets that were set with it
    driver = models.CharField(max_length=12)  # chosen at release time among the allowed
    job_digest = models.CharField(max_length=64)
    strategy = models.CharField(max_length=10, choices=Strategy, default=Strategy.ROLLING)
    auto_promote = models.BooleanField(default=False)  # canaries are let in as soon as they are healthy
    restores = models.PositiveIntegerField(null=True)  # the release that this one goes back to
    author_label = models.CharField(max_length=200)
    author_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "number"], name="workloads_release_number")]
        ordering = ["-number"]


class Observation(models.Model):
    """What was last seen of an app. Written by reconcile.py alone."""

    app = models.OneToOneField(App, primary_key=True, on_delete=models.CASCADE, related_name="observation")
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ObservedState], default=ObservedState.PENDING
    )
    state_since = models.DateTimeField(auto_now_add=True)
    reason_code = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)  # English detail from outside, redacted
    facts = models.JSONField(default=dict)  # figures for the sentence: exit_code, dimension, image...
    retryable = models.BooleanField(default=True)
    conditions = models.JSONField(default=list)  # [{type, status, reason, message, since}]
    logs = models.JSONField(default=dict)  # last lines of a failed task: {stdout, stderr, task, allocation}
    generation = models.PositiveIntegerField(default=0)  # the generation that was reached or failed
    release = models.PositiveIntegerField(default=0)
    serves = models.PositiveIntegerField(null=True)  # the release that was last seen to serve
    ran_generation = models.PositiveIntegerField(default=0)  # the last generation that was seen running
    seen_generation = models.PositiveIntegerField(default=0)  # the one that the four below are of
    moved_at = models.DateTimeField(
        null=True
    )  # last write outside, or end of a wait: deadlines count from here
    settled = models.JSONField(default=list)  # parts seen right, not read again for a while
    settled_at = models.DateTimeField(null=True)
    job_version = models.PositiveIntegerField(null=True)  # Nomad's version that was seen to be the wanted one
    expected = models.JSONField(default=dict)  # orchestration.survey.Expected; empty: look at the app itself
    observed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # last time the public address answered
    waiting_for = models.CharField(max_length=20, blank=True)  # a part that cannot be reached, since below
    waiting_since = models.DateTimeField(null=True)


class Claim(models.Model):
    """Who may work on an app now: a lease and a fencing number, taken by one conditional UPDATE."""

    app = models.OneToOneField(App, primary_key=True, on_delete=models.CASCADE, related_name="claim")
    due_at = models.DateTimeField(null=True)  # when to look next; null: settled for good
    claimed_until = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(
        null=True
    )  # end of the last pass: hints do not come closer than a moment
    fence = models.PositiveBigIntegerField(default=0)
    holder = models.IntegerField(null=True)  # process id of the holder's PostgreSQL session, and its birth:
    holder_since = models.DateTimeField(null=True)  # PostgreSQL ends the session of a worker that was killed
    tries = models.PositiveIntegerField(default=0)  # passes that died since one last ended (poison work)
    hinted_at = models.DateTimeField(null=True)  # a message is on its way: do not send another too soon
    parked_at = models.DateTimeField(null=True)  # given up after too many deaths: a person must look

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="workloads_claim_due")]


class Operation(models.Model):
    """A piece of work in progress: what the 202 names."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="operations")
    kind = models.CharField(max_length=10, choices=OperationKind)
    state = models.CharField(max_length=10, choices=OperationState, default=OperationState.PENDING)
    generation = models.PositiveIntegerField()  # of the app, that this operation brings about
    requester_id = models.UUIDField(null=True)
    steps = models.JSONField(default=list)  # copy of the conditions with their times
    error = models.JSONField(null=True)  # {code, message, facts}
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["app", "-created_at"], name="workloads_operation_app")]


class AppEvent(models.Model):
    """One line of an app's timeline."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)  # when it happened, as its source says
    source = models.CharField(max_length=10)  # portal, nomad, consul, traefik
    code = models.CharField(max_length=60)  # stable; its sentence is translated when shown
    params = models.JSONField(default=dict)
    key = models.CharField(max_length=100, null=True)  # the source's own name of it: told twice, kept once

    class Meta:
        indexes = [models.Index(fields=["app", "-at"], name="workloads_event_app")]
        constraints = [models.UniqueConstraint(fields=["app", "key"], name="workloads_event_once")]


class LastWords(models.Model):
    """The last lines of a release's copy that failed. Nomad forgets them; the release's page does not."""

    release = models.OneToOneField(
        Release, primary_key=True, on_delete=models.CASCADE, related_name="last_words"
    )
    logs = models.JSONField(default=dict)  # {stdout, stderr, task, allocation}
    reason_code = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()


class AppVolume(models.Model):
    """A volume that an app has since one of its releases. One that a later release does not mount is kept.

    It is a holder of quota beside its app, for what the release does not count: its size while it is mounted
    nowhere, and its snapshots.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="volumes")
    name = models.CharField(max_length=24)  # part of its name outside
    kind = models.CharField(max_length=4, choices=VolumeKinds)
    size_mib = models.PositiveIntegerField()
    destination = models.CharField(max_length=200)  # where the app has, or last had it
    release = models.PositiveIntegerField()  # the last one that mounts it
    mounted = models.BooleanField(default=True)
    snapshots_mib = models.PositiveIntegerField(default=0)  # what is kept of it; the room of volumes says
    created_at = models.DateTimeField(auto_now_add=True)
    leaving_at = models.DateTimeField(null=True)  # its owner wants it deleted
    deleted_at = models.DateTimeField(null=True)  # seen gone: the row is history, and names its snapshots

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app", "name"], condition=Q(deleted_at__isnull=True), name="workloads_volume_once"
            ),
        ]
        ordering = ["name"]


class FormerHost(models.Model):
    """An address that an app had: it leads on for a while. A trigger keeps it apart from every App.host."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="former_hosts")
    host = models.CharField(max_length=253, unique=True)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="workloads_former_until")]


class Handover(models.Model):
    """An app is offered to another project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="handovers")
    from_project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    to_project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    to_slug = models.CharField(max_length=24)  # as it was typed: whether such a project exists is not told
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10, choices=HandoverOutcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app"], name="workloads_offered_once", condition=Q(closed_at=None)
            ),
        ]
