"""Projects where they meet their quota and their apps: opened with one, put away when nothing runs."""

from django.conf import settings
from django.db import transaction

from apps.accounts.models import Person
from apps.projects import services as projects
from apps.projects.models import Project
from apps.quotas import services as quotas
from apps.workloads.enums import Desired
from apps.workloads.models import App
from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.units import Amounts

#: wanted so, an app runs, or may do so without anybody's asking again
_LIVELY = (Desired.REQUESTED, Desired.PRESENT, Desired.ASLEEP)
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
    lively = App.objects.filter(project=project, gone_at__isnull=True, desired__in=_LIVELY).order_by("name")
    names = list(lively.values_list("name", flat=True)[:_NAMED_MAX])
    if names:
        raise Conflict("project.apps_run", names=", ".join(names))
    return archived
