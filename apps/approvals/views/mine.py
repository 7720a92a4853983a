"""My requests, and one request's page."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.approvals import selectors, services
from apps.approvals.forms import VerdictForm
from apps.base.requests import actor_of
from apps.projects import selectors as projects
from apps.projects.permissions import can
from apps.quotas import selectors as quotas
from kernel.units import Amounts

_PAGE = 25


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Requests of the person's projects, the newest first; `?only=waiting` those that wait."""
    person = cast("Person", request.user)
    found = selectors.visible_to(person).filter(project__in=projects.joined(person))
    if request.GET.get("only") == "waiting":
        found = found.filter(state__in=selectors.WAITING)
    related = ("app__template", "project", "requester", "operation", "duty__assignee")
    pages = Paginator(found.select_related(*related).order_by("-created_at", "id"), _PAGE)
    return render(request, "approvals/mine.html", {"page": pages.get_page(request.GET.get("page"))})


@login_required
@require_safe
def show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """What was asked, what was decided and why; the cockpit for admins while it waits."""
    return render(request, "approvals/request_page.html", page_of(cast("Person", request.user), request_id))


def page_of(person: Person, request_id: UUID, form: VerdictForm | None = None) -> dict[str, object]:
    """Everything that a request's page shows."""
    found = selectors.get(person, request_id)
    waits = found.state in selectors.WAITING
    holder = found.app_id if found.app and found.app.generation else None
    return {
        "asked": found,
        "state": selectors.progress(found),
        "waits": waits,
        "decisions": found.decisions.select_related("decider").order_by("at"),
        "projections": quotas.what_if(found.project_id, Amounts.of(found.amounts), holder) if waits else (),
        "form": form or VerdictForm(initial={"version": found.version}),
        "may_decide": waits and person.is_admin,
        "may_withdraw": waits and (found.requester_id == person.id or can(person, found.project, "members")),
        "earlier": selectors.visible_to(person)
        .filter(project=found.project)
        .exclude(id=found.id)
        .select_related("app")
        .order_by("-created_at")[:5],
    }


@login_required
@require_POST
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take back a request that waits."""
    services.withdraw(actor=actor_of(request), person=cast("Person", request.user), request_id=request_id)
    messages.success(request, gettext("Your request was taken back."))
    return redirect("approvals:request", request_id)
