"""Looked at again inside the deciding transaction: whether this person may still have it in this project."""

from collections.abc import Mapping
from typing import Any

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.models import Request
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.projects import permissions
from apps.projects.models import Project
from apps.workloads import services as workloads
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, Missing, Refused
from orchestration.specs import Resources

#: what the requester must be allowed in the project; a word of projects.enums.ALLOWED
NEEDS: Mapping[str, str] = {
    RequestKind.APP: "deploy",
    RequestKind.CHANGE: "deploy",
    RequestKind.QUOTA: "quota",
    RequestKind.RIGHTS: "view",
    RequestKind.LEASE: "deploy",
    RequestKind.HANDOVER: "delete",
}


def require_open(project: Project) -> None:
    """Raise Conflict where the project takes no new requests: it is archived, or its review is overdue."""
    _require_standing(project)
    permissions.require_reviewed(project)


def _require_standing(project: Project) -> None:
    if project.archived_at is not None:
        raise Conflict("project.archived")


def check(request: Request) -> None:
    """Raise Conflict, saying which, where the requester or the project no longer may have what is asked."""
    requester = request.requester
    if requester is None or not requester.is_active:
        raise Conflict("request.requester_gone")
    if request.app is not None and request.app.project_id != request.project_id:
        raise Conflict("request.app_moved")
    if request.project is not None:
        _require_standing(request.project)
        _check_right(requester, request.project, NEEDS[request.kind])


def _check_right(requester: Person, project: Project, action: str) -> None:
    try:
        permissions.require(requester, project, action)
    except (Missing, Forbidden) as error:
        raise Conflict("request.requester_may_not", who=requester.label, action=action) from error


def version_of(request: Request) -> TemplateVersion:
    """The template version that is asked for. Raises Conflict where it is no longer offered."""
    payload: Mapping[str, Any] = request.payload
    try:
        return catalogue.get_version(payload["template"], payload["version"])
    except Missing as error:
        raise Conflict(
            "request.template_gone", template=payload["template"], version=payload["version"]
        ) from error


def check_policy(request: Request, app: App, version: TemplateVersion, resources: Resources) -> None:
    """Raise Conflict where the lab's rules no longer allow the job that this would become."""
    payload: Mapping[str, Any] = request.payload
    planned = workloads.Plan(
        template_version=version,
        parameters=payload["parameters"],
        resources=resources,
        driver=payload["driver"],
        approval="",
        files=tuple(payload["files"]),
    )
    try:
        workloads.check_policy(app, planned)
    except Refused as error:
        rules, detail = error.params.get("rules"), error.params.get("detail")
        raise Conflict(error.code, rules=rules, detail=detail) from error
