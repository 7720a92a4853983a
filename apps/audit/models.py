"""The audit table. A trigger refuses UPDATE, DELETE and TRUNCATE (migration 0002)."""

from django.db import models


class Event(models.Model):
    """One change, written in the transaction that made it. No foreign keys: it outlives what it names."""

    at = models.DateTimeField(auto_now_add=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)
    token_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=60)  # area.action, e.g. app.requested
    target_kind = models.CharField(max_length=30)
    target_id = models.CharField(max_length=64)
    target_label = models.CharField(max_length=200, blank=True)
    project_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="audit_at"),
            models.Index(fields=["project_id", "-at"], name="audit_project_at"),
            models.Index(fields=["target_kind", "target_id", "-at"], name="audit_target_at"),
        ]
