"""Projects where they meet quota and apps: opened with the one, put away or handed on without the others."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.accounts.models import Person
from apps.projects import services as projects
from apps.projects.models import Project
from apps.projects.selectors import departure
from apps.quotas import services as quotas
from apps.workloads.enums import Desired
from apps.workloads.models import App
from apps.workloads.transitions import LIVELY
from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.units import Amounts

_NAMED_MAX = 20


@transaction.atomic
def open_project(*, actor: Actor, slug: str, name: str, owner: Person, description: str = "") -> Project:
    """Make a shared project with the lab's default quota. Who may is the caller's question.

    Raises Refused naming `slug`, `name` or `description`.
    """
    project = projects.create_shared(actor=actor, slug=slug, name=name, owner=owner, description=description)
    quotas.open_ledger(project=project, limits=Amounts.of(settings.DEFAULT_QUOTA))
    return project


@transaction.atomic
def archive_project(*, actor: Actor, person: Person, project: Project, reason: str = "") -> Project:
    """Put a project away, once nothing of it runs: stopping is asked for app by app, never a side effect.

    Raises Missing, Forbidden, and Conflict `project.apps_run` with the names of what must be stopped.
    """
    archived = projects.archive(actor=actor, person=person, project=project, reason=reason)
    lively = App.objects.filter(
        project=project, gone_at__isnull=True, desired__in=LIVELY | {Desired.REQUESTED}
    ).order_by("name")
    names = list(lively.values_list("name", flat=True)[:_NAMED_MAX])
    if names:
        raise Conflict("project.apps_run", names=", ".join(names))
    return archived


@transaction.atomic
def settle_departure(*, actor: Actor, person: Person, departure_id: UUID, reason: str = "") -> None:
    """Close a departure once nothing is left that somebody must go on with.

    Raises Forbidden, Missing, and Conflict naming projects without another owner, or apps that still stand.
    """
    projects.settle(actor=actor, person=person, departure_id=departure_id, reason=reason)
    leaver = departure(departure_id).person
    standing = App.objects.filter(project__personal_of=leaver, gone_at__isnull=True).order_by("name")
    names = list(standing.values_list("name", flat=True)[:_NAMED_MAX])
    if names:
        raise Conflict("departure.apps_stand", names=", ".join(names))
