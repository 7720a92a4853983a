"""Asking for an app, or for a change of one.

What is wrong with the answers is refused before anything is written. Then one transaction holds the request
and, where the rule lets it, the decision, the reservation and the release.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind, RequestState
from apps.approvals.models import Request
from apps.approvals.selectors import rules
from apps.approvals.services import ruling, waiting
from apps.approvals.services.asking import check_length
from apps.approvals.services.deciding import decide_by_rule
from apps.approvals.services.eligibility import require_open
from apps.approvals.services.results import Submitted
from apps.approvals.services.wishes import effect_of
from apps.audit import services as audit
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.leases import services as leases
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.quotas import selectors as quotas
from apps.workloads import services as workloads
from apps.workloads.enums import OperationKind
from apps.workloads.models import App, Operation, Release
from apps.workloads.selectors import get as get_app
from apps.workloads.services.access import locked, require_lease
from apps.workloads.transitions import VERBS
from kernel.actors import Actor
from kernel.errors import CeilingReached, Conflict, QuotaExceeded, Refused, RefusedMany
from kernel.units import Amounts


def submit(
    *,
    actor: Actor,
    person: Person,
    project_id: UUID,
    template: str,
    name: str,
    parameters: Mapping[str, Any],
    version: str | None = None,
    label: str = "",
    resources: Mapping[str, Any] | None = None,
    uploads: Mapping[str, UUID] | None = None,
    reason: str = "",
    ends_on: date | None = None,
    copied: Collection[UUID] = (),
    dry_run: bool = False,
) -> Submitted:
    """Ask for an app. Within quota and the template's rule it is decided at once, else it waits (design 8.1).

    Raises Missing, Forbidden; Refused and RefusedMany naming fields; QuotaExceeded where it goes beyond the
    quota and no reason is given.
    """
    check_length(reason)
    project = projects.get(person, project_id)
    permissions.require(person, project, "deploy")
    require_open(project)
    chosen = catalogue.get_version(template, version)
    catalogue.require_offered(chosen)
    ends_on = leases.chosen_end(project=project, manifest=catalogue.manifest(chosen), ends_on=ends_on)
    app = workloads.new_app(
        person=person, project=project, template_version=chosen, name=name, label=label, ends_on=ends_on
    )
    planned = workloads.plan(
        person=person,
        project=project,
        app=app,
        template_version=chosen,
        parameters=parameters,
        resources=resources,
        uploads=uploads or {},
        copied=copied,
    )
    foreseen = foresee(RequestKind.APP, person, app, planned, reason)
    if dry_run:
        return foreseen
    planned = workloads.keep_files(planned, person=person, project=project)
    foreseen = replace(foreseen, planned=planned)
    return _submit_app(actor=actor, person=person, foreseen=foreseen, reason=reason)


def submit_change(
    *,
    actor: Actor,
    person: Person,
    app_id: UUID,
    parameters: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    uploads: Mapping[str, UUID | None] | None = None,
    version: str | None = None,
    strategy: str = "",
    auto_promote: bool = False,
    drop_vanished: bool = False,
    reason: str = "",
    if_generation: int | None = None,
    dry_run: bool = False,
) -> Submitted:
    """Ask for another release. What is not named stays; `parameters`, where named, are all of them.

    `uploads` names the files to replace, or with None to take away. With `drop_vanished` answers that stay
    and that the version does not ask for go; else they are refused, each by its name. Raises as submit does,
    and Conflict where the app is not at the generation that the caller read.
    """
    check_length(reason)
    rollout = workloads.read_rollout(strategy=strategy, auto_promote=auto_promote)
    app, release = standing(person, app_id)
    chosen = _version(release, app, version)
    stays = _staying(release, chosen, uploads or {}, named=parameters is not None, drop=drop_vanished)
    planned = workloads.plan(
        person=person,
        project=app.project,
        app=app,
        template_version=chosen,
        parameters=stays.parameters if parameters is None else parameters,
        resources=release.resources if resources is None else resources,
        uploads=stays.uploads,
        rollout=rollout,
    )
    foreseen = foresee(RequestKind.CHANGE, person, app, planned, reason)
    foreseen = replace(foreseen, vanished=stays.vanished)
    if dry_run:
        return foreseen
    return send_change(actor=actor, person=person, foreseen=foreseen, reason=reason, held=if_generation)


def send_change(
    *, actor: Actor, person: Person, foreseen: Submitted, reason: str, held: int | None
) -> Submitted:
    """Send what was foreseen: its files are kept, then it is decided or waits."""
    planned = workloads.keep_files(foreseen.planned, person=person, project=foreseen.app.project)
    foreseen = replace(foreseen, planned=planned)
    return _submit_change(actor=actor, person=person, foreseen=foreseen, reason=reason, if_generation=held)


def standing(person: Person, app_id: UUID) -> tuple[App, Release]:
    """The app and its present release, where the person may make another. Raises as submit_change does."""
    app = get_app(person, app_id)
    permissions.require(person, app.project, "deploy")
    if app.release is None or app.desired not in VERBS[OperationKind.CHANGE].sources:
        raise Conflict("app.not_now", verb="change", desired=app.desired)
    require_open(app.project)
    require_lease(app)
    return app, app.release


def _version(release: Release, app: App, version: str | None) -> TemplateVersion:
    if version is None or version == release.template_version.version:
        return release.template_version
    chosen = catalogue.get_version(app.template.slug, version)
    catalogue.require_offered(chosen)
    return chosen


def _staying(
    release: Release, chosen: TemplateVersion, uploads: Mapping[str, UUID | None], *, named: bool, drop: bool
) -> workloads.Carried:
    """The present release's answers and files, as far as nothing else is said.

    Raises RefusedMany with the answers that the version does not ask for, unless they are to be dropped.
    """
    kept = workloads.carried(release, chosen)
    gone = [name for name in kept.vanished if not (named and name in release.parameters)]
    gone = [name for name in gone if name not in uploads]
    if gone and not drop:
        version = chosen.version
        raise RefusedMany(
            [
                Refused("parameter.vanished", field=f"parameters.{name}", name=name, version=version)
                for name in gone
            ]
        )
    files = {name: upload for name, upload in {**kept.uploads, **uploads}.items() if upload is not None}
    return replace(kept, uploads=files)


def foresee(kind: RequestKind, person: Person, app: App, planned: workloads.Plan, reason: str) -> Submitted:
    """What would come of it now. Raises QuotaExceeded where it could not even wait."""
    holder = app.id if app.generation else None
    quotas.require_ceilings(app.project_id, Amounts.of(planned.amounts()), holder)
    standing = quotas.figures(app.project_id)
    projections = quotas.what_if(app.project_id, Amounts.of(planned.amounts()), holder, standing)
    asked = Request(
        kind=kind,
        project=app.project,
        requester=person,
        app=app,
        payload=planned.payload(),
        amounts=planned.amounts(),
    )
    # The ceilings have the room, or we were not here: nothing that was read is read again.
    seen = rules.Seen(figures=standing, beyond={}, always=planned.approval == "always")
    choice = rules.choice(asked, seen)
    if "quota" in choice.needs and not reason.strip():
        raise QuotaExceeded(ruling.short(standing, choice))
    return Submitted(app=app, planned=planned, projections=projections, needs=choice.needs)


@transaction.atomic
def _submit_app(*, actor: Actor, person: Person, foreseen: Submitted, reason: str) -> Submitted:
    operation = workloads.hold(actor=actor, app=foreseen.app)
    request = _request(RequestKind.APP, actor, person, foreseen, operation, reason)
    return _decide_or_wait(request, foreseen, operation)


@transaction.atomic
def _submit_change(
    *,
    actor: Actor,
    person: Person,
    foreseen: Submitted,
    reason: str,
    if_generation: int | None,
) -> Submitted:
    app = locked(actor=actor, app_id=foreseen.app.id, action="deploy", if_generation=if_generation)
    if app.desired not in VERBS[OperationKind.CHANGE].sources:
        raise Conflict("app.not_now", verb="change", desired=app.desired)
    operation = workloads.open_operation(app=app, kind=OperationKind.CHANGE, actor=actor)
    foreseen = replace(foreseen, app=app)
    request = _request(RequestKind.CHANGE, actor, person, foreseen, operation, reason)
    return _decide_or_wait(request, foreseen, operation)


def _request(
    kind: RequestKind,
    actor: Actor,
    person: Person,
    foreseen: Submitted,
    operation: Operation,
    reason: str,
) -> Request:
    app, planned = foreseen.app, foreseen.planned
    request = Request.objects.create(
        kind=kind,
        state=RequestState.SUBMITTED,
        project=app.project,
        requester=person,
        app=app,
        operation=operation,
        payload={**planned.payload(), "name": app.name, "label": app.label},
        amounts=planned.amounts(),
        effect=effect_of(foreseen.projections),
        reason=reason.strip(),
    )
    audit.record(
        actor=actor,
        verb="request.submitted",
        target_kind="request",
        target_id=request.id,
        target_label=app.label,
        project_id=app.project_id,
        reason=request.reason,
        after={"kind": kind.value, "app": str(app.id), "amounts": request.amounts},
    )
    return request


def _decide_or_wait(request: Request, foreseen: Submitted, operation: Operation) -> Submitted:
    """The first rule that may decides; a justified request beyond all of them waits. Raises QuotaExceeded."""
    choice = ruling.consult(request=request, always=foreseen.planned.approval == "always")
    needs, decision = choice.needs, None
    try:
        if not needs:
            decision = decide_by_rule(request=request, app=foreseen.app, choice=choice)
    except CeilingReached:
        raise
    except QuotaExceeded:
        if not request.reason:
            raise
        needs = ("quota",)
        request.refresh_from_db()  # what the rule had written of them is undone
        operation.refresh_from_db()
    if "quota" in needs and not request.reason:
        raise QuotaExceeded(ruling.short(quotas.figures(foreseen.app.project_id), choice))
    if decision is None:
        waiting.wait(request)
    return replace(foreseen, request=request, operation=operation, decision=decision, needs=needs)
