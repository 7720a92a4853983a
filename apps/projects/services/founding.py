"""Making projects, saying what they are, putting them away and bringing them back."""

import secrets
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.notices import services as notices
from apps.projects.enums import ProjectKind, Role
from apps.projects.models import Membership, Project
from apps.projects.services.support import hold, locked, record
from kernel.actors import Actor
from kernel.errors import Conflict, Refused
from kernel.names import is_slug

_LETTERS = "abcdefghijkmnpqrstuvwxyz"  # no l or o: read aloud and typed without doubt
_DRAWS = 20
_NAME_MAX = 100
_DESCRIPTION_MAX = 2000
_LEAP_DAY = (2, 29)


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
    record(actor, "project.created", project, after={"kind": project.kind, "slug": project.slug})
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
    """Make a shared project with its first owner, to be reviewed in a year.

    Who may is the caller's question (permissions.may_create), and its quota is opened beside it. Raises
    Refused naming `slug`, `name` or `description`.
    """
    if not is_slug(slug):
        raise Refused("project.slug", field="slug")
    named, told = _name(name), _description(description)
    try:
        with transaction.atomic():
            project = Project.objects.create(
                slug=slug,
                name=named,
                description=told,
                kind=ProjectKind.SHARED,
                review_due_on=in_a_year(timezone.localdate()),
            )
    except IntegrityError as error:
        raise Refused("project.slug_taken", field="slug") from error
    Membership.objects.create(project=project, person=owner, role=Role.OWNER)
    after = {"kind": project.kind, "slug": slug, "owner": owner.label}
    record(actor, "project.created", project, after=after)
    return project


@transaction.atomic
def change_project(
    *,
    actor: Actor,
    person: Person,
    project: Project,
    name: str | None = None,
    description: str | None = None,
) -> Project:
    """Rename or describe it; what is None stays. Raises Missing, Forbidden, Refused naming the field."""
    project = locked(person, project, "manage", shared=False)
    before = {"name": project.name, "description": project.description}
    project.name = project.name if name is None else _name(name)
    project.description = project.description if description is None else _description(description)
    after = {"name": project.name, "description": project.description}
    if before != after:
        project.save(update_fields=["name", "description"])
        record(actor, "project.changed", project, before=before, after=after)
    return project


@transaction.atomic
def archive(*, actor: Actor, person: Person, project: Project, reason: str = "") -> Project:
    """Put a shared project away: it is looked at, and nothing more. A repeat changes nothing.

    That nothing of it runs is the caller's question (workloads.services.archive_project).
    """
    project = hold(project)
    if project.archived_at is not None:
        return locked(person, project, "restore")
    project = locked(person, project, "manage")
    project.archived_at = timezone.now()
    project.save(update_fields=["archived_at"])
    record(actor, "project.archived", project, reason=reason.strip())
    _tell_members(project, by=person)
    return project


def _tell_members(project: Project, by: Person) -> None:
    others = Membership.objects.filter(project=project).exclude(person=by).values_list("person_id", flat=True)
    notices.notify(
        kind="project.archived",
        recipients=others,
        params={"project": project.name, "by": by.label},
        path=f"/projects/{project.slug}/",
    )


@transaction.atomic
def restore(*, actor: Actor, person: Person, project: Project, reason: str = "") -> Project:
    """Bring an archived project back. A repeat changes nothing. Raises Missing, Forbidden."""
    project = hold(project)
    if project.archived_at is None:
        return locked(person, project, "manage")
    project = locked(person, project, "restore")
    project.archived_at = None
    project.save(update_fields=["archived_at"])
    record(actor, "project.restored", project, reason=reason.strip())
    return project


def in_a_year(day: date) -> date:
    """The same day of the next year; the 28th for a leap day."""
    if (day.month, day.day) == _LEAP_DAY:
        day = day.replace(day=28)
    return day.replace(year=day.year + 1)


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= _NAME_MAX:
        raise Refused("project.name", field="name")
    return name.strip()


def _description(description: str) -> str:
    if len(description.strip()) > _DESCRIPTION_MAX:
        raise Refused("project.description", field="description", limit=_DESCRIPTION_MAX)
    return description.strip()
