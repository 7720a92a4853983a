"""Another answer to a template's questions, in a request that waits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.accounts.models import Person
from apps.approvals.models import Request
from apps.approvals.services.granting import locked_app
from apps.approvals.services.wishes import EFFECT_MAX
from apps.catalogue.models import TemplateVersion
from apps.projects import permissions
from apps.quotas import selectors as quotas
from apps.workloads import services as workloads
from kernel.units import Amounts


def replan(request: Request, person: Person, version: TemplateVersion, changes: Mapping[str, Any]) -> None:
    """Check the answers anew and put them into a locked request; the caller saves.

    `uploads` names files to replace, or with None to take away. Raises as workloads.plan does.
    """
    payload: Mapping[str, Any] = request.payload
    app = locked_app(request)
    permissions.require(person, app.project, "deploy")
    planned = workloads.plan(
        person=person,
        project=app.project,
        app=app,
        template_version=version,
        parameters=changes.get("parameters", payload["parameters"]),
        resources=changes.get("resources", payload["resources"]),
        uploads=_kept(payload["files"], changes.get("uploads") or {}),
    )
    planned = workloads.keep_files(planned, person=person, project=app.project)
    request.payload = {**planned.payload(), "name": app.name, "label": app.label}
    request.amounts = planned.amounts()
    holder = app.id if app.generation else None
    foreseen = quotas.what_if(app.project_id, Amounts.of(request.amounts), holder)
    shares = [100 * each.asked // max(each.limit, 1) for each in foreseen]
    request.effect = max(0, min(EFFECT_MAX, max(shares, default=0)))


def _kept(files: list[dict[str, str]], uploads: Mapping[str, UUID | None]) -> dict[str, UUID]:
    kept = {each["parameter"]: UUID(each["upload"]) for each in files if each["parameter"]}
    return {name: upload for name, upload in {**kept, **uploads}.items() if upload is not None}
