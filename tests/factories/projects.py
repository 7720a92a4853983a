"""Projects and who is in them."""

from uuid import uuid4

from django.conf import settings

from apps.accounts.models import Person
from apps.projects.enums import ProjectKind, Role
from apps.projects.models import Membership, Project
from apps.quotas.services import open_ledger
from kernel.units import Amounts


def with_quota(project: Project, limits: Amounts | None = None) -> Project:
    """Open the project's ledger; the default is the lab's DEFAULT_QUOTA."""
    open_ledger(project=project, limits=limits or Amounts.of(settings.DEFAULT_QUOTA))
    return project


def member(project: Project, person: Person, role: Role = Role.DEVELOPER) -> Membership:
    """A membership."""
    return Membership.objects.create(project=project, person=person, role=role)


def personal(person: Person, limits: Amounts | None = None) -> Project:
    """The person's own project, with its ledger."""
    project = Project.objects.create(
        slug=f"perso-{uuid4().hex[:12]}z",
        name=f"Perso {person}",
        kind=ProjectKind.PERSONAL,
        personal_of=person,
    )
    member(project, person, Role.OWNER)
    return with_quota(project, limits)


def shared(slug: str, owner: Person, limits: Amounts | None = None) -> Project:
    """A shared project with one owner and its ledger."""
    project = Project.objects.create(slug=slug, name=slug.capitalize(), kind=ProjectKind.SHARED)
    member(project, owner, Role.OWNER)
    return with_quota(project, limits)
