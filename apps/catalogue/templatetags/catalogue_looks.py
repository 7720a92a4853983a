"""Icon, kind and usual size of a template of the catalogue."""

from collections.abc import Mapping

from django import template
from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from apps.base.templatetags.pages import icon
from apps.catalogue import selectors
from apps.catalogue.manifests.model import Size
from apps.catalogue.models import Template

register = template.Library()
KINDS: Mapping[str, tuple[Promise, str]] = {
    "web": (_("Website"), "world"),
    "data": (_("Data"), "database"),
    "notebook": (_("Notebook"), "notebook"),
    "service": (_("Service"), "server"),
}


@register.simple_tag
def template_icon(found: Template) -> SafeString:
    """Draw the template's own icon, else that of its kind."""
    if found.icon:
        return mark_safe(found.icon)  # noqa: S308 - manifests.icons wrote it anew from a list of what may be drawn
    return kind_icon(found.kind)


@register.simple_tag
def kind_icon(kind: str) -> SafeString:
    """Draw the icon of a kind."""
    return icon(KINDS.get(kind, KINDS["service"])[1], "icon-small")


@register.filter
def kind_word(kind: str) -> str:
    """Say a kind in the reader's language."""
    return str(KINDS.get(kind, KINDS["service"])[0])


@register.filter
def runs_here(found: Template) -> bool:
    """Whether this cluster can run it at all."""
    drivers = tuple(settings.ALLOWED_DRIVERS)
    return found.current is not None and selectors.available(selectors.manifest(found.current), drivers)


@register.filter
def default_size(found: Template) -> Size | None:
    """What an app of it takes when nobody chooses."""
    if found.current is None:
        return None
    sizing = selectors.manifest(found.current).sizing
    return sizing.sizes.get(sizing.default)
