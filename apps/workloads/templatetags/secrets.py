"""Secrets in templates: a value by name, and those that members give."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from apps.base.templatetags.pages import texts
from apps.catalogue import selectors as catalogue
from apps.catalogue.manifests.model import SecretRule
from apps.workloads.models import Release

register = template.Library()


@register.filter
def value_of(values: Mapping[str, str] | None, name: str) -> str:
    """The value of that name while values are shown; else nothing."""
    return (values or {}).get(name, "")


@register.filter
def secrets_set(release: Release) -> str:
    """The secrets that were given or drawn with a release, as its template calls them."""
    manifest = catalogue.manifest(release.template_version)
    labels = {each.name: texts(each.label) for each in manifest.secrets}
    return ", ".join(labels.get(name, name) for name in release.secrets)


@register.filter
def generated(names: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that the portal draws."""
    return [each for each in names if each["source"] == "generated"]


@register.filter
def asked_of_members(secrets: Iterable[SecretRule]) -> bool:
    """Whether a template asks a member for one of its secrets."""
    return any(each.source == "member" for each in secrets)


@register.filter
def from_members(names: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that the template asks of a member."""
    return [each for each in names if each["source"] == "member"]
