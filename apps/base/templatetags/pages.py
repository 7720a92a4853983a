"""Icons, amounts with their units, times, texts in the reader's language."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

register = template.Library()
SPRITE = "vendor/tabler-icons.svg"
_GIB = 1024  # MiB
_GHZ = 1000  # MHz
_GROUPED_FROM = 10_000
_AGO = ((86_400, "day"), (3_600, "hour"), (60, "minute"))  # seconds


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; it is always beside a word, so that nobody needs to see it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static(SPRITE),
        name,
    )


@register.simple_tag
def colon() -> str:
    """Write the colon after what it explains: French sets a space before it."""
    return pgettext("after what it explains", ":")


@register.filter
def texts(value: Mapping[str, str] | None) -> str:
    """The text in the reader's language, else in English."""
    if not value:
        return ""
    return value.get((get_language() or "en")[:2]) or value.get("en", "")


@register.filter
def amount(value: float, dimension: str) -> str:
    """Write an amount with its unit, as a person reads it: 1.5 GiB, 500 MHz, 3."""
    number = int(value)
    if dimension in {"memory_mib", "storage_mib"}:
        return mib(number)
    if dimension == "cpu_mhz":
        return mhz(number)
    return _number(number)


@register.filter
def mib(value: int) -> str:
    """Mebibytes, from 1 GiB on as gibibytes."""
    if abs(value) >= _GIB:
        return gettext("%(n)s GiB") % {"n": _number(value / _GIB, 2)}
    return gettext("%(n)s MiB") % {"n": _number(value)}


@register.filter
def mhz(value: int) -> str:
    """Megahertz, from 1 GHz on as gigahertz."""
    if abs(value) >= _GHZ:
        return gettext("%(n)s GHz") % {"n": _number(value / _GHZ, 2)}
    return gettext("%(n)s MHz") % {"n": _number(value)}


def _number(value: float, decimals: int = 1) -> str:
    """At most so many decimals, none where they are nought: 3.95 of 4 GHz are not all of them."""
    rounded = round(value, decimals)
    whole = int(rounded) if rounded == int(rounded) else rounded
    return formats.number_format(whole, use_l10n=True, force_grouping=abs(value) >= _GROUPED_FROM)


@register.simple_tag
def ago(at: datetime | None) -> SafeString:
    """How long ago, exact time on hover; a script keeps it true while the page is open."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        at.isoformat(),
        formats.date_format(timezone.localtime(at), "DATETIME_FORMAT"),
        _since((timezone.now() - at).total_seconds()),
    )


def _since(seconds: float) -> str:
    for size, unit in _AGO:
        if seconds >= size:
            n = int(seconds // size)
            return {
                "day": ngettext("%(n)d day ago", "%(n)d days ago", n),
                "hour": ngettext("%(n)d hour ago", "%(n)d hours ago", n),
                "minute": ngettext("%(n)d minute ago", "%(n)d minutes ago", n),
            }[unit] % {"n": n}
    n = max(0, int(seconds))
    return ngettext("%(n)d second ago", "%(n)d seconds ago", n) % {"n": n}


@register.filter
def paragraphs(text: str) -> SafeString:
    """A text whose blank lines part paragraphs; its line ends mean nothing, as in Markdown."""
    parts = (" ".join(each.split()) for each in re.split(r"\n\s*\n", text))
    return format_html_join("", "<p>{}</p>", ((each,) for each in parts if each))


@register.filter
def initials(name: str) -> str:
    """Two letters that stand for a person."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's input with its class, and with help and error tied to it for screen readers."""
    kind = getattr(field.field.widget, "input_type", "")
    css = {"checkbox": "", "radio": ""}.get(kind, "form-select" if kind == "select" else "form-control")
    described = [f"{field.auto_id}-help"] if field.help_text else []
    described += [f"{field.auto_id}-error"] if field.errors else []
    attrs: dict[str, Any] = {"class": f"{css} {field.field.widget.attrs.get('class', '')}".strip()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.filter
def kind_of(field: BoundField) -> str:
    """`checkbox`, `radio`, `file`, `select`, or another input type: how the field is laid out."""
    return str(getattr(field.field.widget, "input_type", ""))
