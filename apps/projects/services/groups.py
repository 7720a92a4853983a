"""Memberships that Keycloak's groups give: taken over at each sign-in, and where a mapping changes.

A membership that was given by hand is the owners' word: a group neither raises, lowers nor ends it. What a
group gave ends with the group, but never leaves a project without an owner: then it stays, and the
administrators are told.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.notices import services as notices
from apps.projects.enums import ProjectKind, Role, highest
from apps.projects.models import GroupMapping, Membership, Project
from apps.projects.services.support import hold, known_role, owned_by_others, record
from kernel.actors import Actor, system
from kernel.errors import Forbidden, Missing, Refused

_PATH_MAX = 300
Wanted = tuple[str, str]  # role, path


@transaction.atomic
def map_group(*, actor: Actor, person: Person, path: str, project: Project, role: str) -> GroupMapping:
    """Let a group, by its exact full path, give a role; who is known to be in it has it at once.

    Raises Forbidden for anybody but an admin, and Refused naming `path`, `project` or `role`.
    """
    _require_admin(person)
    path = path.strip()
    if not path.startswith("/") or path.endswith("/") or "//" in path or len(path) > _PATH_MAX:
        raise Refused("group.path", field="path")
    if project.kind == ProjectKind.PERSONAL or project.archived_at is not None:
        raise Refused("group.project", field="project")
    try:
        with transaction.atomic():
            mapping = GroupMapping.objects.create(path=path, project=project, role=known_role(role))
    except IntegrityError as error:
        raise Refused("group.twice", field="path") from error
    record(actor, "group.mapped", project, after={"path": path, "role": role})
    _follow_all(Person.objects.filter(groups__contains=[path], is_active=True), project)
    return mapping


@transaction.atomic
def unmap_group(*, actor: Actor, person: Person, mapping_id: UUID) -> None:
    """Let it give nothing any more; what it gave ends at once. Raises Forbidden, Missing."""
    _require_admin(person)
    mapping = GroupMapping.objects.select_related("project").filter(id=mapping_id).first()
    if mapping is None:
        raise Missing
    project, path = mapping.project, mapping.path
    mapping.delete()
    record(actor, "group.unmapped", project, before={"path": path, "role": mapping.role})
    _follow_all(Person.objects.filter(memberships__project=project, memberships__group=path), project)


def _follow_all(people: "QuerySet[Person]", project: Project) -> None:
    for person in people.order_by("id"):
        _follow(person, project, wanted_by(person).get(project.id))


def _require_admin(person: Person) -> None:
    if not person.is_admin:
        raise Forbidden


@transaction.atomic
def follow_groups(*, person: Person) -> None:
    """Bring the memberships that groups give to what the person's groups say now. Repeatable."""
    wanted = wanted_by(person)
    given = Membership.objects.filter(person=person).exclude(group="")
    concerned = {*wanted, *given.values_list("project_id", flat=True)}
    for project in Project.objects.filter(id__in=concerned).order_by("id"):
        _follow(person, project, wanted.get(project.id))


def wanted_by(person: Person) -> dict[UUID, Wanted]:
    """The role, and the group that gives it, in each project: the highest of several."""
    found: dict[UUID, Wanted] = {}
    mapped = GroupMapping.objects.filter(path__in=person.groups, project__archived_at=None)
    for each in mapped.order_by("path"):
        role, _path = found.get(each.project_id, ("", ""))
        if highest(role, each.role) != role:
            found[each.project_id] = (each.role, each.path)
    return found


def _follow(person: Person, project: Project, wanted: Wanted | None) -> None:
    """One person in one project, which is locked meanwhile."""
    project = hold(project)
    membership = Membership.objects.filter(project=project, person=person).first()
    over = membership is not None and membership.ends_on is not None and _is_over(membership)
    if membership is None or over:
        if wanted is not None:
            _give(person, project, membership, wanted)
    elif membership.group and wanted is None:
        _take(person, project, membership)
    elif membership.group and wanted is not None and wanted != (membership.role, membership.group):
        _change(person, project, membership, wanted)


def _is_over(membership: Membership) -> bool:
    return membership.ends_on is not None and membership.ends_on < timezone.localdate()


def _give(person: Person, project: Project, ended: Membership | None, wanted: Wanted) -> None:
    membership = ended or Membership(project=project, person=person)
    membership.role, membership.group = wanted
    membership.ends_on = None
    membership.save()
    after = {"member": person.label, "role": membership.role, "group": membership.group}
    record(_actor(), "member.added", project, after=after, member=person)


def _take(person: Person, project: Project, membership: Membership) -> None:
    if _last_owner(project, membership):
        _tell_admins(person, project)
        return
    before = {"member": person.label, "role": membership.role, "group": membership.group}
    membership.delete()
    record(_actor(), "member.removed", project, before=before, member=person)


def _change(person: Person, project: Project, membership: Membership, wanted: Wanted) -> None:
    before = {"role": membership.role, "group": membership.group}
    role, path = wanted
    if membership.role != role and _last_owner(project, membership):
        _tell_admins(person, project)
        return
    membership.role, membership.group = role, path
    membership.save(update_fields=["role", "group"])
    after = {"role": role, "group": path}
    record(_actor(), "member.role_changed", project, before=before, after=after, member=person)


def _last_owner(project: Project, membership: Membership) -> bool:
    return membership.role == Role.OWNER and not owned_by_others(project, without=membership)


def _tell_admins(person: Person, project: Project) -> None:
    notices.notify(
        kind="project.last_owner",
        recipients=accounts.admins().values_list("id", flat=True),
        params={"project": project.name, "person": person.label},
        path=f"/projects/{project.slug}/members/",
        once=f"last-owner:{project.id}:{person.id}",
    )


def _actor() -> Actor:
    return system("groups of the account service")
