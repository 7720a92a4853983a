"""Who runs which version, and how upgrades of many apps stand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from apps.accounts.models import Person
from apps.catalogue.models import Template, TemplateVersion
from apps.fleet.enums import ENDED, ItemState
from apps.fleet.models import Item, Upgrade
from apps.workloads.enums import Desired
from apps.workloads.models import App
from kernel.errors import Forbidden, Missing


@dataclass(frozen=True)
class Runs:
    """One version of a template, and how many apps have it."""

    version: TemplateVersion
    apps: int
    projects: int
    current: bool
    deprecated_on: date | None


@dataclass(frozen=True)
class Holding:
    """One template with the versions that anybody runs or that are current."""

    template: Template
    versions: tuple[Runs, ...]

    @property
    def apps(self) -> int:
        """All its apps."""
        return sum(each.apps for each in self.versions)

    @property
    def behind(self) -> int:
        """Those that have another version than the current one."""
        return sum(each.apps for each in self.versions if not each.current)


def require_reader(person: Person) -> None:
    """Raise Forbidden for who does not read the whole lab."""
    if not person.reads_all:
        raise Forbidden("forbidden", action="fleet")


def require_admin(person: Person) -> None:
    """Raise Forbidden for who is no administrator."""
    if not person.is_admin:
        raise Forbidden("forbidden", action="fleet")


def standing() -> QuerySet[App]:
    """Apps that have a release and are not gone."""
    return App.objects.filter(gone_at=None, release__isnull=False).exclude(
        desired__in=[Desired.REQUESTED, Desired.ABSENT]
    )


def holdings(person: Person) -> list[Holding]:
    """All templates with who runs what, in four queries. Raises Forbidden."""
    require_reader(person)
    counts = {
        row["release__template_version"]: row
        for row in standing()
        .values("release__template_version")
        .annotate(apps=Count("id"), projects=Count("project", distinct=True))
    }
    versions = TemplateVersion.objects.defer("manifest").select_related("template")
    wanted = Q(id__in=counts) | Q(id__in=Template.objects.filter(withdrawn_at=None).values("current"))
    found: dict[UUID, list[Runs]] = {}
    for version in versions.filter(wanted).order_by("-loaded_at"):
        row = counts.get(version.id, {"apps": 0, "projects": 0})
        current = version.template.current_id == version.id
        runs = Runs(version, row["apps"], row["projects"], current, version.deprecated_on)
        found.setdefault(version.template_id, []).append(runs)
    templates = Template.objects.filter(id__in=found).order_by("slug")
    return [Holding(template, tuple(found[template.id])) for template in templates]


def targets(template: Template) -> list[TemplateVersion]:
    """The versions that apps can be brought to: newest first, none that is deprecated."""
    versions = template.versions.filter(deprecated_on=None).defer("manifest")
    return list(versions.order_by("-loaded_at"))


def get_template(person: Person, slug: str) -> Template:
    """A template by its slug. Raises Forbidden, Missing."""
    require_reader(person)
    found = Template.objects.select_related("current").filter(slug=slug, withdrawn_at=None).first()
    if found is None:
        raise Missing
    return found


def candidates(
    template: Template, version: TemplateVersion, *, project: UUID | None = None, before: str = ""
) -> QuerySet[App]:
    """Apps of a template that have another version, by project and name; filtered by project and version."""
    apps = standing().filter(template=template).exclude(release__template_version=version)
    if project is not None:
        apps = apps.filter(project_id=project)
    if before:
        apps = apps.filter(release__template_version__version=before)
    return apps.select_related(
        "project", "observation", "template", "release__template_version", "requester"
    ).order_by("project__slug", "name", "id")


def upgrades(person: Person) -> QuerySet[Upgrade]:
    """All of them, newest first, with how many apps are how far. Raises Forbidden."""
    require_reader(person)
    counts = {
        f"{state.value}_count": Count("items", filter=Q(items__state=state.value)) for state in ItemState
    }
    rows = Upgrade.objects.select_related("template", "version").defer("version__manifest")
    return rows.annotate(total=Count("items"), **counts).order_by("-created_at", "id")


def get(person: Person, upgrade_id: UUID) -> Upgrade:
    """One of them. Raises Forbidden, Missing."""
    found = upgrades(person).filter(id=upgrade_id).first()
    if found is None:
        raise Missing
    return found


def items(upgrade: Upgrade) -> QuerySet[Item]:
    """Its apps in their order."""
    return upgrade.items.select_related("app__project", "app__observation", "operation").order_by("place")


def under_way(template: Template) -> Upgrade | None:
    """The upgrade of this template that has not ended."""
    return Upgrade.objects.filter(template=template).exclude(state__in=ENDED).first()


def chosen(ids: Collection[UUID]) -> QuerySet[App]:
    """These apps, as far as they stand."""
    return (
        standing()
        .filter(id__in=ids)
        .select_related("project", "observation", "template", "release__template_version", "requester")
    )
