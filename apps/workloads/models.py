"""Apps: what is wanted (App, Release), what was seen (Observation), who works on it (Claim, Operation)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.catalogue.models import Template, TemplateVersion
from apps.projects.models import Project
from apps.workloads.enums import Desired, LeaseState, OperationKind, OperationState
from orchestration.states import ObservedState


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
    lease_state = models.CharField(max_length=15, choices=LeaseState, default=LeaseState.ACTIVE)
    ends_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True)  # tombstone: the row is history

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host"], name="workloads_host_once"),
            models.CheckConstraint(
                name="workloads_present_has_release",
                condition=Q(desired__in=[Desired.REQUESTED, Desired.ABSENT]) | Q(release__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="workloads_app_project")]

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
    files_key = models.CharField(max_length=64, unique=True)  # opens this release's files, and nothing else
    driver = models.CharField(max_length=12)  # chosen at release time among the allowed
    job_digest = models.CharField(max_length=64)
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
    ran_generation = models.PositiveIntegerField(default=0)  # the last generation that was seen running
    seen_generation = models.PositiveIntegerField(default=0)  # the one that the four below are of
    moved_at = models.DateTimeField(
        null=True
    )  # last write outside, or end of a wait: deadlines count from here
    settled = models.JSONField(default=list)  # parts seen right, not read again for a while
    settled_at = models.DateTimeField(null=True)
    job_version = models.PositiveIntegerField(null=True)  # Nomad's version that was seen to be the wanted one
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
    at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=10)  # portal, nomad, consul, traefik
    code = models.CharField(max_length=60)  # stable; its sentence is translated when shown
    params = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["app", "-at"], name="workloads_event_app")]
