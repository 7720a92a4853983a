"""The audit's tables. Triggers refuse UPDATE, DELETE and TRUNCATE of events and of their seals."""

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
        # Each filter of the page ends in the order of the page, so that no filter sorts the whole table.
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_at_id"),
            models.Index(fields=["project_id", "-at", "-id"], name="audit_project_at_id"),
            models.Index(fields=["actor_id", "-at", "-id"], name="audit_actor_at_id"),
            models.Index(fields=["target_kind", "target_id", "-at"], name="audit_target_at"),
            models.Index(fields=["target_id", "-at", "-id"], name="audit_target_id_at"),
            models.Index(fields=["verb", "-at", "-id"], name="audit_verb_at"),
            models.Index(
                fields=["token_id", "-at", "-id"],
                name="audit_token_at",
                condition=models.Q(token_id__isnull=False),
            ),
            models.Index(
                fields=["request_id", "-at", "-id"],
                name="audit_request_at",
                condition=~models.Q(request_id=""),
            ),
        ]


class Seal(models.Model):
    """An event's link in the chain: a digest over the event, its position and the digest before it."""

    position = models.BigIntegerField(primary_key=True)  # 1, 2, 3, ... with no gap
    # no constraint: that the event is there is for the verification to say, whoever removed it
    event = models.OneToOneField(Event, on_delete=models.DO_NOTHING, related_name="seal", db_constraint=False)
    form = models.PositiveSmallIntegerField()  # which fields were digested: chain.digest.FORMS
    previous = models.CharField(max_length=64)  # hexadecimal SHA-256; empty at position 1
    digest = models.CharField(max_length=64)


class Unsealed(models.Model):
    """An event that waits for its seal. A trigger writes it with the event, the sealer takes it away."""

    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, primary_key=True, related_name="unsealed", db_constraint=False
    )
