"""Sizes, states and reasons as a person reads them."""

import re
from collections.abc import Mapping

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext, ngettext

from apps.volumes.models import Restore, Schedule, Snapshot, Stray, Use
from apps.volumes.reasons import why

register = template.Library()
#: state -> icon and colour; its word is the state's own
LOOKS: Mapping[str, tuple[str, str]] = {
    "pending": ("hourglass", "grey"),
    "waiting": ("hourglass", "grey"),
    "taking": ("loader-2", "blue"),
    "stopping": ("arrow-down", "blue"),
    "working": ("loader-2", "blue"),
    "ready": ("check", "green"),
    "done": ("check", "green"),
    "failed": ("x", "red"),
    "deleting": ("trash", "grey"),
    "deleted": ("minus", "grey"),
}


@register.filter
def look_icon(state: str) -> str:
    """The icon of a state."""
    return LOOKS.get(state, ("question-mark", "grey"))[0]


@register.filter
def look_colour(state: str) -> str:
    """The colour of a state."""
    return LOOKS.get(state, ("question-mark", "grey"))[1]


@register.filter
def reason(row: Snapshot | Restore | Use) -> str:
    """Why it came to nothing."""
    return why(row.reason, getattr(row, "facts", None))


@register.filter
def missed(schedule: Schedule) -> str:
    """Why the last one of a schedule did not come about."""
    return why(schedule.missed)


@register.filter
def bytes_read(size: int | None) -> str:
    """A size in bytes, as a person reads it, in the units of the other sizes: Django's English says KB."""
    return "" if size is None else re.sub(r"([KMGTP])B$", r"\1iB", filesizeformat(size))


@register.filter
def bar(percent: int | None) -> int:
    """How wide the bar is: a full one is full."""
    return min(100, percent or 0)


@register.filter
def stray_inside(stray: Stray) -> str:
    """What is known of the content of a volume of nobody, and what becomes of it."""
    if stray.volume is None:
        return gettext("Not looked into: the portal leaves it alone.")
    if stray.reason:
        return gettext("It could not be looked into: it is tried again every day.")
    if stray.files is None:
        return gettext("It is looked into, and deleted where it holds nothing.")
    told = {"n": stray.files, "size": bytes_read(stray.used_bytes)}
    return ngettext("%(n)s file, %(size)s", "%(n)s files, %(size)s", stray.files) % told
