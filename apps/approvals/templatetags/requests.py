"""The state of a request: word, icon and colour."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy

from apps.approvals import selectors
from apps.approvals.enums import RequestKind
from apps.approvals.models import Request
from apps.base.messages import NAMES
from apps.base.templatetags.pages import amount, texts
from apps.projects.enums import Role
from apps.workloads.explain import Look
from apps.workloads.templatetags.states import drawn
from kernel.units import DIMENSIONS

register = template.Library()
_NAMED = 3  # dimensions in a title
_WAITS = Look(pgettext_lazy("state of a request", "Waiting"), "hourglass", "grey")


def _look(word: Promise, icon: str, colour: str) -> Look:
    return Look(word, icon, colour)


LOOKS: Mapping[str, Look] = {
    "draft": _look(pgettext_lazy("state of a request", "Draft"), "pencil", "grey"),
    "submitted": _WAITS,
    "in_review": _look(pgettext_lazy("state of a request", "In review"), "eye", "blue"),
    "changes_requested": _look(pgettext_lazy("state of a request", "Changes requested"), "message", "amber"),
    "approved": _look(pgettext_lazy("state of a request", "Approved"), "check", "green"),
    "partially_approved": _look(pgettext_lazy("state of a request", "Approved in part"), "check", "green"),
    "rejected": _look(pgettext_lazy("state of a request", "Rejected"), "x", "red"),
    "withdrawn": _look(pgettext_lazy("state of a request", "Withdrawn"), "arrow-back-up", "grey"),
    "expired": _look(pgettext_lazy("state of a request", "Expired"), "clock", "grey"),
    "applying": _look(pgettext_lazy("state of a request", "Being made"), "loader-2", "blue"),
    "applied": _look(pgettext_lazy("state of a request", "Done"), "circle-check", "green"),
    "apply_failed": _look(
        pgettext_lazy("state of a request", "Approved, but failed"), "alert-triangle", "red"
    ),
}


@register.simple_tag
def request_state(request: Request, size: str = "") -> SafeString:
    """Show where a request stands."""
    name = selectors.progress(request)
    if name == "applied" and request.operation is None:
        name = request.state  # nothing is made for it: what was decided is all there is to say
    return drawn(LOOKS.get(name, _WAITS), name, size)


@register.filter
def title_of(request: Request) -> str:
    """What a request is about, told apart from others of the same project: an app by its name alone."""
    if request.app is not None:
        return request.app.label
    if request.kind == RequestKind.QUOTA and request.amounts:
        return gettext("Quota: %(amounts)s") % {"amounts": _limits(request)}
    return " · ".join(filter(None, (request.get_kind_display(), request.label)))


def _limits(request: Request) -> str:
    """The first limits asked for: by how much they change, or to what where nobody noted what was."""
    asked: Mapping[str, int] = request.amounts
    then: Mapping[str, int] = request.payload.get("limits_then", {})
    more = {name: asked[name] - then.get(name, 0) for name in DIMENSIONS if name in asked}
    changes = [_change(name, by) for name, by in more.items() if by] if then else []
    found = changes or [f"{NAMES[name]} {amount(asked[name], name)}" for name in more]
    return ", ".join([*found[:_NAMED], *(["…"] if len(found) > _NAMED else [])])


def _change(name: str, by: int) -> str:
    return f"{NAMES[name]} {'+' if by > 0 else '−'}{amount(abs(by), name)}"


@register.filter
def role_name(role: str) -> str:
    """The word for a role in a project."""
    return str(dict(Role.choices).get(role, role))


@register.filter
def label_of(labels: Mapping[str, Mapping[str, str]], name: str) -> str:
    """What a template calls one of its questions; else the question's name."""
    return texts(labels.get(name)) or name
