"""Reading projects: everything that shows one begins with visible_to()."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, QuerySet, When
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.projects.permissions import current, role_of
from kernel.errors import Missing

__all__ = [
    "by_slug",
    "get",
    "get_by_slug",
    "joined",
    "members_of",
    "personal_of",
    "role_of",
    "roles",
    "visible_to",
]
RANK = (Role.OWNER, Role.DEVELOPER, Role.VIEWER)


def visible_to(person: Person | AnonymousUser) -> "QuerySet[Project]":
    """The projects that the person may know of: those they are in; all for admins and auditors."""
    if not person.is_authenticated or not person.is_active:
        return Project.objects.none()
    if person.reads_all:
        return Project.objects.all()
    mine = Membership.objects.filter(current(timezone.localdate()), person=person)
    return Project.objects.filter(id__in=mine.values("project_id"))


def joined(person: Person) -> "QuerySet[Project]":
    """The projects that the person is a member of, by name: what an admin sees beyond them is left out."""
    mine = Membership.objects.filter(current(timezone.localdate()), person=person)
    return Project.objects.filter(id__in=mine.values("project_id"), archived_at=None).order_by("name", "id")


def get(person: Person | AnonymousUser, project_id: UUID) -> Project:
    """One project; raises Missing where it is not there or not theirs."""
    return _one(visible_to(person).filter(id=project_id))


def get_by_slug(person: Person | AnonymousUser, slug: str) -> Project:
    """The same, by its short name."""
    return _one(visible_to(person).filter(slug=slug))


def by_slug(slug: str) -> Project | None:
    """One project by its short name, whoever asks: for commands."""
    return Project.objects.filter(slug=slug).first()


def personal_of(person: Person) -> Project | None:
    """The person's own project; none before their first sign-in."""
    return Project.objects.filter(personal_of=person).first()


def members_of(project: Project) -> "QuerySet[Membership]":
    """Its members, owners first, ended ones left out."""
    members = Membership.objects.filter(current(timezone.localdate()), project=project)
    rank = Case(*(When(role=role, then=place) for place, role in enumerate(RANK)), default=len(RANK))
    return members.select_related("person").order_by(rank, "created_at", "id")


def roles(person: Person) -> dict[UUID, str]:
    """The person's role in each of their projects, in one query: for lists."""
    mine = Membership.objects.filter(current(timezone.localdate()), person=person)
    return dict(mine.values_list("project_id", "role"))


def _one(found: "QuerySet[Project]") -> Project:
    project = found.first()
    if project is None:
        raise Missing
    return project
