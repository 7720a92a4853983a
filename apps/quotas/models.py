"""The ledger: counters that the database itself keeps within their limit."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.projects.models import Project
from apps.quotas.enums import Scope


class Counter(models.Model):
    """One dimension of one project's quota. Changed by conditional UPDATE alone (design 1.8)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="counters")
    dimension = models.CharField(max_length=20)  # a key of kernel.units.DIMENSIONS
    base_limit = models.BigIntegerField()  # what was granted for good
    limit = models.BigIntegerField()  # in force now; above base while a grant lasts or use is over
    used = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    granted_until = models.DateField(null=True)  # last day on which `limit` may stay above `base_limit`
    version = models.PositiveIntegerField(default=0)  # of the limit: If-Match holds a change to their sum

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

    @property
    def taken(self) -> int:
        """Used and reserved together."""
        return self.used + self.reserved


class Ceiling(models.Model):
    """One dimension of what the lab, or one member's personal projects, may have together.

    It counts whether a limit is set or not, so that one set later is exact at once.
    """

    scope = models.CharField(max_length=10, choices=Scope)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="ceilings"
    )
    dimension = models.CharField(max_length=20)
    limit = models.BigIntegerField(null=True)  # null: none
    used = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dimension"], condition=Q(scope=Scope.LAB), name="quotas_lab_ceiling_once"
            ),
            models.UniqueConstraint(
                fields=["person", "dimension"],
                condition=Q(scope=Scope.PERSON),
                name="quotas_person_ceiling_once",
            ),
            models.CheckConstraint(
                name="quotas_ceiling_has_person",
                condition=Q(scope=Scope.LAB, person__isnull=True)
                | Q(scope=Scope.PERSON, person__isnull=False),
            ),
            models.CheckConstraint(
                name="quotas_within_ceiling",
                condition=Q(limit__isnull=True) | Q(limit__gte=F("used") + F("reserved")),
            ),
            models.CheckConstraint(
                name="quotas_ceiling_not_negative", condition=Q(used__gte=0, reserved__gte=0)
            ),
        ]


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
    counter = models.ForeignKey(Counter, null=True, on_delete=models.CASCADE, related_name="changes")
    ceiling = models.ForeignKey(Ceiling, null=True, on_delete=models.CASCADE, related_name="changes")
    before = models.BigIntegerField(null=True)  # null: a ceiling without a limit
    after = models.BigIntegerField(null=True)
    until = models.DateField(null=True)
    reason = models.TextField(blank=True)
    actor_label = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quotas_change_of_one",
                condition=Q(counter__isnull=False, ceiling__isnull=True)
                | Q(counter__isnull=True, ceiling__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["counter", "-at"], name="quotas_change_newest")]


class Difference(models.Model):
    """A counter or ceiling that a recount found not to be the sum of its charges: a defect."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    counter = models.ForeignKey(Counter, null=True, on_delete=models.CASCADE, related_name="differences")
    ceiling = models.ForeignKey(Ceiling, null=True, on_delete=models.CASCADE, related_name="differences")
    used = models.BigIntegerField()
    used_by_charges = models.BigIntegerField()
    reserved = models.BigIntegerField()
    reserved_by_charges = models.BigIntegerField()
    found_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True)  # repaired, or not found again

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quotas_difference_of_one",
                condition=Q(counter__isnull=False, ceiling__isnull=True)
                | Q(counter__isnull=True, ceiling__isnull=False),
            ),
        ]


class Usage(models.Model):
    """One dimension of a project on one day; of older weeks only the Monday stands, with the week's peak."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="usage")
    dimension = models.CharField(max_length=20)
    day = models.DateField()
    used = models.BigIntegerField()  # when last looked at
    reserved = models.BigIntegerField()
    peak = models.BigIntegerField()  # the most that used and reserved were together
    limit = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "dimension", "day"], name="quotas_usage_once"),
        ]
