"""Two changes that have a name of their own: back to an earlier release, and another number of copies."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.services.asking import check_length
from apps.approvals.services.results import Submitted
from apps.approvals.services.submitting import foresee, send_change, standing, submit_change
from apps.base import uploads
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.projects import permissions
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from apps.workloads.models import App, Release
from apps.workloads.selectors import get as get_app
from kernel.actors import Actor
from kernel.errors import Conflict, Missing, Refused, RefusedMany

_COUNT = "resources.count"


def roll_back(
    *,
    actor: Actor,
    person: Person,
    app_id: UUID,
    number: int,
    reason: str = "",
    if_generation: int | None = None,
    dry_run: bool = False,
) -> Submitted:
    """Make an earlier release again: a new number with its content, rendered as the lab renders today.

    Raises as submit_change does; Missing where the app has no such release; Conflict where it is the wanted
    one, or something that it was made of is gone: then the app is left as it is.
    """
    check_length(reason)
    app, present = standing(person, app_id)
    earlier = app.releases.select_related("template_version__template").filter(number=number).first()
    if earlier is None:
        raise Missing("release.missing")
    if earlier.id == present.id:
        raise Conflict("release.wanted", number=number)
    files = _files(earlier)
    planned = workloads.plan(
        person=person,
        project=app.project,
        app=app,
        template_version=_version(app, earlier),
        parameters=earlier.parameters,
        resources=earlier.resources,
        uploads=files,
        copied=files.values(),  # another project's where the app, or what it is a copy of, came from there
        rollout=workloads.Rollout(restores=number),
    )
    seen = foresee(RequestKind.CHANGE, person, app, planned, reason)
    if dry_run:
        return seen
    return send_change(actor=actor, person=person, foreseen=seen, reason=reason, held=if_generation)


def _version(app: App, release: Release) -> TemplateVersion:
    """The version that it was made from. Raises Conflict where the template is no longer offered."""
    version = release.template_version.version
    try:
        found = catalogue.get_version(app.template.slug, version)
    except Missing as error:
        raise Conflict("release.template_gone", number=release.number, version=version) from error
    if found.id != release.template_version_id:  # another template has the app's slug by now
        raise Conflict("release.template_gone", number=release.number, version=version)
    return found


def _files(release: Release) -> dict[str, UUID]:
    """Its members' files, each of which is still kept. Raises Conflict naming the first that is not."""
    ids = {each["parameter"]: each["upload"] for each in release.files if each["parameter"]}
    known = uploads.kept(ids.values())
    for each in release.files:
        if each["parameter"] and (each["upload"] not in known or not uploads.is_kept(each["sha256"])):
            raise Conflict("release.file_gone", number=release.number, filename=each["filename"])
    return {parameter: UUID(upload) for parameter, upload in ids.items()}


def scale(
    *,
    actor: Actor,
    person: Person,
    app_id: UUID,
    count: int,
    reason: str = "",
    if_generation: int | None = None,
    dry_run: bool = False,
) -> Submitted:
    """Run another number of copies: no copy that stays is replaced.

    Raises as submit_change does, Refused naming `count` where the template's bounds do not hold it, and
    Conflict where the app does not run.
    """
    app = get_app(person, app_id)
    permissions.require(person, app.project, "deploy")
    if app.release is None or app.desired != Desired.PRESENT:
        raise Conflict("app.not_now", verb="scale", desired=app.desired)
    resources: Mapping[str, Any] = {**app.release.resources, "count": count}
    if count == app.release.resources["count"]:
        raise Refused("scale.same", field="count", count=count)
    try:
        return submit_change(
            actor=actor,
            person=person,
            app_id=app_id,
            resources=resources,
            reason=reason,
            if_generation=app.generation if if_generation is None else if_generation,
            dry_run=dry_run,
        )
    except RefusedMany as many:
        for each in many.refusals:
            each.field = "count" if each.field == _COUNT else each.field
        raise
