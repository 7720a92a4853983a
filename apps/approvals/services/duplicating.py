"""Asking for an app like one that stands: the same template version, answers, size and files."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.services.results import Submitted
from apps.approvals.services.submitting import submit
from apps.audit import services as audit
from apps.projects import permissions
from apps.workloads.enums import Desired
from apps.workloads.models import App
from apps.workloads.selectors import get
from kernel.actors import Actor
from kernel.errors import Conflict, Missing


@dataclass(frozen=True)
class Copy:
    """What the other one is called, and where it goes."""

    project_id: UUID
    name: str
    label: str = ""
    reason: str = field(default="")


def duplicate(*, actor: Actor, person: Person, app_id: UUID, copy: Copy, dry_run: bool = False) -> Submitted:
    """Ask for it as for any other app: quota, rules and policy decide. Secrets and data are never copied.

    Raises as submit does; Conflict where there is nothing to copy, or its template version is gone.
    """
    app = get(person, app_id)
    permissions.require(person, app.project, "deploy")
    release = app.release
    if release is None or app.desired == Desired.ABSENT:
        raise Conflict("app.not_now", verb="duplicate", desired=app.desired)
    uploads = {each["parameter"]: UUID(each["upload"]) for each in release.files if each["parameter"]}
    version = release.template_version
    try:
        with transaction.atomic():
            made = submit(
                actor=actor,
                person=person,
                project_id=copy.project_id,
                template=app.template.slug,
                version=version.version,
                name=copy.name,
                label=copy.label or app.label,
                parameters=release.parameters,
                resources=release.resources,
                uploads=uploads,
                copied=tuple(uploads.values()),
                reason=copy.reason,
                dry_run=dry_run,
            )
            if not dry_run and copy.project_id != app.project_id:
                _note_leaving(actor, app, made.app)
            return made
    except Missing as error:
        if error.code.startswith("template"):
            raise Conflict(
                "request.template_gone", template=app.template.slug, version=version.version
            ) from error
        raise


def _note_leaving(actor: Actor, app: App, made: App) -> None:
    """Answers and files that leave a project stand in its own audit."""
    audit.record(
        actor=actor,
        verb="app.copied",
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        after={"app": str(made.id), "project": str(made.project_id)},
    )
