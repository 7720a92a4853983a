"""Reading requests."""

from apps.approvals.selectors.requests import WAITING, get, progress, visible_to, waiting

__all__ = ["WAITING", "get", "progress", "visible_to", "waiting"]
