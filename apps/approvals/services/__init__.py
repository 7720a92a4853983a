"""Requests and verdicts. Each function is one transaction with its audit row, and calls nothing outside."""

from apps.approvals.services.deciding import approve, reject, withdraw, withdraw_orphans
from apps.approvals.services.results import Submitted
from apps.approvals.services.submitting import submit, submit_change

__all__ = ["Submitted", "approve", "reject", "submit", "submit_change", "withdraw", "withdraw_orphans"]
