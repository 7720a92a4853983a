"""What the catalogue offers, and what its templates mean for an app."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.accounts.models import Person
from apps.catalogue.composing import (
    GivenFile,
    LabDatabase,
    MadeFile,
    Pieces,
    Surroundings,
    choose_runtime,
    compose,
    made_files,
    require_database,
    resources_of,
)
from apps.catalogue.differences import Change, compare, vanished
from apps.catalogue.manifests.build import build
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.models import LoadError, Template, TemplateVersion
from kernel.errors import Missing, Refused

__all__ = [
    "Change",
    "GivenFile",
    "MadeFile",
    "Manifest",
    "Pieces",
    "Surroundings",
    "available",
    "choose_runtime",
    "compare",
    "compose",
    "errors",
    "get_version",
    "lab_database",
    "made_files",
    "manifest",
    "offered",
    "refusal",
    "require_database",
    "require_offered",
    "resources_of",
    "vanished",
]


def offered(person: Person | AnonymousUser) -> QuerySet[Template]:  # noqa: ARG001 - every template is for all members until access rules come
    """The templates that a member may ask for, with their current version, by slug."""
    templates = Template.objects.filter(withdrawn_at=None, current__isnull=False)
    return templates.select_related("current").order_by("slug")


def get_version(slug: str, version: str | None = None) -> TemplateVersion:
    """A version of an offered template; the current one by default. Raises Missing.

    Its manifest stays where it is: it is long, and `manifest` has read it once.
    """
    found = TemplateVersion.objects.select_related("template").defer("manifest", "template__icon")
    found = found.filter(template__slug=slug, template__withdrawn_at=None)
    row = found.filter(**({"version": version} if version else {"id": F("template__current_id")})).first()
    if row is None:
        raise Missing("template.missing", slug=slug, version=version or "")
    return row


def require_offered(version: TemplateVersion) -> None:
    """Raise Refused where the day is over up to which new apps could be made from the version."""
    last = version.deprecated_on
    if last is not None and last < timezone.localdate():
        raise Refused("template.deprecated", field="version", version=version.version, day=last.isoformat())


def manifest(version: TemplateVersion) -> Manifest:
    """What the version says. A version never changes, so each is built once in a process."""
    return _built(version.id, version.digest)


@lru_cache(maxsize=256)
def _built(version_id: UUID, _digest: str) -> Manifest:
    return build(TemplateVersion.objects.values_list("manifest", flat=True).get(id=version_id))


def refusal(found: Manifest, allowed_drivers: tuple[str, ...]) -> Refused | None:
    """Why nobody here can have the template, whatever they answer; None where it can be had."""
    try:
        choose_runtime(found, allowed_drivers)
        require_database(found, lab_database())
    except Refused as error:
        return error
    return None


def available(found: Manifest, allowed_drivers: tuple[str, ...]) -> bool:
    """Whether this cluster can run the template at all."""
    return refusal(found, allowed_drivers) is None


def lab_database() -> LabDatabase:
    """What this lab offers to templates with `database`."""
    roles = tuple(settings.VAULT_DATABASE_ROLES) if settings.VAULT_DATABASE_MOUNT else ()
    return LabDatabase(roles, settings.DATABASE_HOST, str(settings.DATABASE_PORT), settings.DATABASE_NAME)


def errors() -> QuerySet[LoadError]:
    """What the last load refused: file, field, reason."""
    return LoadError.objects.order_by("folder", "file", "field")
