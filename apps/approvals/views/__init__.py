"""Asking for an app or a change, following a request, deciding."""

from apps.approvals.views.asking import preview, request_app
from apps.approvals.views.changing import change_app, plan_change, preview_change
from apps.approvals.views.deciding import approve, approve_in_part, decisions, reject, request_changes
from apps.approvals.views.duty import absences, assign, end_absence
from apps.approvals.views.mine import mine, show, withdraw
from apps.approvals.views.reanswering import preview_edit
from apps.approvals.views.rules import delete_rule, edit_rule, enable_rule, move_rule, new_rule, rules
from apps.approvals.views.talking import answer, attachment, comment, send, take
from apps.approvals.views.wishing import ask_lease, ask_project, ask_quota, ask_rights, edit, preview_quota

__all__ = [
    "absences",
    "answer",
    "approve",
    "approve_in_part",
    "ask_lease",
    "ask_project",
    "ask_quota",
    "ask_rights",
    "assign",
    "attachment",
    "change_app",
    "comment",
    "decisions",
    "delete_rule",
    "edit",
    "edit_rule",
    "enable_rule",
    "end_absence",
    "mine",
    "move_rule",
    "new_rule",
    "plan_change",
    "preview",
    "preview_change",
    "preview_edit",
    "preview_quota",
    "reject",
    "request_app",
    "request_changes",
    "rules",
    "send",
    "show",
    "take",
    "withdraw",
]
