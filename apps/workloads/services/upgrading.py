"""One app to another version of its template, by itself: as an admin does for many apps at once.

A member's own upgrade is a change like others (approvals.submit_change), which shows all of it before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.projects import permissions
from apps.quotas import services as quotas
from apps.workloads.models import App, Operation, Release
from apps.workloads.services.access import locked
from apps.workloads.services.declare import declare
from apps.workloads.services.planning import Plan, keep_files, plan
from apps.workloads.services.rollouts import ROLLING, Rollout
from kernel.actors import Actor
from kernel.errors import Conflict, Missing, Refused
from kernel.units import Amounts


@dataclass(frozen=True)
class Carried:
    """What a release's answers are worth in another version."""

    parameters: Mapping[str, Any]
    uploads: Mapping[str, UUID]
    vanished: tuple[str, ...]  #: answers that the version does not ask for: they go


def carried(release: Release, version: TemplateVersion) -> Carried:
    """The answers that the version still asks for, and the names of those that it does not."""
    files = {each["parameter"]: UUID(each["upload"]) for each in release.files if each["parameter"]}
    gone = catalogue.vanished(catalogue.manifest(version), [*release.parameters, *files])
    return Carried(
        {name: value for name, value in release.parameters.items() if name not in gone},
        {name: upload for name, upload in files.items() if name not in gone},
        gone,
    )


def plan_upgrade(
    *, person: Person, app: App, version: str, rollout: Rollout = ROLLING
) -> tuple[Plan, Carried]:
    """What an upgrade would come to, nothing kept. Raises Conflict, Missing, Refused and RefusedMany."""
    if app.release is None or app.gone_at is not None:
        raise Conflict("app.not_now", verb="upgrade", desired=app.desired)
    chosen = catalogue.get_version(app.template.slug, version)
    if chosen.id == app.release.template_version_id:
        raise Refused("version.same", field="version", version=version)
    kept = carried(app.release, chosen)
    planned = plan(
        person=app.requester or person,  # answers that name the member stay of the one who asked for it
        project=app.project,
        app=app,
        template_version=chosen,
        parameters=kept.parameters,
        resources=app.release.resources,
        uploads=kept.uploads,
        rollout=rollout,
    )
    return planned, kept


def upgrade(
    *,
    actor: Actor,
    person: Person,
    app_id: UUID,
    version: str,
    reason: str = "",
    rollout: Rollout = ROLLING,
    if_generation: int | None = None,
) -> Operation:
    """Make the release that has another version and the same answers; those that vanished are dropped.

    For who may deploy in the app's project, admins among them; no decider is asked, the quota is.
    Raises Missing, Forbidden, Conflict, QuotaExceeded, and Refused or RefusedMany naming what does not fit
    the version: then the app is left as it was.
    """
    app = (
        App.objects.select_related("project", "template", "requester", "release__template_version")
        .filter(id=app_id)
        .first()
    )
    if app is None:
        raise Missing
    permissions.require(person, app.project, "deploy")
    planned, _ = plan_upgrade(person=person, app=app, version=version, rollout=rollout)
    planned = keep_files(planned, person=person, project=app.project)
    held = app.generation if if_generation is None else if_generation
    return _upgrade(actor, app, planned, reason, held)


@transaction.atomic
def _upgrade(actor: Actor, app: App, planned: Plan, reason: str, generation: int) -> Operation:
    app = locked(actor=actor, app_id=app.id, action="deploy", if_generation=generation)
    operation = declare(
        app=app,
        actor=actor,
        parameters=planned.parameters,
        resources=vars(planned.resources),
        files=planned.files,
        template_version=planned.template_version,
        driver=planned.driver,
        reason=reason,
        rollout=planned.rollout,
    )
    amounts = Amounts.of(planned.amounts())
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=amounts)
    return operation
