"""The state of a request: word, icon and colour."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from apps.approvals import selectors
from apps.approvals.models import Request
from apps.workloads.explain import Look

register = template.Library()
_STATE = "state of a request"
_WAITS = Look(pgettext_lazy(_STATE, "Waiting"), "hourglass", "grey")


def _look(word: Promise, icon: str, colour: str) -> Look:
    return Look(word, icon, colour)


LOOKS: Mapping[str, Look] = {
    "draft": _look(pgettext_lazy(_STATE, "Draft"), "pencil", "grey"),
    "submitted": _WAITS,
    "in_review": _look(pgettext_lazy(_STATE, "In review"), "eye", "blue"),
    "changes_requested": _look(pgettext_lazy(_STATE, "Changes requested"), "message", "amber"),
    "approved": _look(pgettext_lazy(_STATE, "Approved"), "check", "green"),
    "partially_approved": _look(pgettext_lazy(_STATE, "Approved in part"), "check", "green"),
    "rejected": _look(pgettext_lazy(_STATE, "Rejected"), "x", "red"),
    "withdrawn": _look(pgettext_lazy(_STATE, "Withdrawn"), "arrow-back-up", "grey"),
    "expired": _look(pgettext_lazy(_STATE, "Expired"), "clock", "grey"),
    "applying": _look(pgettext_lazy(_STATE, "Being made"), "loader-2", "blue"),
    "applied": _look(pgettext_lazy(_STATE, "Done"), "circle-check", "green"),
    "apply_failed": _look(pgettext_lazy(_STATE, "Approved, but failed"), "alert-triangle", "red"),
}


@register.inclusion_tag("components/state.html")
def request_state(request: Request, size: str = "") -> dict[str, Any]:
    """Show where a request stands."""
    name = selectors.progress(request)
    return {"look": LOOKS.get(name, _WAITS), "name": name, "size": size}
