"""What every change of a project shares: the lock, the right, the last owner, the audit."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.projects.enums import ProjectKind, Role
from apps.projects.models import Membership, Project
from apps.projects.permissions import require
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, Refused


def locked(person: Person, project: Project, action: str, *, shared: bool = True) -> Project:
    """The project, locked against other changes of it and its members, if the person may.

    Raises Missing or Forbidden; `shared` also for somebody's personal project.
    """
    found = hold(project)
    require(person, found, action)
    if shared and found.kind == ProjectKind.PERSONAL:
        raise Forbidden("project.personal")
    return found


def hold(project: Project) -> Project:
    """The project, locked, whoever asks: for loops and use cases that have asked already. Raises Missing."""
    found = Project.objects.select_for_update(no_key=True).filter(id=project.id).first()
    if found is None:
        raise Missing
    return found


def require_standing(*project_ids: UUID) -> None:
    """Raise Conflict `project.archived` where one of them was put away, and let none be until the commit.

    Shared locks: whoever begins something in a project waits for who puts it away, and not for each other.
    """
    with connection.cursor() as cursor:
        for project_id in sorted(project_ids):
            cursor.execute("SELECT archived_at FROM projects_project WHERE id = %s FOR SHARE", [project_id])
            row = cursor.fetchone()
            if row is None:
                raise Missing
            if row[0] is not None:
                raise Conflict("project.archived")


def membership_of(project: Project, membership_id: UUID) -> Membership:
    """A membership of this project; raises Missing."""
    found = Membership.objects.select_related("person").filter(project=project, id=membership_id).first()
    if found is None:
        raise Missing("project.not_member")
    return found


def known_role(role: str) -> str:
    """The role; raises Refused naming `role`."""
    if role not in Role.values:
        raise Refused("project.role", field="role")
    return role


def day_to_come(ends_on: date | None) -> date | None:
    """The day, which counts as the last one; raises Refused naming `ends_on` for one that is over."""
    if ends_on is not None and ends_on < timezone.localdate():
        raise Refused("project.ends_in_past", field="ends_on")
    return ends_on


def owned_by_others(project: Project, without: Membership | None = None) -> bool:
    """Whether somebody owns it who has signed in, may still do so, and whose membership has no end."""
    lasting = Membership.objects.filter(project=project, role=Role.OWNER, ends_on__isnull=True)
    if without is not None:
        lasting = lasting.exclude(id=without.id)
    return lasting.filter(person__is_active=True).exclude(person__subject="").exists()


def require_owner(project: Project, field: str = "role") -> None:
    """Raise Refused `project.last_owner` where nobody who can act would own the project."""
    if not owned_by_others(project):
        raise Refused("project.last_owner", field=field)


def record(
    actor: Actor,
    verb: str,
    project: Project,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    member: Person | None = None,
    reason: str = "",
) -> None:
    """Write an audit event about a project, or about a member of it."""
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="person" if member else "project",
        target_id=member.id if member else project.id,
        target_label=member.label if member else project.name,
        project_id=project.id,
        reason=reason,
        before=before,
        after=after,
    )
