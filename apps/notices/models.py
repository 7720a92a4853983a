"""The outbox: what must leave the portal once a transaction is committed."""

from django.db import models


class Outbox(models.Model):
    """A message written with the change it tells of; sent after the commit, again until it was taken."""

    kind = models.CharField(max_length=40)  # mail, webhook; reconcile hints are the row's own due_at
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="notices_outbox_due", condition=models.Q(sent_at__isnull=True)
            ),
        ]
