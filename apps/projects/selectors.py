"""Reading projects: everything that shows one begins with visible_to()."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.projects.enums import RANK
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
    "suggested",
    "visible_to",
]
_WORD_MIN = 3  # letters, so that one cannot leaf through everybody
_SUGGESTED_MAX = 8


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


def suggested(person: Person, project: Project, words: str) -> list[Person]:
    """People whom the person may mean to add to the project, by name, login or e-mail: at most eight.

    Strangers are not enumerable: one finds by a part those whom one shares a project with, and anybody else
    only by their whole verified e-mail address or login. Who reads all finds all. Two queries at most.
    """
    words = words.strip()[:100]
    if len(words) < _WORD_MIN:
        return []
    found = accounts.find(words).filter(is_active=True, email_verified=True).exclude(subject="")
    if not person.reads_all:
        shared = Membership.objects.filter(current(timezone.localdate()), project__in=joined(person))
        near = Q(id__in=shared.values("person_id"))
        found = found.filter(near | Q(email__iexact=words) | Q(login__iexact=words))
    there = Membership.objects.filter(project=project).values("person_id")
    return list(found.exclude(id__in=there)[:_SUGGESTED_MAX])


def _one(found: "QuerySet[Project]") -> Project:
    project = found.first()
    if project is None:
        raise Missing
    return project
