"""Asking for an app or a change, following a request, deciding."""

from apps.approvals.views.asking import preview, request_app
from apps.approvals.views.changing import change_app, preview_change
from apps.approvals.views.deciding import approve, decisions, reject
from apps.approvals.views.duty import absences, assign, end_absence
from apps.approvals.views.mine import mine, show, withdraw
from apps.approvals.views.rules import delete_rule, edit_rule, enable_rule, move_rule, new_rule, rules

__all__ = [
    "absences",
    "approve",
    "assign",
    "change_app",
    "decisions",
    "delete_rule",
    "edit_rule",
    "enable_rule",
    "end_absence",
    "mine",
    "move_rule",
    "new_rule",
    "preview",
    "preview_change",
    "reject",
    "request_app",
    "rules",
    "show",
    "withdraw",
]
