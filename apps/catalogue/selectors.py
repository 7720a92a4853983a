"""What the catalogue offers, and what its templates mean for an app."""

from functools import lru_cache
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet

from apps.accounts.models import Person
from apps.catalogue.composing import (
    GivenFile,
    MadeFile,
    Pieces,
    Surroundings,
    choose_runtime,
    compose,
    made_files,
    resources_of,
)
from apps.catalogue.manifests.build import build
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.models import LoadError, Template, TemplateVersion
from kernel.errors import Missing, Refused

__all__ = [
    "GivenFile",
    "MadeFile",
    "Manifest",
    "Pieces",
    "Surroundings",
    "available",
    "choose_runtime",
    "compose",
    "errors",
    "get_version",
    "made_files",
    "manifest",
    "offered",
    "resources_of",
]


def offered(person: Person | AnonymousUser) -> QuerySet[Template]:  # noqa: ARG001 - every template is for all members until access rules come
    """The templates that a member may ask for, with their current version, by slug."""
    templates = Template.objects.filter(withdrawn_at=None, current__isnull=False)
    return templates.select_related("current").order_by("slug")


def get_version(slug: str, version: str | None = None) -> TemplateVersion:
    """A version of an offered template; the current one by default. Raises Missing."""
    found = TemplateVersion.objects.select_related("template").filter(
        template__slug=slug, template__withdrawn_at=None
    )
    row = found.filter(**({"version": version} if version else {"id": F("template__current_id")})).first()
    if row is None:
        raise Missing("template.missing", slug=slug, version=version or "")
    return row


def manifest(version: TemplateVersion) -> Manifest:
    """What the version says. A version never changes, so each is built once in a process."""
    return _built(version.id, version.digest)


@lru_cache(maxsize=256)
def _built(version_id: UUID, _digest: str) -> Manifest:
    return build(TemplateVersion.objects.values_list("manifest", flat=True).get(id=version_id))


def available(found: Manifest, allowed_drivers: tuple[str, ...]) -> bool:
    """Whether this cluster can run the template at all."""
    try:
        choose_runtime(found, allowed_drivers)
    except Refused:
        return False
    return True


def errors() -> QuerySet[LoadError]:
    """What the last load refused: file, field, reason."""
    return LoadError.objects.order_by("folder", "file", "field")
