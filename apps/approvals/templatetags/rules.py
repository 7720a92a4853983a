"""Rules in words, whom a request was given to, and how long decisions usually take."""

import math
from collections.abc import Mapping
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.enums import RequestKind
from apps.approvals.models import Request
from apps.approvals.rules import KINDS, Terms, WhyNot
from apps.approvals.selectors import duty as selectors
from apps.approvals.selectors import rules as ruling
from apps.approvals.selectors.usual import usual
from apps.approvals.transitions import WAITING
from apps.base.messages import NAMES
from apps.base.templatetags.pages import amount
from kernel.errors import Missing

register = template.Library()
_HOUR, _DAY = 3600, 86_400  # seconds

WHY_NOT: Mapping[str, Promise] = {
    "disabled": _("it is out of force"),
    "group": _("the requester is in none of its groups"),
    "project": _("it is for other projects"),
    "project_kind": _("it is for another kind of project"),
    "kind": _("it is for other kinds of request"),
    "template": _("it is for other templates"),
    "template_decides": _("the template wants a decision, and the rule does not name it"),
    "asked": _("more is asked than it allows"),
    "limit": _("a limit would rise further than it allows"),
    "lift": _("it does not lift this limit"),
    "lease": _("it gives no app a longer life"),
    "days": _("more days are asked than it gives"),
    "ceiling": _("it goes beyond what the lab has for it at all"),
}


@register.filter
def why_not(code: str) -> str:
    """A reason why a rule does not decide."""
    return str(WHY_NOT.get(code, code))


@register.filter
def why_exactly(reason: WhyNot) -> str:
    """The same with its figures, where there are some."""
    said = why_not(reason.code)
    if reason.code == "days":
        figures = gettext("%(figure)s, not %(most)s") % {"figure": reason.figure, "most": reason.most}
        return f"{said} ({figures})"
    if not reason.dimension or reason.code == "ceiling":
        return said
    figures = gettext("%(what)s: %(figure)s, not %(most)s") % {
        "what": NAMES[reason.dimension],
        "figure": amount(reason.figure, reason.dimension),
        "most": amount(reason.most, reason.dimension),
    }
    return f"{said} ({figures})"


@register.filter
def request_kind(kind: str) -> str:
    """A kind of request in words."""
    return str(RequestKind(kind).label)


@register.filter
def terms(kept: Mapping[str, Any]) -> Terms:
    """What a row keeps, to be read by a page."""
    return Terms.of(kept)


@register.simple_tag
def usually_within() -> str:
    """How long a decision usually takes, as a person says it; empty where too few were made to know."""
    seconds = usual().median_s
    if seconds is None:
        return ""
    if seconds < _DAY:
        n = max(1, math.ceil(seconds / _HOUR))
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    n = math.ceil(seconds / _DAY)
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}


@register.filter
def escalated(request: Request) -> bool:
    """Whether all admins were told that it waits too long."""
    row = getattr(request, "duty", None)
    return bool(
        row and row.escalated_at and row.escalated_at >= request.state_since and request.state in WAITING
    )


@register.inclusion_tag("approvals/duty.html", takes_context=True)
def duty(context: RequestContext, request: Request) -> dict[str, Any]:
    """Who has a waiting request, and the control to give it on."""
    assignee = selectors.assigned_to(request)
    people = list(selectors.candidates(request))
    who = next((each for each in people if each.id == assignee), None)
    acting = selectors.acting(assignee, selectors.deputies()) if assignee else None
    return {
        "asked": request,
        "people": people,
        "who": who,
        "deputy": next((each for each in people if each.id == acting and acting != assignee), None),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("approvals/ruled.html")
def ruled(request: Request) -> dict[str, Any]:
    """What the rules say of a waiting request now, and why none decides; nothing of kinds without rules."""
    try:
        return {"choice": ruling.choice(request) if request.kind in KINDS else None}
    except Missing:  # a project that has no quota yet
        return {"choice": None}
