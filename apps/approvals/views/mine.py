"""My requests, and one request's page."""

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
from apps.approvals.enums import Move, RequestKind, RequestState
from apps.approvals.forms.wishing import DecisionForm, WordsForm
from apps.approvals.models import Request
from apps.approvals.transitions import WAITING, allowed
from apps.approvals.views.cockpit import facts
from apps.approvals.views.difference import wanted
from apps.base.requests import actor_of
from apps.catalogue import selectors as catalogue
from kernel.errors import Conflict

_PAGE = 25


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The person's requests and their projects', the newest first; state and kind stand in the address."""
    person = cast("Person", request.user)
    found = selectors.joined_by(person)
    only, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    if only == "waiting":
        found = found.filter(state__in=WAITING)
    elif only in RequestState.values:
        found = found.filter(state=only)
    if kind in RequestKind.values:
        found = found.filter(kind=kind)
    pages = Paginator(selectors.listed(found).order_by("-created_at", "id"), _PAGE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "states": RequestState.choices,
        "kinds": RequestKind.choices,
        "only": only,
        "kind": kind,
    }
    return render(request, "approvals/mine.html", context)


@login_required
@require_safe
def show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """What was asked, what was said and decided; the cockpit for whoever decides while it waits."""
    return render(request, "approvals/request_page.html", page_of(cast("Person", request.user), request_id))


def page_of(person: Person, request_id: UUID, form: DecisionForm | None = None) -> dict[str, Any]:
    """Everything that a request's page shows."""
    found = selectors.get(person, request_id)
    moves = allowed(found.state, selectors.parts_of(person, found))
    waits = found.state in WAITING
    return {
        "asked": found,
        "state": selectors.progress(found),
        "waits": waits,
        "thread": _thread(person, found),
        "form": form or decision_form(found),
        "words": WordsForm(),
        "moves": {move.value for move in moves},
        "may_decide": Move.APPROVE in moves,
        "earlier": selectors.earlier(person, found),
        "wanted": wanted(found),
        "labels": _labels(found),
        **facts(person, found),
    }


def _labels(found: Request) -> dict[str, Any]:
    """What the template calls its questions; empty where it asks none, or is not there any more."""
    if not found.payload.get("template"):
        return {}
    try:
        version = services.version_of(found)
    except Conflict:
        return {}
    return {each.name: each.label for each in catalogue.manifest(version).parameters}


def decision_form(found: Request, data: Any = None) -> DecisionForm:
    """What can be granted of it: limits, or an app's resources."""
    amounts = found.payload.get("resources") or found.amounts
    amounts = {name: value for name, value in amounts.items() if value}
    initial = {"version": found.version, "until": found.until}
    of_lease = found.kind == RequestKind.LEASE
    return DecisionForm(data, amounts=amounts, of_lease=of_lease, initial=initial)


def _thread(person: Person, found: Request) -> list[tuple[str, Any]]:
    """Words and verdicts in one line, the oldest first."""
    said = [("message", each) for each in selectors.thread(person, found)]
    decided = [("decision", each) for each in found.decisions.all()]
    return sorted([*said, *decided], key=lambda each: each[1].at)


@login_required
@require_POST
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take back a request that waits."""
    services.withdraw(actor=actor_of(request), person=cast("Person", request.user), request_id=request_id)
    messages.success(request, gettext("Your request was taken back."))
    return redirect("approvals:request", request_id)
