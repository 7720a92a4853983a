"""The admins' inbox, and their verdicts."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.approvals import selectors, services
from apps.approvals.forms import VerdictForm
from apps.approvals.views.mine import page_of
from apps.base.messages import sentence
from apps.base.requests import actor_of
from kernel.errors import Conflict, Forbidden, Refused

_RECENT = 10


@login_required
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and what was decided last."""
    person = cast("Person", request.user)
    if not person.reads_all:
        raise Forbidden("forbidden", action="decide")
    decided = selectors.visible_to(person).exclude(state__in=selectors.WAITING)
    related = ("app__template", "project", "requester", "operation", "duty__assignee")
    context = {
        "waiting": selectors.waiting(),
        "decided": decided.select_related(*related).order_by("-updated_at", "id")[:_RECENT],
    }
    return render(request, "approvals/decisions.html", context)


@login_required
@require_POST
def approve(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Approve; the quota is checked and reserved in the same transaction."""
    return _decide(request, request_id, services.approve, gettext("Approved. The requester is told."))


@login_required
@require_POST
def reject(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Reject, with a reason."""
    return _decide(
        request, request_id, services.reject, gettext("Rejected. The requester reads your reason.")
    )


def _decide(request: HttpRequest, request_id: UUID, verdict: Callable[..., Any], said: str) -> HttpResponse:
    """One call; a refusal is said beside the reason, a lost race above the request as it stands now."""
    person = cast("Person", request.user)
    selectors.get(person, request_id)
    form = VerdictForm(request.POST)
    if form.is_valid():
        try:
            verdict(actor=actor_of(request), person=person, request_id=request_id, **form.cleaned_data)
        except Conflict as error:
            messages.error(request, sentence(error))
            return redirect("approvals:request", request_id)
        except Refused as error:
            form.add_error("reason", sentence(error))
        else:
            messages.success(request, said)
            return redirect("approvals:decisions")
    context = page_of(person, request_id, form)
    return render(request, "approvals/request_page.html", context, status=422)
