"""Requests, what was said about them, and what was decided."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.approvals.enums import Move, RequestKind, RequestState, Verdict
from apps.base.models import Upload
from apps.projects.models import Project
from apps.workloads.models import App, Handover, Operation


class Request(models.Model):
    """Somebody asks for something that somebody else, or a rule, has to allow."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=RequestKind)
    state = models.CharField(max_length=20, choices=RequestState)
    state_since = models.DateTimeField(default=timezone.now)  # what waits too long expires
    # None while a project is asked for that is not there yet: then its requester and admins see it.
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="requests")
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="requests"
    )
    app = models.ForeignKey(App, null=True, on_delete=models.CASCADE, related_name="requests")
    # handover: the offer that was accepted. Its app is another project's until then, so `app` names none.
    handover = models.ForeignKey(Handover, null=True, on_delete=models.CASCADE, related_name="requests")
    operation = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+")
    # What is asked. app, change: label, template version, parameters, resources, files. project: name, slug,
    # description. rights: role. handover: label, template version, and the project that gives it.
    payload = models.JSONField(default=dict)
    # By dimension. app, change, handover: what it would take of the quota. quota, project: the new limits,
    # where named.
    amounts = models.JSONField(default=dict)
    until = models.DateField(null=True)  # quota: the last day of the grant; none: for good
    effect = models.PositiveIntegerField(default=0)  # percent of a limit that it adds, at the most
    reason = models.TextField(blank=True)  # the requester's justification
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)  # of what is asked; a decision names it

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="approvals_request_state"),
            models.Index(fields=["project", "-created_at"], name="approvals_request_project"),
            models.Index(fields=["requester", "-created_at"], name="approvals_request_requester"),
            models.Index(fields=["-created_at", "id"], name="approvals_request_latest"),
            models.Index(fields=["-updated_at", "id"], name="approvals_request_moved"),
        ]

    @property
    def label(self) -> str:
        """What it is about, in its requester's words; empty where only the kind says it."""
        payload: dict[str, Any] = self.payload
        return str(payload.get("label") or payload.get("name") or "")


class Decision(models.Model):
    """One verdict: by a person, or by a named rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="decisions")
    version = models.PositiveIntegerField(default=1)  # of the request, as it was read and decided
    verdict = models.CharField(max_length=20, choices=Verdict)
    decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    rule = models.CharField(max_length=60, blank=True)
    rule_version = models.PositiveIntegerField(null=True)
    ruled_by = models.ForeignKey(  # none for the built-in rule
        "approvals.Rule", null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    reason = models.TextField(blank=True)
    figures = models.JSONField(default=list)  # used, reserved, asked, limit at that moment, by dimension
    granted = models.JSONField(default=dict)  # amounts as in Request.amounts; empty where rejected
    until = models.DateField(null=True)  # the last day of the grant
    at = models.DateTimeField(auto_now_add=True)


class Message(models.Model):
    """One line of a request's thread: what somebody wrote, or what moved it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="messages")
    move = models.CharField(max_length=20, choices=Move)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_label = models.CharField(max_length=200)  # stays when the person is gone; a rule's or the portal's
    text = models.TextField(blank=True)
    internal = models.BooleanField(default=False)  # read by those who read all, not by the requester
    attachment = models.ForeignKey(Upload, null=True, on_delete=models.SET_NULL, related_name="+")
    changes = models.JSONField(default=dict)  # of an edit: field -> [before, after]
    version = models.PositiveIntegerField(default=1)  # of the request, after the move
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["request", "at"], name="approvals_message_thread")]
