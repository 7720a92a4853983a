"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UpgradeState(models.TextChoices):
    """Where an upgrade of many apps stands."""

    RUNNING = "running", _("Under way")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped by failures")
    CANCELLED = "cancelled", _("Cancelled")
    DONE = "done", _("Done")


class ItemState(models.TextChoices):
    """Where one app of it stands."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Left out")


#: states in which nothing more happens by itself or by a person
ENDED = frozenset({UpgradeState.CANCELLED, UpgradeState.DONE})
