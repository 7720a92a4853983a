"""Verdicts: by a named rule, or by an admin. The decision, the quota and the release are one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind, RequestState, Verdict
from apps.approvals.models import Decision, Request
from apps.approvals.selectors import WAITING, visible_to
from apps.audit import services as audit
from apps.catalogue.models import TemplateVersion
from apps.notices import services as notices
from apps.projects import permissions
from apps.quotas import selectors as figures
from apps.quotas import services as quotas
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from apps.workloads.models import App
from kernel.actors import Actor, rule
from kernel.errors import Conflict, Forbidden, Missing, Refused
from kernel.units import Amounts


@transaction.atomic
def decide_by_rule(*, request: Request, app: App, rule_name: str) -> Decision:
    """Approve as a rule does. Raises QuotaExceeded; then nothing of it has happened.

    The quota is reserved last: from then to the commit everybody else who asks in this project waits.
    """
    actor = rule(rule_name)
    _declare(request, app, actor)
    quotas.reserve(project_id=app.project_id, holder=app.id, amounts=Amounts.of(request.amounts))
    return _decide(request, actor, reason="", decider=None, rule_name=rule_name)


@transaction.atomic
def approve(
    *, actor: Actor, person: Person, request_id: UUID, reason: str = "", version: int | None = None
) -> Decision:
    """Approve as an admin. What goes beyond the quota raises its limit as long as this app needs it.

    `version` is the one of the request that was read. Raises Missing, Forbidden, Conflict.
    """
    request = _to_decide(person, request_id, version)
    app = _app(request)
    quotas.reserve_beyond(
        actor=actor,
        project_id=app.project_id,
        holder=app.id,
        amounts=Amounts.of(request.amounts),
        reason=reason or request.reason,
    )
    _declare(request, app, actor)
    decision = _decide(request, actor, reason=reason, decider=person, rule_name="")
    _tell_requester(request)
    return decision


@transaction.atomic
def reject(
    *, actor: Actor, person: Person, request_id: UUID, reason: str, version: int | None = None
) -> Decision:
    """Reject, with the reason that the requester reads. Raises Refused without one, and as approve does."""
    request = _to_decide(person, request_id, version)
    if not reason.strip():
        raise Refused("reason.required", field="reason")
    request.state = RequestState.REJECTED
    request.save()
    decision = _decision(request, Verdict.REJECTED, person, "", reason)
    _audit(actor, "request.rejected", request, reason)
    _end(request, actor)
    _tell_requester(request)
    return decision


@transaction.atomic
def withdraw(*, actor: Actor, person: Person, request_id: UUID) -> Request:
    """Take back a request that waits: its requester, or an owner of the project. Raises as approve does."""
    request = _waiting(person, request_id, None)
    if request.requester_id != person.id:
        permissions.require(person, request.project, "members")
    request.state = RequestState.WITHDRAWN
    request.save()
    _audit(actor, "request.withdrawn", request, "")
    _end(request, actor)
    return request


@transaction.atomic
def withdraw_orphans(*, actor: Actor) -> int:
    """Close requests that wait for apps which were deleted meanwhile; returns how many."""
    orphans = Request.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state__in=WAITING, app__desired=Desired.ABSENT
    )
    found = list(orphans)
    for request in found:
        request.state = RequestState.WITHDRAWN
        request.save()
        _audit(actor, "request.withdrawn", request, "")
        _end(request, actor)
    return len(found)


def _to_decide(person: Person, request_id: UUID, version: int | None) -> Request:
    request = _waiting(person, request_id, version)
    if not person.is_admin:
        raise Forbidden("forbidden", action="decide")
    return request


def _waiting(person: Person, request_id: UUID, version: int | None) -> Request:
    """The request, locked; the second of two verdicts finds it decided."""
    seen = visible_to(person).select_for_update(of=("self",)).filter(id=request_id)
    request = seen.first()
    if request is None:
        raise Missing
    if request.state not in WAITING:
        raise Conflict("request.decided", state=request.state)
    if version is not None and version != request.version:
        raise Conflict("request.moved_on", expected=version, version=request.version)
    return request


def _app(request: Request) -> App:
    """The app, locked before its counters are."""
    found = App.objects.select_for_update(no_key=True, of=("self",)).filter(requests=request)
    app = found.first()
    if app is None or app.desired == Desired.ABSENT:
        raise Conflict("app.leaving", desired=Desired.ABSENT.value)
    return app


def _declare(request: Request, app: App, actor: Actor) -> None:
    """The release that the request asks for. Its quota is reserved in the same transaction."""
    payload: Mapping[str, Any] = request.payload
    request.state = RequestState.APPROVED
    request.operation = workloads.declare(
        app=app,
        actor=actor,
        parameters=payload["parameters"],
        resources=payload["resources"],
        files=payload["files"],
        template_version=TemplateVersion.objects.select_related("template").get(
            id=payload["template_version"]
        ),
        driver=payload["driver"],
        reason=request.reason,
        operation=request.operation,
    )
    request.save()


def _decide(
    request: Request, actor: Actor, *, reason: str, decider: Person | None, rule_name: str
) -> Decision:
    """The verdict, with the figures that stand once the quota is reserved."""
    decision = _decision(request, Verdict.APPROVED, decider, rule_name, reason)
    _audit(actor, "request.approved", request, reason)
    return decision


def _decision(
    request: Request, verdict: Verdict, decider: Person | None, rule_name: str, reason: str
) -> Decision:
    asked: Mapping[str, int] = request.amounts
    rows = [
        {
            "dimension": each.dimension,
            "used": each.used,
            "reserved": each.reserved,
            "asked": asked.get(each.dimension, 0),
            "limit": each.limit,
        }
        for each in figures.figures(request.project_id)
    ]
    return Decision.objects.create(
        request=request, verdict=verdict, decider=decider, rule=rule_name, reason=reason.strip(), figures=rows
    )


def _end(request: Request, actor: Actor) -> None:
    """What was asked for will not be: free the host of a new app, close the operation of a change."""
    app = request.app
    if app is not None and request.kind == RequestKind.APP and app.desired == Desired.REQUESTED:
        workloads.drop_request(actor=actor, app=app)
    elif request.operation is not None:
        workloads.cancel(operation=request.operation)


def _audit(actor: Actor, verb: str, request: Request, reason: str) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="request",
        target_id=request.id,
        target_label=str(request.payload.get("label", "")),
        project_id=request.project_id,
        reason=reason,
        after={"state": request.state},
    )


def _tell_requester(request: Request) -> None:
    notices.enqueue(kind="request.decided", payload={"request": str(request.id)})
