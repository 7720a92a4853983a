"""Words of this room. Observed states are orchestration.states.ObservedState."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Desired(models.TextChoices):
    """What is wanted of an app (design 3)."""

    REQUESTED = "requested", _("Requested")
    PRESENT = "present", _("Present")
    STOPPED = "stopped", _("Stopped")
    ASLEEP = "asleep", _("Asleep")
    ARCHIVED = "archived", _("Archived")
    ABSENT = "absent", _("Absent")


class Strategy(models.TextChoices):
    """How a release takes over from the one before."""

    ROLLING = "rolling", _("One copy after the other")
    CANARY = "canary", _("A copy beside the others first")


class OperationKind(models.TextChoices):
    """One asynchronous piece of work that a person or a tool can watch."""

    CREATE = "create", _("Create")
    CHANGE = "change", _("Change")
    STOP = "stop", _("Stop")
    START = "start", _("Start")
    SLEEP = "sleep", _("Put to sleep")
    RETRY = "retry", _("Retry")
    RESTART = "restart", _("Restart")
    DELETE = "delete", _("Delete")
    UNDO = "undo", _("Undo the deletion")
    PURGE = "purge", _("Remove for good")
    READDRESS = "readdress", _("Change the address")
    HANDOVER = "handover", _("Hand over")


class OperationState(models.TextChoices):
    """Where it stands."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Under way")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class LeaseState(models.TextChoices):
    """How long an app may live (design 3)."""

    ACTIVE = "active", _("Active")
    EXPIRING = "expiring", _("Expiring")
    GRACE = "grace", _("Grace")
    ASLEEP_EXPIRED = "asleep_expired", _("Asleep, expired")
    ARCHIVED = "archived", _("Archived")
    PURGED = "purged", _("Purged")


class VolumeKinds(models.TextChoices):
    """Where a volume is kept (orchestration.specs.VolumeKind)."""

    HOST = "host", _("On one machine")
    CSI = "csi", _("On the lab's storage")


class HandoverOutcome(models.TextChoices):
    """How an offer to hand an app over ended."""

    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
