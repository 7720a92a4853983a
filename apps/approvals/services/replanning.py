"""Another answer to a template's questions, in a request that waits."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from apps.accounts.models import Person
from apps.approvals.models import Request
from apps.approvals.services.eligibility import version_of
from apps.approvals.services.granting import locked_app
from apps.approvals.services.wishes import effect_of
from apps.catalogue import selectors as catalogue
from apps.leases import services as leases
from apps.projects import permissions
from apps.quotas import selectors as quotas
from apps.workloads import services as workloads
from apps.workloads.models import App
from kernel.actors import Actor
from kernel.errors import Conflict, Refused
from kernel.units import Amounts


def foresee(
    request: Request, person: Person, changes: Mapping[str, Any], app: App | None = None
) -> workloads.Plan:
    """Check the answers that a request would have; write nothing. Raises as workloads.plan does, Conflict."""
    payload: Mapping[str, Any] = request.payload
    app = app or request.app
    if app is None:
        raise Conflict("request.not_now", state=request.state)
    return workloads.plan(
        person=person,
        project=app.project,
        app=app,
        template_version=version_of(request),
        parameters=changes.get("parameters", payload["parameters"]),
        resources=changes.get("resources", payload["resources"]),
        uploads=_kept(payload["files"], changes.get("uploads") or {}),
        copied=[UUID(each["upload"]) for each in payload["files"]],
    )


def replan(request: Request, actor: Actor, person: Person, changes: Mapping[str, Any]) -> None:
    """Check the answers anew and put them into a locked request; the caller saves.

    `uploads` names files to replace, or with None to take away. Raises as workloads.plan and correct do,
    Refused for a last day beyond the maximum, or where it goes beyond the quota without a reason,
    CeilingReached.
    """
    app = request.app = locked_app(request)
    permissions.require(person, app.project, "deploy")
    if {"name", "ends_on"} & set(changes):
        name, ends_on = changes.get("name", app.name), _end(request, app, changes)
        workloads.correct(actor=actor, app=app, name=name, ends_on=ends_on)
    planned = foresee(request, person, changes, app)
    planned = workloads.keep_files(planned, person=person, project=app.project)
    request.payload = {**planned.payload(), "name": app.name, "label": app.label}
    request.amounts = planned.amounts()
    holder = app.id if app.generation else None
    quotas.require_ceilings(app.project_id, Amounts.of(request.amounts), holder)
    foreseen = quotas.what_if(app.project_id, Amounts.of(request.amounts), holder)
    if not request.reason and not all(each.fits for each in foreseen):
        raise Refused("reason.required", field="reason")
    request.effect = effect_of(foreseen)


def _end(request: Request, app: App, changes: Mapping[str, Any]) -> date | None:
    """The last day: one that is chosen now is one that could have been chosen when it was sent."""
    ends_on: date | None = changes.get("ends_on", app.ends_on)
    if ends_on == app.ends_on:
        return ends_on
    manifest = catalogue.manifest(version_of(request))
    return leases.chosen_end(project=app.project, manifest=manifest, ends_on=ends_on)


def _kept(files: list[dict[str, str]], uploads: Mapping[str, UUID | None]) -> dict[str, UUID]:
    kept = {each["parameter"]: UUID(each["upload"]) for each in files if each["parameter"]}
    return {name: upload for name, upload in {**kept, **uploads}.items() if upload is not None}
