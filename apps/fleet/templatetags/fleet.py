"""How an upgrade and its apps are shown."""

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.base.messages import SENTENCES, sentence
from apps.base.templatetags.pages import icon
from apps.fleet.models import Item
from apps.workloads import selectors as workloads
from kernel.errors import PaillasseError

register = template.Library()
_LOOKS = {
    "pending": ("hourglass", "grey"),
    "running": ("refresh", "blue"),
    "paused": ("hourglass", "amber"),
    "stopped": ("x", "red"),
    "cancelled": ("minus", "grey"),
    "done": ("circle-check", "green"),
    "failed": ("x", "red"),
    "skipped": ("minus", "grey"),
}
_PARTS: dict[str, Promise] = {
    "image": _("the image"),
    "program": _("the program"),
    "settings": _("settings"),
    "secrets": _("secrets"),
    "resources": _("resources"),
    "files": _("files"),
    "address": _("address and check"),
    "volumes": _("volumes"),
    "other": _("other parts of the job"),
}


@register.simple_tag
def fleet_state(value: str, label: str) -> SafeString:
    """Show a state: word, icon and colour together."""
    name, colour = _LOOKS.get(value, ("circle", "grey"))
    return format_html('<span class="state c-{}">{}{}</span>', colour, icon(name), label)


@register.filter
def part_words(names: tuple[str, ...]) -> str:
    """What becomes another, in words."""
    return ", ".join(str(_PARTS.get(name, name)) for name in names)


@register.filter
def told(error: PaillasseError) -> str:
    """An error's sentence."""
    return sentence(error)


@register.filter
def why(item: Item) -> str:
    """Say why an app failed or was left out; empty where there is no reason."""
    if item.code in SENTENCES:
        return sentence(PaillasseError(item.code, **item.params))
    return workloads.reason(item.code, item.params)
