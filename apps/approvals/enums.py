"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    PROJECT = "project", _("New project")
    RIGHTS = "rights", _("More rights")
    LEASE = "lease", pgettext_lazy("kind of request", "Longer life of an app")
    HANDOVER = "handover", _("App of another project")


class Verdict(models.TextChoices):
    """What was decided."""

    APPROVED = "approved", _("Approved")
    PARTIALLY_APPROVED = "partially_approved", _("Approved in part")
    REJECTED = "rejected", _("Rejected")


class Move(models.TextChoices):
    """What moves a request, or is said about it. A word of approvals.transitions and of the thread."""

    SUBMIT = "submit", _("sent the request")
    EDIT = "edit", _("changed what is asked")
    TAKE = "take", _("took it in review")
    REQUEST_CHANGES = "request_changes", _("asked for changes")
    ANSWER = "answer", _("answered and sent it again")
    COMMENT = "comment", _("wrote")
    APPROVE = "approve", _("approved")
    APPROVE_IN_PART = "approve_in_part", _("approved in part")
    REJECT = "reject", _("rejected")
    WITHDRAW = "withdraw", _("took it back")
    EXPIRE = "expire", _("closed it: it had waited too long")
