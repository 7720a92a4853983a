"""Reading projects: everything that shows one begins with visible_to()."""

import hashlib
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.projects.enums import RANK, Role
from apps.projects.models import Departure, GroupMapping, Invitation, Membership, Project
from apps.projects.permissions import current, role_of
from kernel.errors import Missing

__all__ = [
    "acquaintances",
    "by_slug",
    "departure",
    "departures",
    "get",
    "get_by_slug",
    "invitation",
    "invitations_of",
    "is_invited",
    "joined",
    "mappings",
    "members_of",
    "owned_alone",
    "personal_of",
    "role_of",
    "roles",
    "suggested",
    "visible_to",
    "waiting_invitations",
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


def acquaintances(person: Person) -> "QuerySet[Person]":
    """People whom the person shares a project with now; for those who read all, everybody."""
    if person.reads_all:
        return Person.objects.all()
    shared = Membership.objects.filter(current(timezone.localdate()), project__in=joined(person))
    return Person.objects.filter(id__in=shared.values("person_id"))


def waiting_invitations(project: Project) -> "QuerySet[Invitation]":
    """Those that were neither answered nor taken back, expired ones too, the newest first."""
    still = Invitation.objects.filter(project=project, accepted_at=None, declined_at=None, revoked_at=None)
    return still.select_related("person", "inviter").order_by("-created_at", "id")


def invitations_of(person: Person) -> "QuerySet[Invitation]":
    """Those that wait for this person's answer, the oldest first."""
    mine = Q(person=person)
    if person.email_verified and person.email:
        mine |= Q(person=None, email=person.email.lower())
    still = Invitation.objects.filter(mine, accepted_at=None, declined_at=None, revoked_at=None)
    still = still.filter(expires_at__gt=timezone.now(), project__archived_at=None)
    return still.select_related("project", "inviter").order_by("created_at", "id")


def is_invited(person: Person, invitation: Invitation) -> bool:
    """Whether the invitation is this person's: by their id, else by their verified e-mail address."""
    if invitation.person_id is not None:
        return invitation.person_id == person.id
    return person.email_verified and person.email.lower() == invitation.email


def invitation(person: Person, key: str) -> Invitation:
    """An invitation by the secret of its link, or by its id, answered ones too.

    Raises Missing where there is none, or it is somebody else's: the two cannot be told apart.
    """
    by_secret = Q(digest=hashlib.sha256(key.encode()).hexdigest())
    try:
        which = by_secret | Q(id=UUID(key))
    except ValueError:
        which = by_secret
    found = Invitation.objects.filter(which).select_related("project", "inviter").first()
    if found is None or not is_invited(person, found):
        raise Missing("invitation.unknown")
    return found


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
        near = Q(id__in=acquaintances(person).values("id"))
        found = found.filter(near | Q(email__iexact=words) | Q(login__iexact=words))
    there = Membership.objects.filter(project=project).values("person_id")
    return list(found.exclude(id__in=there)[:_SUGGESTED_MAX])


def mappings() -> "QuerySet[GroupMapping]":
    """Which groups give which roles, by path."""
    return GroupMapping.objects.select_related("project").order_by("path", "project__name", "id")


def departures() -> "QuerySet[Departure]":
    """People who have left and whose things wait for somebody, the oldest first."""
    return Departure.objects.filter(closed_at=None).select_related("person").order_by("opened_at", "id")


def departure(departure_id: UUID) -> Departure:
    """One of them, closed ones too; raises Missing."""
    found = Departure.objects.select_related("person").filter(id=departure_id).first()
    if found is None:
        raise Missing
    return found


def owned_alone(person: Person) -> "QuerySet[Project]":
    """Standing shared projects that nobody owns for good but this person, by name."""
    owners = Membership.objects.filter(project=OuterRef("id"), role=Role.OWNER, ends_on=None)
    able = owners.filter(person__is_active=True).exclude(Q(person=person) | Q(person__subject=""))
    mine = Project.objects.filter(
        archived_at=None, personal_of=None, memberships__person=person, memberships__role=Role.OWNER
    )
    return mine.exclude(Exists(able)).order_by("name", "id")


def _one(found: "QuerySet[Project]") -> Project:
    project = found.first()
    if project is None:
        raise Missing
    return project
