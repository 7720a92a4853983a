"""Requests and what was decided about them."""

import uuid

from django.conf import settings
from django.db import models

from apps.approvals.enums import RequestKind, RequestState, Verdict
from apps.projects.models import Project
from apps.workloads.models import App, Operation


class Request(models.Model):
    """Somebody asks for something that costs quota."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=RequestKind)
    state = models.CharField(max_length=20, choices=RequestState)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="requests")
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="requests"
    )
    app = models.ForeignKey(App, null=True, on_delete=models.CASCADE, related_name="requests")
    operation = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+")
    payload = models.JSONField(default=dict)  # what was asked: template version, parameters, resources, files
    amounts = models.JSONField(default=dict)  # what it would take of the quota, by dimension
    reason = models.TextField(blank=True)  # the requester's justification
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)  # of what is asked; a decision names it

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="approvals_request_state"),
            models.Index(fields=["project", "-created_at"], name="approvals_request_project"),
        ]


class Decision(models.Model):
    """One verdict: by a person, or by a named rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    rule = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    figures = models.JSONField(default=list)  # used, reserved, asked, limit at that moment, by dimension
    at = models.DateTimeField(auto_now_add=True)
