"""Words of this room. States of a lease are apps.workloads.enums.LeaseState."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Move(models.TextChoices):
    """What moves a lease: the clock, a person, or the clock put right. Words of leases.transitions."""

    EXPIRE = "expire", _("Its end comes near")
    GRACE = "grace", _("Its end has come; it still runs")
    SLEEP = "sleep", _("Put to sleep")
    ARCHIVE = "archive", _("Archived")
    PURGE = "purge", _("Removed for good")
    RENEW = "renew", _("Renewed")
    RECALL = "recall", _("Its end is far again")


class Way(models.TextChoices):
    """How a lease was renewed."""

    LINK = "link", _("by the link in a mail")
    PORTAL = "portal", _("on its page or by a program")
    DECISION = "decision", _("by a decision")
    ALWAYS_ON = "always_on", _("by being always on, or no more")
