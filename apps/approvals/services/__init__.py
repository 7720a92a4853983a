"""Requests and verdicts. Each function is one transaction with its audit row, and calls nothing outside."""

from apps.approvals.services.asking import ask_project, ask_quota, ask_rights, send
from apps.approvals.services.deciding import approve, approve_in_part, reject
from apps.approvals.services.editing import edit
from apps.approvals.services.results import Submitted
from apps.approvals.services.submitting import submit, submit_change
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
    "Submitted",
    "answer",
    "approve",
    "approve_in_part",
    "ask_project",
    "ask_quota",
    "ask_rights",
    "comment",
    "edit",
    "expire",
    "reject",
    "request_changes",
    "send",
    "submit",
    "submit_change",
    "take",
    "withdraw",
    "withdraw_orphans",
]
