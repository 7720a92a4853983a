"""Making projects, and who is in them. A project always has an owner who has signed in."""

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts import services as accounts
from apps.accounts.models import Person
from apps.audit import services as audit
from apps.projects.enums import ProjectKind, Role
from apps.projects.models import Membership, Project
from apps.projects.permissions import require
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, Refused
from kernel.names import is_slug

_LETTERS = "abcdefghijkmnpqrstuvwxyz"  # no l or o: read aloud and typed without doubt
_DRAWS = 20
_NAME_MAX = 100


@transaction.atomic
def create_personal(*, actor: Actor, person: Person) -> Project:
    """Make the person's own project, once: a repeat returns it.

    Its short name is `perso-` and four letters drawn by chance. It becomes part of the names in Nomad, Consul
    and Vault, which every tenant's task may read, so nothing of the person's login may be in it (design 8.3).
    """
    Person.objects.select_for_update(no_key=True).get(id=person.id)
    found = Project.objects.filter(personal_of=person).first()
    if found is not None:
        return found
    project = _personal(person)
    Membership.objects.create(project=project, person=person, role=Role.OWNER)
    _record(actor, "project.created", project, after={"kind": project.kind, "slug": project.slug})
    return project


def _personal(person: Person) -> Project:
    """Draw a short name until one is free: a clash is one in 331,776 for each project there is."""
    for _ in range(_DRAWS):
        slug = "perso-" + "".join(secrets.choice(_LETTERS) for _ in range(4))
        try:
            with transaction.atomic():
                return Project.objects.create(
                    slug=slug, name=person.label[:_NAME_MAX], kind=ProjectKind.PERSONAL, personal_of=person
                )
        except IntegrityError:
            continue
    raise Conflict("project.slug_taken")


@transaction.atomic
def create_shared(*, actor: Actor, slug: str, name: str, owner: Person, description: str = "") -> Project:
    """Make a shared project with its first owner; raises Refused naming `slug` or `name`."""
    if not is_slug(slug):
        raise Refused("project.slug", field="slug")
    if not 1 <= len(name.strip()) <= _NAME_MAX:
        raise Refused("project.name", field="name")
    try:
        with transaction.atomic():
            project = Project.objects.create(
                slug=slug, name=name.strip(), description=description, kind=ProjectKind.SHARED
            )
    except IntegrityError as error:
        raise Refused("project.slug_taken", field="slug") from error
    Membership.objects.create(project=project, person=owner, role=Role.OWNER)
    after = {"kind": project.kind, "slug": slug, "owner": owner.label}
    _record(actor, "project.created", project, after=after)
    return project


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

    Raises Missing or Forbidden where `person` may not, Refused naming `email` or `role`.
    """
    project = _locked(person, project)
    who = member or accounts.find_or_invite(email=email)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                project=project, person=who, role=_role(role), ends_on=ends_on
            )
    except IntegrityError as error:
        raise Refused("project.already_member", field="email") from error
    _record(actor, "member.added", project, after={"member": who.label, "role": role}, member=who)
    return membership


@transaction.atomic
def change_role(
    *, actor: Actor, person: Person, project: Project, membership_id: UUID, role: str
) -> Membership:
    """Give a member another role; raises Refused `project.last_owner` where nobody would own the project."""
    project = _locked(person, project)
    membership = _membership(project, membership_id)
    before, membership.role = membership.role, _role(role)
    membership.save(update_fields=["role"])
    _require_owner(project)
    _record(
        actor,
        "member.role_changed",
        project,
        before={"member": membership.person.label, "role": before},
        after={"member": membership.person.label, "role": role},
        member=membership.person,
    )
    return membership


@transaction.atomic
def remove_member(
    *, actor: Actor, person: Person, project: Project, membership_id: UUID, reason: str = ""
) -> None:
    """Remove a member; anybody may leave. Raises Refused `project.last_owner`, Missing, Forbidden."""
    membership = _membership(project, membership_id)
    leaves = membership.person_id == person.id
    project = _locked(person, project, action="view" if leaves else "members")
    membership.delete()
    _require_owner(project)
    before = {"member": membership.person.label, "role": membership.role}
    _record(actor, "member.removed", project, before=before, member=membership.person, reason=reason)


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
        after = {"member": person.label, "role": membership.role}
        _record(actor, "member.bound", membership.project, after=after, member=person)
    return moved


def _locked(person: Person, project: Project, action: str = "members") -> Project:
    """The project, locked against other changes of its members, if the person may."""
    locked = Project.objects.select_for_update(no_key=True).filter(id=project.id).first()
    if locked is None:
        raise Missing
    require(person, locked, action)
    if locked.kind == ProjectKind.PERSONAL:
        raise Forbidden("project.personal")
    return locked


def _membership(project: Project, membership_id: UUID) -> Membership:
    found = Membership.objects.select_related("person").filter(project=project, id=membership_id).first()
    if found is None:
        raise Missing("project.not_member")
    return found


def _role(role: str) -> str:
    if role not in Role.values:
        raise Refused("project.role", field="role")
    return role


def _require_owner(project: Project) -> None:
    """Somebody who has signed in, and whose membership has no end, must own it."""
    lasting = Membership.objects.filter(project=project, role=Role.OWNER, ends_on__isnull=True)
    if not lasting.exclude(person__subject="").exists():
        raise Refused("project.last_owner", field="role")


def _record(
    actor: Actor,
    verb: str,
    project: Project,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    member: Person | None = None,
    reason: str = "",
) -> None:
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
