"""What an approval gives, kind by kind: inside the deciding transaction, the request being locked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.models import Request
from apps.approvals.services import eligibility
from apps.approvals.services.quantities import less
from apps.approvals.services.wishes import set_limit
from apps.catalogue import selectors as catalogue
from apps.leases import services as leases
from apps.projects import selectors as projects
from apps.projects import services as members
from apps.projects.models import Project
from apps.quotas import selectors as figures
from apps.quotas import services as quotas
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from apps.workloads.models import App
from kernel.actors import Actor
from kernel.errors import Conflict, Refused, RefusedMany
from orchestration.specs import Resources

_PREFIX = re.compile(r"^(limits|resources)\.")


@dataclass(frozen=True)
class Grant:
    """What a decider gives: all that is asked, or less; for good, or up to and with a day."""

    actor: Actor
    person: Person | None  #: none: a rule gives it
    reason: str
    granted: Mapping[str, object] | None = None  #: by name; none: all that is asked
    until: date | None = None


def give(request: Request, grant: Grant) -> tuple[dict[str, int], date | None]:
    """Give it; returns the amounts and the last day that were granted, for the decision's row.

    Raises Conflict where it can no longer be had, Refused naming the field where the grant cannot be.
    """
    try:
        return _GIVE[RequestKind(request.kind)](request, grant)
    except Refused as error:
        for each in error.refusals if isinstance(error, RefusedMany) else (error,):
            if grant.granted is not None and each.field:
                each.field = _PREFIX.sub("granted.", each.field)
        raise


def _app(request: Request, grant: Grant) -> tuple[dict[str, int], date | None]:
    app = locked_app(request)
    version = eligibility.version_of(request)
    asked: Mapping[str, int] = request.payload["resources"]
    resources = Resources(**asked)
    if grant.granted is not None:
        lower = {**asked, **less(asked, grant.granted)}
        resources = _within_bounds(catalogue.manifest(version), lower)
    eligibility.check_policy(request, app, version, resources)
    rollout = workloads.Rollout.of(request.payload)
    amounts = workloads.charge(resources, workloads.beside(app, rollout))
    short = quotas.reserve_beyond(
        actor=grant.actor,
        project_id=app.project_id,
        holder=app.id,
        amounts=amounts,
        reason=grant.reason or request.reason,
        until=grant.until,
    )
    if grant.until is not None and not short:
        raise Refused("request.nothing_to_end", field="until")
    declare(request, app, grant.actor, vars(resources))
    return amounts.as_dict(), grant.until


def _within_bounds(manifest: catalogue.Manifest, wanted: Mapping[str, int]) -> Resources:
    open_ones = {name: value for name, value in wanted.items() if name in manifest.sizing.bounds}
    return catalogue.resources_of(manifest, open_ones)


def locked_app(request: Request) -> App:
    """The app, locked before its counters are. Raises Conflict where it is on its way out."""
    found = App.objects.select_for_update(no_key=True, of=("self",)).filter(requests=request)
    app = found.select_related("project", "template").first()
    if app is None or app.desired == Desired.ABSENT:
        raise Conflict("app.leaving", desired=Desired.ABSENT.value)
    return app


def declare(request: Request, app: App, actor: Actor, resources: Mapping[str, int]) -> None:
    """The release that the request asks for. Its quota is reserved in the same transaction."""
    payload: Mapping[str, Any] = request.payload
    version = eligibility.version_of(request)
    if request.kind == RequestKind.APP:
        leases.begin(app=app, manifest=catalogue.manifest(version))
    request.operation = workloads.declare(
        app=app,
        actor=actor,
        author=_author(request),
        parameters=payload["parameters"],
        resources=resources,
        files=payload["files"],
        template_version=version,
        driver=payload["driver"],
        reason=request.reason,
        rollout=workloads.Rollout.of(payload),
        operation=request.operation,
    )


def _author(request: Request) -> Actor | None:
    """Who asked: theirs is the release, whoever granted it."""
    person = request.requester
    return Actor(kind="person", id=person.id, label=person.label) if person else None


def _quota(request: Request, grant: Grant) -> tuple[dict[str, int], date | None]:
    asked: Mapping[str, int] = request.amounts
    limits = dict(asked) if grant.granted is None else less(asked, grant.granted)
    project = _project_of(request)
    if grant.granted is not None:
        _not_lowered(project, asked, limits)
    until = grant.until or request.until
    reason = grant.reason or request.reason
    set_limit(actor=grant.actor, project=project, limits=limits, reason=reason, until=until)
    return limits, until


def _not_lowered(project: Project, asked: Mapping[str, int], limits: Mapping[str, int]) -> None:
    """Less of more is more or as it is: who asked for more is not given less than there is."""
    for each in figures.figures(project.id):
        limit = limits.get(each.dimension, each.base_limit)
        if limit < each.base_limit <= asked.get(each.dimension, 0):
            raise Refused("request.less_than_now", field=f"granted.{each.dimension}", limit=each.base_limit)


def _project(request: Request, grant: Grant) -> tuple[dict[str, int], date | None]:
    payload, owner = request.payload, request.requester
    asked: Mapping[str, int] = request.amounts
    limits = dict(asked) if grant.granted is None else less(asked, grant.granted)
    if owner is None:
        raise Conflict("request.requester_gone")
    request.project = workloads.open_project(
        actor=grant.actor,
        slug=payload["slug"],
        name=payload["name"],
        owner=owner,
        description=payload["description"],
    )
    return _first_limits(request, request.project, grant, limits)


def _first_limits(
    request: Request, project: Project, grant: Grant, limits: Mapping[str, int]
) -> tuple[dict[str, int], date | None]:
    """The limits of a project that has just been opened with the lab's default quota."""
    default: Mapping[str, int] = settings.DEFAULT_QUOTA
    other = {name: limit for name, limit in limits.items() if limit != default.get(name)}
    if grant.until is not None and not other:
        raise Refused("request.nothing_to_end", field="until")
    if other:
        reason = grant.reason or request.reason
        set_limit(actor=grant.actor, project=project, limits=other, reason=reason, until=grant.until)
    return dict(limits), grant.until


def _rights(request: Request, grant: Grant) -> tuple[dict[str, int], date | None]:
    _whole(grant)
    project = _project_of(request)
    if grant.person is None or request.requester is None:
        raise Conflict("request.not_now", state=request.state)
    member = projects.members_of(project).filter(person=request.requester).first()
    if member is None:
        raise Conflict("request.requester_gone")
    members.change_role(
        actor=grant.actor,
        person=grant.person,
        project=project,
        membership_id=member.id,
        role=request.payload["role"],
    )
    return {}, None


def _lease(request: Request, grant: Grant) -> tuple[dict[str, int], date | None]:
    """The day that was asked for, or an earlier one that is still later than the present end."""
    if grant.granted:
        raise Refused("request.not_asked", field="granted")
    app, until = locked_app(request), grant.until or request.until
    if until is None or request.until is None:
        raise Conflict("request.not_now", state=request.state)
    if until > request.until or (grant.granted is not None and until == request.until):
        raise Refused("lease.earlier", field="until")
    leases.lengthen(actor=grant.actor, app=app, until=until, person=grant.person)
    return {}, until


def _handover(request: Request, grant: Grant) -> tuple[dict[str, int], date | None]:
    """The app comes over as it is, for whoever accepted it."""
    _whole(grant)
    if request.handover_id is None:
        raise Conflict("request.not_now", state=request.state)
    offer = workloads.offered(request.handover_id)
    request.operation = workloads.take_over(actor=grant.actor, made=offer, author=_author(request))
    asked: Mapping[str, int] = request.amounts
    return dict(asked), None


def _whole(grant: Grant) -> None:
    if grant.granted is not None:
        raise Refused("request.whole_only", field="granted")
    if grant.until is not None:
        raise Refused("request.nothing_to_end", field="until")


def _project_of(request: Request) -> Project:
    if request.project is None:
        raise Conflict("request.not_now", state=request.state)
    return request.project


_GIVE = {
    RequestKind.APP: _app,
    RequestKind.CHANGE: _app,
    RequestKind.QUOTA: _quota,
    RequestKind.PROJECT: _project,
    RequestKind.RIGHTS: _rights,
    RequestKind.LEASE: _lease,
    RequestKind.HANDOVER: _handover,
}
