"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SnapshotState(models.TextChoices):
    """Where a snapshot stands."""

    PENDING = "pending", _("Waiting")
    TAKING = "taking", _("Being taken")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    DELETING = "deleting", _("Being deleted")
    DELETED = "deleted", _("Deleted")


class RestoreState(models.TextChoices):
    """Where a restore stands."""

    WAITING = "waiting", _("Waiting for the app")
    STOPPING = "stopping", _("Stopping the app")
    WORKING = "working", _("Being restored")
    DONE = "done", _("Restored")
    FAILED = "failed", _("Failed")


class Every(models.TextChoices):
    """How often a snapshot is taken by itself."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")


class StrayWhy(models.TextChoices):
    """Why a volume is nobody's."""

    GONE = "gone", _("Its app was removed for good.")
    BESIDE = "beside", _("Its app has no such volume.")
    UNKNOWN = "unknown", _("No app of this portal has or had this name.")
