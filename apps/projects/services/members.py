"""Who is in a project. It always has an owner who has signed in and whose membership has no end."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts import services as accounts
from apps.accounts.models import Person
from apps.notices import services as notices
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.projects.services.support import (
    day_to_come,
    known_role,
    locked,
    membership_of,
    owned_by_others,
    record,
    require_owner,
)
from kernel.actors import Actor
from kernel.errors import Refused


@dataclass(frozen=True)
class Until:
    """The last day of a membership; none: it has no end. So that leaving it as it is can be said too."""

    day: date | None


@transaction.atomic
def add_member(
    *,
    actor: Actor,
    person: Person,
    project: Project,
    email: str = "",
    member: Person | None = None,
    role: str = Role.DEVELOPER,
    ends_on: date | None = None,
) -> Membership:
    """Add somebody, by person or e-mail; who never signed in becomes a pending member (design 8.11).

    `ends_on` is the last day. Raises Missing or Forbidden where `person` may not, Refused naming `email`,
    `role` or `ends_on`.
    """
    project = locked(person, project, "members")
    who = member or accounts.find_or_invite(email=email)
    if not who.is_active:
        raise Refused("project.inactive_person", field="email")
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                project=project, person=who, role=known_role(role), ends_on=day_to_come(ends_on)
            )
    except IntegrityError as error:
        raise Refused("project.already_member", field="email") from error
    record(actor, "member.added", project, after=_told(membership), member=who)
    if who.id != person.id:
        _tell(membership, by=person)
    return membership


def _tell(membership: Membership, by: Person) -> None:
    """Tell the new member; by mail alone where they have no account here yet."""
    project, who = membership.project, membership.person
    told: dict[str, Any] = {"project": project.name, "role": membership.role, "by": by.label}
    path = f"/projects/{project.slug}/"
    kind = "member.added"
    if who.subject:
        notices.notify(kind=kind, recipients=[who.id], params=told, path=path)
        return
    language = settings.LANGUAGE_CODE
    notices.notify_address(kind=kind, email=who.email, language=language, params=told, path=path)


@transaction.atomic
def change_member(
    *,
    actor: Actor,
    person: Person,
    project: Project,
    membership_id: UUID,
    role: str | None = None,
    until: Until | None = None,
) -> Membership:
    """Give a member another role, another last day, or both; what is None stays.

    What a group gave is given by hand from then on. Raises Missing, Forbidden, Refused naming `role` or
    `ends_on`, with `project.last_owner` where nobody would own the project for good.
    """
    project = locked(person, project, "members")
    membership = membership_of(project, membership_id)
    before, owned = _told(membership), owned_by_others(project)
    if role is not None:
        membership.role = known_role(role)
    if until is not None:
        membership.ends_on = day_to_come(until.day)
    after = _told(membership)
    if before == after:
        return membership
    membership.group = ""
    membership.save(update_fields=["role", "ends_on", "group"])
    if owned:
        require_owner(project, "role" if before["role"] != after["role"] else "ends_on")
    verb = "member.role_changed" if before["role"] != after["role"] else "member.end_changed"
    record(actor, verb, project, before=before, after=after, member=membership.person)
    return membership


def change_role(
    *, actor: Actor, person: Person, project: Project, membership_id: UUID, role: str
) -> Membership:
    """Give a member another role; raises as change_member does."""
    return change_member(actor=actor, person=person, project=project, membership_id=membership_id, role=role)


@transaction.atomic
def remove_member(
    *, actor: Actor, person: Person, project: Project, membership_id: UUID, reason: str = ""
) -> None:
    """Remove a member; anybody may leave.

    Raises Missing, Forbidden, Refused `project.last_owner`, and `project.from_group` for what a group gives:
    it would be back with the next sign-in.
    """
    membership = membership_of(project, membership_id)
    leaves = membership.person_id == person.id
    project = locked(person, project, "view" if leaves else "members")
    if membership.group:
        raise Refused("project.from_group", group=membership.group)
    owned = owned_by_others(project)
    before = _told(membership)
    membership.delete()
    if owned:
        require_owner(project)
    record(actor, "member.removed", project, before=before, member=membership.person, reason=reason)


@transaction.atomic
def take_over(*, actor: Actor, pending: Person, person: Person) -> int:
    """Give the memberships of a pending member to the person it turned out to be; return how many.

    Where both are in a project, the person's own membership stays.
    """
    moved = 0
    for membership in Membership.objects.filter(person=pending).select_related("project"):
        if Membership.objects.filter(project=membership.project, person=person).exists():
            membership.delete()
            continue
        membership.person = person
        membership.save(update_fields=["person"])
        moved += 1
        record(actor, "member.bound", membership.project, after=_told(membership), member=person)
    return moved


def _told(membership: Membership) -> dict[str, Any]:
    """What the audit keeps of a membership."""
    ends = {"ends_on": membership.ends_on.isoformat()} if membership.ends_on else {}
    return {"member": membership.person.label, "role": membership.role, **ends}
