"""Notices, how people want them by mail, and the outbox: what must leave the portal after a commit."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models

from apps.notices.enums import ByMail, Group

MAIL, LETTER = "mail", "letter"  # to a person; to an address that is nobody's yet
TRIES_MAX = 12  # of one mail: over about four hours


class Notice(models.Model):
    """Something that a person is told. Its words are made when it is read, in the reader's language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    path = models.CharField(max_length=500)  # of the portal: where the one button leads
    once = models.CharField(max_length=200, blank=True)  # the second notice of this key is not written
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "once"], name="notices_notice_once", condition=~models.Q(once="")
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at", "id"], name="notices_notice_list"),
            models.Index(
                fields=["person"], name="notices_notice_unread", condition=models.Q(read_at__isnull=True)
            ),
        ]


class Preference(models.Model):
    """How one group of kinds comes by mail to one person; without a row: at once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=20, choices=Group)
    by_mail = models.CharField(max_length=10, choices=ByMail)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="notices_preference_group"),
        ]


class DigestHour(models.Model):
    """When somebody's daily mail leaves, in the lab's time zone; without a row: at the lab's hour."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    hour = models.PositiveSmallIntegerField(validators=[MaxValueValidator(23)])


class Outbox(models.Model):
    """A message written with the change it tells of; sent after the commit, again until it was taken.

    A sender takes rows by lease: `batch` is drawn once, when rows are first taken together, and stays. So a
    mail that a crash sends twice carries one Message-ID (docs/decisions/0032).
    """

    kind = models.CharField(max_length=40)  # mail, letter, webhook
    payload = models.JSONField()
    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, null=True, related_name="outbox")
    together = models.BooleanField(default=False)  # with the person's others: a digest
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    batch = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="notices_outbox_due", condition=models.Q(sent_at__isnull=True)
            ),
            models.Index(
                fields=["batch"], name="notices_outbox_batch", condition=models.Q(batch__isnull=False)
            ),
        ]
