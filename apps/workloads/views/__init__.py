"""Apps: the list, an app's page with its tabs, and what is asked of it."""

from apps.workloads.views.acting import delete, purge, restart, retry, sleep, start, stop, undo
from apps.workloads.views.copies import abort, promote, scale
from apps.workloads.views.handing import accept, decline, handover, withdraw
from apps.workloads.views.help import reason, reasons
from apps.workloads.views.listing import apps, name
from apps.workloads.views.page import app_page, live, story
from apps.workloads.views.releases import release, release_plan, releases, rollback
from apps.workloads.views.secrets import hidden, provide, reveal, rotate, secrets
from apps.workloads.views.settings import duplicate, offer, readdress, rename, settings
from apps.workloads.views.tabs import access, data, logs

__all__ = [
    "abort",
    "accept",
    "access",
    "app_page",
    "apps",
    "data",
    "decline",
    "delete",
    "duplicate",
    "handover",
    "hidden",
    "live",
    "logs",
    "name",
    "offer",
    "promote",
    "provide",
    "purge",
    "readdress",
    "reason",
    "reasons",
    "release",
    "release_plan",
    "releases",
    "rename",
    "restart",
    "retry",
    "reveal",
    "rollback",
    "rotate",
    "scale",
    "secrets",
    "settings",
    "sleep",
    "start",
    "stop",
    "story",
    "undo",
    "withdraw",
]
