"""Asking for an app, or for a change of one.

What is wrong with the answers is refused before anything is written. Then one transaction holds the request
and, where the rule lets it, the decision, the reservation and the release.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind, RequestState
from apps.approvals.models import Request
from apps.approvals.services.deciding import decide_by_rule
from apps.approvals.services.results import Submitted
from apps.audit import services as audit
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.notices import services as notices
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.quotas import selectors as quotas
from apps.workloads import services as workloads
from apps.workloads.enums import OperationKind
from apps.workloads.models import App, Operation, Release
from apps.workloads.selectors import get as get_app
from apps.workloads.services.access import locked
from kernel.actors import Actor
from kernel.errors import Conflict, QuotaExceeded, Shortfall
from kernel.units import Amounts

RULE = "within-quota"


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
    dry_run: bool = False,
) -> Submitted:
    """Ask for an app. Within quota and the template's rule it is decided at once, else it waits (design 8.1).

    Raises Missing, Forbidden; Refused and RefusedMany naming fields; QuotaExceeded where it goes beyond the
    quota and no reason is given.
    """
    project = projects.get(person, project_id)
    permissions.require(person, project, "deploy")
    chosen = catalogue.get_version(template, version)
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
    )
    foreseen = _foreseen(app, planned, reason)
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
    reason: str = "",
    if_generation: int | None = None,
    dry_run: bool = False,
) -> Submitted:
    """Ask for another release. What is not named stays; `parameters`, where named, are all of them.

    `uploads` names the files to replace, or with None to take away. Raises as submit does, and Conflict where
    the app is not at the generation that the caller read.
    """
    app = get_app(person, app_id)
    permissions.require(person, app.project, "deploy")
    release = app.release
    if release is None or app.gone_at is not None:
        raise Conflict("app.not_now", verb="change", desired=app.desired)
    planned = workloads.plan(
        person=person,
        project=app.project,
        app=app,
        template_version=_version(release, app, version),
        parameters=release.parameters if parameters is None else parameters,
        resources=release.resources if resources is None else resources,
        uploads=_kept(release, uploads or {}),
    )
    foreseen = _foreseen(app, planned, reason)
    if dry_run:
        return foreseen
    planned = workloads.keep_files(planned, person=person, project=app.project)
    foreseen = replace(foreseen, planned=planned)
    return _submit_change(
        actor=actor, person=person, foreseen=foreseen, reason=reason, if_generation=if_generation
    )


def _version(release: Release, app: App, version: str | None) -> TemplateVersion:
    if version is None or version == release.template_version.version:
        return release.template_version
    return catalogue.get_version(app.template.slug, version)


def _kept(release: Release, uploads: Mapping[str, UUID | None]) -> dict[str, UUID]:
    """The files that the next release has: the present one's, as far as nothing else is said."""
    kept = {each["parameter"]: UUID(each["upload"]) for each in release.files if each["parameter"]}
    return {name: upload for name, upload in {**kept, **uploads}.items() if upload is not None}


def _foreseen(app: App, planned: workloads.Plan, reason: str) -> Submitted:
    """What would come of it now. Raises QuotaExceeded where it could not even wait."""
    holder = app.id if app.generation else None
    projections = quotas.what_if(app.project_id, Amounts.of(planned.amounts()), holder)
    short = [
        Shortfall(each.dimension, each.used, each.reserved, each.asked, each.limit)
        for each in projections
        if not each.fits
    ]
    if short and not reason.strip():
        raise QuotaExceeded(short)
    needs = (*(["quota"] if short else []), *(["template"] if planned.approval == "always" else []))
    return Submitted(app=app, planned=planned, projections=projections, needs=needs)


@transaction.atomic
def _submit_app(*, actor: Actor, person: Person, foreseen: Submitted, reason: str) -> Submitted:
    operation = workloads.hold(actor=actor, app=foreseen.app)
    request = _request(RequestKind.APP, actor, person, foreseen.app, operation, foreseen.planned, reason)
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
    operation = workloads.open_operation(app=app, kind=OperationKind.CHANGE, actor=actor)
    request = _request(RequestKind.CHANGE, actor, person, app, operation, foreseen.planned, reason)
    return _decide_or_wait(request, replace(foreseen, app=app), operation)


def _request(
    kind: RequestKind,
    actor: Actor,
    person: Person,
    app: App,
    operation: Operation,
    planned: workloads.Plan,
    reason: str,
) -> Request:
    request = Request.objects.create(
        kind=kind,
        state=RequestState.SUBMITTED,
        project_id=app.project_id,
        requester=person,
        app=app,
        operation=operation,
        payload={**planned.payload(), "name": app.name, "label": app.label},
        amounts=planned.amounts(),
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
    """The rule decides where it may; a justified request beyond it waits. Raises QuotaExceeded."""
    needs = ["template"] if foreseen.planned.approval == "always" else []
    decision = None
    try:
        if not needs:
            decision = decide_by_rule(request=request, app=foreseen.app, rule_name=RULE)
    except QuotaExceeded:
        if not request.reason:
            raise
        needs.append("quota")
        request.refresh_from_db()  # what the rule had written of them is undone
        operation.refresh_from_db()
    if decision is None:
        notices.enqueue(kind="request.waiting", payload={"request": str(request.id)})
    return replace(foreseen, request=request, operation=operation, decision=decision, needs=tuple(needs))
