"""Apps: the list, an app's page with its tabs, and what is asked of it."""

from apps.workloads.views.acting import delete, restart, retry, start, stop
from apps.workloads.views.listing import apps, name
from apps.workloads.views.page import app_page, live
from apps.workloads.views.secrets import hidden, provide, reveal, secrets
from apps.workloads.views.tabs import access, data, log_tail, logs, releases, settings

__all__ = [
    "access",
    "app_page",
    "apps",
    "data",
    "delete",
    "hidden",
    "live",
    "log_tail",
    "logs",
    "name",
    "provide",
    "releases",
    "restart",
    "retry",
    "reveal",
    "secrets",
    "settings",
    "start",
    "stop",
]
