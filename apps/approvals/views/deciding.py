"""The inbox of those who decide, and their verdicts."""

from collections.abc import Callable
from typing import Any, cast
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
from apps.approvals.enums import RequestState
from apps.approvals.selectors import duty
from apps.approvals.views.mine import decision_form, page_of
from apps.base.messages import sentence
from apps.base.requests import actor_of
from kernel.errors import Conflict, Forbidden, Refused

_RECENT, _PAGE = 10, 25
_ORDERS = {"age": ("created_at", "id"), "effect": ("-effect", "created_at", "id")}


@login_required
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest or the most far-reaching first, and what was decided last."""
    person = cast("Person", request.user)
    if not person.reads_all:
        raise Forbidden("forbidden", action="decide")
    order = request.GET.get("order", "age")
    order = order if order in _ORDERS else "age"
    waiting = selectors.waiting()
    if request.GET.get("only") == "mine":
        waiting = waiting.filter(duty.mine(person))
    pages = Paginator(waiting.order_by(*_ORDERS[order]), _PAGE)
    page = pages.get_page(request.GET.get("page"))
    open_states = (*selectors.WAITING, RequestState.DRAFT, RequestState.CHANGES_REQUESTED)
    decided = selectors.listed(selectors.visible_to(person).exclude(state__in=open_states))
    context = {
        "waiting": page.object_list,
        "page": page,
        "count": pages.count,
        "order": order,
        "decided": decided.order_by("-updated_at", "id")[:_RECENT],
    }
    return render(request, "approvals/decisions.html", context)


@login_required
@require_POST
def approve(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Approve; the quota is checked and reserved in the same transaction."""
    said = gettext("Approved. The requester is told.")
    return _decide(request, request_id, services.approve, said, ("reason", "until"))


@login_required
@require_POST
def approve_in_part(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Approve less than was asked."""
    said = gettext("Approved in part. The requester is told.")
    return _decide(request, request_id, services.approve_in_part, said, ("reason", "until", "granted"))


@login_required
@require_POST
def request_changes(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask the requester to change or explain it."""
    said = gettext("The requester is asked.")
    return _decide(request, request_id, services.request_changes, said, ("reason",))


@login_required
@require_POST
def reject(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Reject, with a reason."""
    said = gettext("Rejected. The requester reads your reason.")
    return _decide(request, request_id, services.reject, said, ("reason",))


def _decide(
    request: HttpRequest, request_id: UUID, verdict: Callable[..., Any], said: str, takes: tuple[str, ...]
) -> HttpResponse:
    """One call; a refusal is said beside its field, a lost race above the request as it stands now."""
    person = cast("Person", request.user)
    found = selectors.get(person, request_id)
    form = decision_form(found, request.POST)
    if form.is_valid():
        told = {**form.cleaned_data, "granted": form.granted}
        told = {name: told[name] for name in (*takes, "version")}
        try:
            verdict(actor=actor_of(request), person=person, request_id=request_id, **told)
        except Conflict as error:
            messages.error(request, sentence(error))
            return redirect("approvals:request", request_id)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, said)
            return redirect("approvals:decisions" if person.reads_all else "approvals:mine")
    context = page_of(person, request_id, form)
    return render(request, "approvals/request_page.html", context, status=422)
