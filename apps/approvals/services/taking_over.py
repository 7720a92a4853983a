"""Accepting an app that another project offers (ADR 0045).

Where its template always wants a decision, the acceptance is a request of the receiving project (ADR 0052).
"""

from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.enums import Move, RequestKind, RequestState
from apps.approvals.models import Request
from apps.approvals.selectors import waits_for
from apps.approvals.services import ruling, waiting
from apps.approvals.services.asking import check_length
from apps.approvals.services.deciding import decide_by_rule
from apps.approvals.services.eligibility import require_open
from apps.approvals.services.moving import note
from apps.approvals.services.results import Taken
from apps.approvals.services.wishes import effect_of, undone
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.projects.models import Project
from apps.quotas import selectors as quotas
from apps.workloads import services as workloads
from apps.workloads.models import Handover
from kernel.actors import Actor
from kernel.errors import Conflict, Missing


@transaction.atomic
def take_over(*, actor: Actor, person: Person, handover_id: UUID, reason: str = "") -> Taken:
    """Accept an offer: the app comes at once, or waits for somebody to decide.

    Raises Missing, Forbidden; Conflict, of which QuotaExceeded with figures where the project has no room,
    also for one that would wait; Refused for a reason that is too long. Then the offer stays open.
    """
    check_length(reason)
    made = workloads.receivable(actor=actor, person=person, handover_id=handover_id)
    release, project = made.app.release, made.to_project
    if project is None:
        raise Missing
    if release is None or catalogue.manifest(release.template_version).approval != "always":
        return Taken(workloads.take_over(actor=actor, made=made))
    require_open(project)
    if waits_for(made) is not None:
        raise Conflict("handover.asked")
    undone(lambda: workloads.take_over(actor=actor, made=workloads.offered(made.id)))
    request = _request(person, made, project, release.template_version, reason)
    note(actor, Move.SUBMIT, request, request.reason, kind=request.kind, amounts=request.amounts)
    return _decided(request, made)


def _request(
    person: Person, made: Handover, project: Project, version: TemplateVersion, reason: str
) -> Request:
    takes = workloads.takes(made)
    return Request.objects.create(
        kind=RequestKind.HANDOVER,
        state=RequestState.SUBMITTED,
        project=project,
        requester=person,
        handover=made,
        payload={
            "label": made.app.label,
            "template": made.app.template.slug,
            "version": version.version,
            "template_version": str(version.id),
            "from_project": made.from_project.name,
        },
        amounts=takes.as_dict(),
        effect=effect_of(quotas.what_if(project.id, takes, None)),
        reason=reason.strip(),
    )


def _decided(request: Request, made: Handover) -> Taken:
    """By the first rule that names the template and may; else it waits."""
    choice = ruling.consult(request=request, always=True)
    if choice.needs:
        workloads.await_decision(made)
        waiting.wait(request)
        return Taken(None, request)
    decide_by_rule(request=request, app=None, choice=choice)
    return Taken(request.operation, request)
