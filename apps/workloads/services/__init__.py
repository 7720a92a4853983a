"""Changing apps. Each function is one transaction with its audit row, and calls nothing outside."""

from apps.workloads.services.declare import declare
from apps.workloads.services.draft import draft_app, drop_request, hold, new_app
from apps.workloads.services.naming import Availability, name_available
from apps.workloads.services.operations import cancel, cancel_open, open_operation
from apps.workloads.services.planning import Plan, check_policy, draft_job, keep_files, plan
from apps.workloads.services.projects import archive_project, open_project, settle_departure
from apps.workloads.services.verbs import delete, restart, retry, start, stop
from apps.workloads.services.wake import look_now, wake

__all__ = [
    "Availability",
    "Plan",
    "archive_project",
    "cancel",
    "cancel_open",
    "check_policy",
    "declare",
    "delete",
    "draft_app",
    "draft_job",
    "drop_request",
    "hold",
    "keep_files",
    "look_now",
    "name_available",
    "new_app",
    "open_operation",
    "open_project",
    "plan",
    "restart",
    "retry",
    "settle_departure",
    "start",
    "stop",
    "wake",
]
