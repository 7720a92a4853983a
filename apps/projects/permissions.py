"""Who may do what in a project: one table (enums.ALLOWED), one question."""

from datetime import date

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.enums import ALLOWED, RANK, Role
from apps.projects.models import Membership, Project
from kernel.errors import Conflict, Forbidden, Missing


def role_of(person: Person | AnonymousUser, project: Project) -> str:
    """The person's role in the project; empty where they have none or it has ended."""
    if not person.is_authenticated or not person.is_active:
        return ""
    found = Membership.objects.filter(current(timezone.localdate()), project=project, person=person)
    return found.values_list("role", flat=True).first() or ""


def current(today: date) -> Q:
    """Memberships that have not ended: the last day counts."""
    return Q(ends_on__isnull=True) | Q(ends_on__gte=today)


def allowed(person: Person | AnonymousUser, project: Project, role: str | None = None) -> frozenset[str]:
    """The actions (words of enums.ALLOWED) that the person may do in the project.

    A lab admin may everything, an auditor may `view`. In an archived project nobody may more than view, and
    whoever may manage it `restore`.
    A list gives the `role` that it has read for all at once (selectors.roles); else one query finds it.
    """
    if not person.is_authenticated or not person.is_active:
        return frozenset()
    actions = ALLOWED[Role.OWNER] if person.is_admin else _of_role(person, project, role)
    if person.reads_all:
        actions |= {"view"}
    if project.archived_at is None:
        return actions
    return actions & {"view"} | ({"restore"} if "manage" in actions else frozenset())


def may_create(person: Person | AnonymousUser) -> bool:
    """Whether the person makes shared projects alone: admins do, members where the lab says so."""
    if not person.is_authenticated or not person.is_active:
        return False
    return person.is_admin or settings.PROJECT_CREATION == "members"


def can(person: Person | AnonymousUser, project: Project, action: str) -> bool:
    """Whether the person may do the action in the project."""
    return action in allowed(person, project)


def _of_role(person: Person, project: Project, role: str | None) -> frozenset[str]:
    return ALLOWED.get(role_of(person, project) if role is None else role, frozenset())


def require_reviewed(project: Project) -> None:
    """Raise Conflict `project.review_due` where the yearly review is overdue: it blocks new requests only."""
    due = project.review_due_on
    if due is not None and due < timezone.localdate():
        raise Conflict("project.review_due", project=project.name)


def require(person: Person | AnonymousUser, project: Project, action: str) -> None:
    """Raise Missing where the person may not even see the project, Forbidden where they may only see it."""
    actions = allowed(person, project)
    if "view" not in actions:
        raise Missing
    if action not in actions:
        raise Forbidden("forbidden", action=action, project=project, role=needed(action))


def needed(action: str) -> str:
    """The lowest role whose members may do the action; empty where no role is enough."""
    return next((role.value for role in reversed(RANK) if action in ALLOWED[role]), "")
