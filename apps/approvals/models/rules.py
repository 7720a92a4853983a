"""Automatic rules and their history."""

import uuid

from django.conf import settings
from django.db import models


class Rule(models.Model):
    """A rule as it stands. What it decides by is `terms` (apps.approvals.rules.Terms)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    place = models.PositiveIntegerField()  # the first that decides wins
    enabled = models.BooleanField(default=False)
    terms = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)  # of what it says; a decision names it
    author = models.ForeignKey(  # of this version
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)  # the row stays: decisions name it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="approvals_rule_name", condition=models.Q(deleted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """What a rule said before and says now: one row a version, never changed."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    enabled = models.BooleanField()
    terms = models.JSONField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="approvals_rule_version"),
        ]


class Judgement(models.Model):
    """What was known when a request was judged by the rules: dry runs of later rules read it."""

    request = models.OneToOneField(
        "approvals.Request", on_delete=models.CASCADE, related_name="judgement", primary_key=True
    )
    facts = models.JSONField()  # apps.approvals.rules.Facts
    at = models.DateTimeField(auto_now=True)
