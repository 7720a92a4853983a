"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """Where a request stands (design 3). `applying` and on are read from its operation, not stored."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    PARTIALLY_APPROVED = "partially_approved", _("Approved in part")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class RequestKind(models.TextChoices):
    """What is asked."""

    APP = "app", _("New app")
    CHANGE = "change", _("Change of an app")
    QUOTA = "quota", _("Quota")


class Verdict(models.TextChoices):
    """What was decided."""

    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
