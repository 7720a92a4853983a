"""The ledger: counters that the database itself keeps within their limit."""

import uuid

from django.db import models
from django.db.models import F, Q

from apps.projects.models import Project


class Counter(models.Model):
    """One dimension of one project's quota. Changed by conditional UPDATE alone (design 1.8)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="counters")
    dimension = models.CharField(max_length=20)  # a key of kernel.units.DIMENSIONS
    base_limit = models.BigIntegerField()  # what was granted for good
    limit = models.BigIntegerField()  # in force now; above base while a grant lasts or use is over
    used = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    granted_until = models.DateField(null=True)  # last day on which `limit` may stay above `base_limit`

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "dimension"], name="quotas_counter_once"),
            models.CheckConstraint(
                name="quotas_within_limit", condition=Q(limit__gte=F("used") + F("reserved"))
            ),
            models.CheckConstraint(
                name="quotas_not_negative", condition=Q(used__gte=0, reserved__gte=0, base_limit__gte=0)
            ),
        ]

    @property
    def free(self) -> int:
        """What is left."""
        return self.limit - self.used - self.reserved


class Charge(models.Model):
    """What one holder (an app's UUID) has of one dimension: the counters are the sums of these."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="charges")
    holder = models.UUIDField()
    dimension = models.CharField(max_length=20)
    used = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "dimension"], name="quotas_charge_once"),
            models.CheckConstraint(
                name="quotas_charge_not_negative", condition=Q(used__gte=0, reserved__gte=0)
            ),
        ]


class LimitChange(models.Model):
    """History of a limit: who set what, why, until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, related_name="changes")
    before = models.BigIntegerField()
    after = models.BigIntegerField()
    until = models.DateField(null=True)
    reason = models.TextField(blank=True)
    actor_label = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
