"""Upgrades of many apps: what an admin wants, and how far each app is. A step reads nothing else."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.catalogue.models import Template, TemplateVersion
from apps.fleet.enums import ENDED, ItemState, UpgradeState
from apps.workloads.models import App, Operation


class Upgrade(models.Model):
    """One template's apps to one version, a few first, then the others some at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=UpgradeState, default=UpgradeState.RUNNING)
    canary = models.PositiveIntegerField(default=1)  # this many first; the others once all of these are done
    wait_after_canary = models.BooleanField(default=False)  # pause then, for a person to look
    parallel = models.PositiveIntegerField(default=2)  # at most so many under way at once
    failures_max = models.PositiveIntegerField(default=1)  # it stops at so many failures
    forgiven = models.PositiveIntegerField(default=0)  # failures before somebody let it go on
    canary_seen = models.BooleanField(default=False)  # somebody let it go on after the canaries
    reason = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            # Two upgrades of one template at once would undo each other.
            models.UniqueConstraint(
                fields=["template"],
                condition=~Q(state__in=sorted(ENDED)),
                name="fleet_one_upgrade_a_template",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template.slug} {self.version.version}"


class Item(models.Model):
    """One app of an upgrade."""

    upgrade = models.ForeignKey(Upgrade, on_delete=models.CASCADE, related_name="items")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveIntegerField()  # from 1: the order
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.PENDING)
    before = models.CharField(max_length=40)  # the version that it had
    operation = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=60, blank=True)  # why it failed or was left out
    params = models.JSONField(default=dict)  # fill the code's sentence
    message = models.TextField(blank=True)  # English detail from outside, redacted
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["upgrade", "app"], name="fleet_app_once")]
