"""Asking for an app like one that stands: the same template version, answers, size and files."""

from dataclasses import dataclass, field
from uuid import UUID

from apps.accounts.models import Person
from apps.approvals.services.results import Submitted
from apps.approvals.services.submitting import submit
from apps.projects import permissions
from apps.workloads.enums import Desired
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
        return submit(
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
    except Missing as error:
        if error.code.startswith("template"):
            raise Conflict(
                "request.template_gone", template=app.template.slug, version=version.version
            ) from error
        raise
