"""Asking for an app or a change, following a request, deciding."""

from apps.approvals.views.asking import preview, request_app
from apps.approvals.views.changing import change_app, preview_change
from apps.approvals.views.deciding import approve, decisions, reject
from apps.approvals.views.mine import mine, show, withdraw

__all__ = [
    "approve",
    "change_app",
    "decisions",
    "mine",
    "preview",
    "preview_change",
    "reject",
    "request_app",
    "show",
    "withdraw",
]
