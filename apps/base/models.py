"""Idempotency keys and uploaded files."""

import uuid

from django.db import models


class IdempotencyKey(models.Model):
    """One POST that must happen once: its answer is kept for a day and given again to a repeat."""

    person_id = models.UUIDField()
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null while the first call is under way
    response = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "key", "route"], name="base_idempotency_once"),
        ]


class Upload(models.Model):
    """A member's file, content-addressed: stored once under its SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()  # bytes
    name = models.CharField(max_length=200)
    project_id = models.UUIDField()  # who may use it; no foreign key upwards
    person_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)  # or when the same was last sent again

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="base_upload_sha256"),
            models.Index(fields=["person_id", "created_at"], name="base_upload_person_at"),
        ]
