"""Who has to decide, and who stands in for whom."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Duty(models.Model):
    """A request that somebody was given, or that has waited for long."""

    request = models.OneToOneField(
        "approvals.Request", on_delete=models.CASCADE, related_name="duty", primary_key=True
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="duties"
    )
    assigned_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)


class Absence(models.Model):
    """An admin is away from a day to a day, both included; what is theirs to decide goes to the deputy."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="approvals_absence_days", condition=Q(to_on__gte=F("from_on"))),
            models.CheckConstraint(name="approvals_absence_other", condition=~Q(deputy=F("person"))),
        ]
        indexes = [models.Index(fields=["to_on"], name="approvals_absence_to")]
