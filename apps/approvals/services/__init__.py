"""Requests and verdicts. Each function is one transaction with its audit row, and calls nothing outside."""

from apps.approvals.services.again import roll_back, scale
from apps.approvals.services.asking import ask_lease, ask_project, ask_quota, ask_rights, send
from apps.approvals.services.deciding import approve, approve_in_part, reject
from apps.approvals.services.duplicating import Copy, duplicate
from apps.approvals.services.editing import edit
from apps.approvals.services.eligibility import version_of
from apps.approvals.services.replanning import foresee
from apps.approvals.services.results import Submitted, Taken
from apps.approvals.services.submitting import submit, submit_change
from apps.approvals.services.taking_over import take_over
from apps.approvals.services.talking import (
    answer,
    comment,
    expire,
    request_changes,
    take,
    withdraw,
    withdraw_orphans,
)

__all__ = [
    "Copy",
    "Submitted",
    "Taken",
    "answer",
    "approve",
    "approve_in_part",
    "ask_lease",
    "ask_project",
    "ask_quota",
    "ask_rights",
    "comment",
    "duplicate",
    "edit",
    "expire",
    "foresee",
    "reject",
    "request_changes",
    "roll_back",
    "scale",
    "send",
    "submit",
    "submit_change",
    "take",
    "take_over",
    "version_of",
    "withdraw",
    "withdraw_orphans",
]
