"""Declaring what is wanted: a release, and the app present."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.projects import services as projects
from apps.workloads.enums import Desired, OperationKind, OperationState
from apps.workloads.models import App, Operation, Release
from apps.workloads.services import operations, volumes
from apps.workloads.services.access import require_lease
from apps.workloads.services.planning import files_key
from apps.workloads.services.rollouts import ROLLING, Rollout, beside
from apps.workloads.services.wake import wake
from apps.workloads.specs import build, job_digest
from apps.workloads.transitions import LIVELY, VERBS
from kernel.actors import Actor
from kernel.errors import Conflict


@transaction.atomic(savepoint=False)  # whoever calls it gives up all of it with this
def declare(
    *,
    app: App,
    actor: Actor,
    parameters: Mapping[str, Any],
    resources: Mapping[str, int],
    files: Sequence[Mapping[str, Any]],
    template_version: TemplateVersion,
    driver: str = "",
    reason: str = "",
    rollout: Rollout = ROLLING,
    operation: Operation | None = None,
    author: Actor | None = None,
) -> Operation:
    """Make the next release and want it present. The caller reserves its quota in the same transaction.

    `operation` is the one that the request opened; without it one is opened here. `author` is who asked for
    what the actor grants, a person or a rule; without it the actor is. Raises Conflict where the app is on
    its way out, Refused where the job cannot be rendered.
    """
    related = App.objects.select_related("project", "template", "release")
    app = related.select_for_update(no_key=True, of=("self",)).get(id=app.id)
    require_lease(app)
    kind = OperationKind.CREATE if app.desired == Desired.REQUESTED else OperationKind.CHANGE
    if app.desired not in VERBS[kind].sources:
        raise Conflict("app.leaving", desired=app.desired)
    asked_by = author or actor
    release = _release(app, asked_by, reason, template_version, driver, parameters, resources, files, rollout)
    if beside(app, rollout):
        app.canary_generation = app.generation + 1
    before = {"desired": app.desired, "release": app.release.number if app.release else 0}
    app.release = release
    advance(app=app, actor=actor, desired=Desired.PRESENT)
    operation = _take(operation, app, kind, actor)
    _tell(app, release, asked_by, actor)
    audit.record(
        actor=actor,
        verb="app.released",
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        reason=reason,
        before=before,
        after={
            "desired": app.desired,
            "release": release.number,
            "resources": dict(resources),
            "strategy": release.strategy,
            "restores": release.restores,
        },
    )
    return operation


def _tell(app: App, release: Release, author: Actor, granted_by: Actor) -> None:
    """The timeline's line: a new release and who granted it, or an old one that is made again."""
    if release.restores is not None:
        numbers = {"number": release.number, "restores": release.restores}
        operations.tell(app=app, code="app.restored", actor=author, **numbers)
    elif author == granted_by:
        operations.tell(app=app, code="app.released", actor=author, number=release.number)
    else:
        granted = {"number": release.number, "granted": granted_by.label}
        operations.tell(app=app, code="app.granted", actor=author, **granted)


def advance(*, app: App, actor: Actor, desired: Desired) -> None:
    """The next generation of a locked app, saved and due now.

    Raises Conflict where it would run in a project that was put away meanwhile.
    """
    if desired in LIVELY:
        projects.require_standing(app.project_id)
    app.desired, app.generation = desired, app.generation + 1
    app.desired_since, app.desired_by = timezone.now(), actor.label[:200]
    app.save()
    wake(app.id)


def _take(operation: Operation | None, app: App, kind: OperationKind, actor: Actor) -> Operation:
    """The request's operation, now of this generation, or a new one; what came before is overtaken."""
    if operation is None or operation.state != OperationState.PENDING:
        operation = operations.open_operation(app=app, kind=kind, actor=actor, generation=app.generation)
    else:
        operation.generation = app.generation
        operation.save(update_fields=("generation",))
    if kind != OperationKind.CREATE:
        operations.cancel_open(app=app, besides=operation.id)
    return operation


def _release(
    app: App,
    actor: Actor,
    reason: str,
    version: TemplateVersion,
    driver: str,
    parameters: Mapping[str, Any],
    resources: Mapping[str, int],
    files: Sequence[Mapping[str, Any]],
    rollout: Rollout,
) -> Release:
    numbers = app.releases.order_by("-number").values_list("number", flat=True)
    newest = numbers.first() or 0 if app.release else 0
    release = Release(
        app=app,
        number=newest + 1,
        template_version=version,
        parameters=dict(parameters),
        resources=dict(resources),
        files=[dict(each) for each in files],
        files_key=files_key(app, files, rollout.restores),
        driver=driver or catalogue.choose_runtime(catalogue.manifest(version), settings.ALLOWED_DRIVERS),
        strategy=rollout.strategy,
        auto_promote=rollout.auto_promote,
        restores=rollout.restores,
        author_label=actor.label[:200],
        author_id=actor.id,
        reason=reason or (f"rollback to {rollout.restores}" if rollout.restores else ""),
    )
    spec = build(app, release)
    release.job_digest = job_digest(spec)
    release.save()
    volumes.follow(app=app, number=release.number, wanted=spec.volumes)
    return release
