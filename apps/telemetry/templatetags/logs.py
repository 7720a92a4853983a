"""Allocations in words."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from apps.telemetry.live import Copy

register = template.Library()
_STATUS: dict[str, Any] = {
    "pending": _("starting"),
    "running": _("running"),
    "complete": _("ended"),
    "failed": _("failed"),
    "lost": _("machine lost"),
    "unknown": _("not reached"),
}


@register.filter
def copy_status(copy: Copy) -> str:
    """How an allocation stands, in the reader's language."""
    return str(_STATUS.get(copy.status, copy.status))
