"""Changing apps. Each function is one transaction with its audit row, and calls nothing outside."""

from apps.workloads.services import canaries
from apps.workloads.services.addressing import free_former, readdress, rename
from apps.workloads.services.declare import declare
from apps.workloads.services.draft import correct, draft_app, drop_request, hold, new_app
from apps.workloads.services.handing import expire_offers, offer, withdraw
from apps.workloads.services.naming import Availability, name_available
from apps.workloads.services.operations import cancel, cancel_open, open_operation
from apps.workloads.services.planning import (
    Plan,
    check_policy,
    draft_job,
    draft_release,
    draft_spec,
    keep_files,
    plan,
)
from apps.workloads.services.projects import archive_project, open_project, settle_departure
from apps.workloads.services.receiving import (
    await_decision,
    decline,
    offered,
    receivable,
    refuse,
    take_over,
    takes,
)
from apps.workloads.services.removing import delete, end_retentions, purge, undo
from apps.workloads.services.rollouts import ROLLING, Rollout, beside, charge, read_rollout
from apps.workloads.services.upgrading import Carried, carried, plan_upgrade, upgrade
from apps.workloads.services.verbs import restart, retry, sleep, start, stop
from apps.workloads.services.wake import look_now, wake

__all__ = [
    "ROLLING",
    "Availability",
    "Carried",
    "Plan",
    "Rollout",
    "archive_project",
    "await_decision",
    "beside",
    "canaries",
    "cancel",
    "cancel_open",
    "carried",
    "charge",
    "check_policy",
    "correct",
    "declare",
    "decline",
    "delete",
    "draft_app",
    "draft_job",
    "draft_release",
    "draft_spec",
    "drop_request",
    "end_retentions",
    "expire_offers",
    "free_former",
    "hold",
    "keep_files",
    "look_now",
    "name_available",
    "new_app",
    "offer",
    "offered",
    "open_operation",
    "open_project",
    "plan",
    "plan_upgrade",
    "purge",
    "read_rollout",
    "readdress",
    "receivable",
    "refuse",
    "rename",
    "restart",
    "retry",
    "settle_departure",
    "sleep",
    "start",
    "stop",
    "take_over",
    "takes",
    "undo",
    "upgrade",
    "wake",
    "withdraw",
]
