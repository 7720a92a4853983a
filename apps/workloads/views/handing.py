"""An offer: what comes with the app, and accepting, declining or taking it back."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.approvals import selectors as requests
from apps.approvals import services as approvals
from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.catalogue import selectors as catalogue
from apps.projects.permissions import can
from apps.quotas import selectors as quotas
from apps.workloads import selectors, services
from apps.workloads.forms import AcceptForm
from apps.workloads.models import Handover
from kernel.errors import Conflict
from kernel.units import Amounts
from orchestration.specs import Resources


@login_required
@require_safe
def handover(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """What is offered, what it takes of the receiving project's quota, and what accepting does."""
    return _page(request, selectors.handover(cast("Person", request.user), handover_id), AcceptForm())


def _page(request: HttpRequest, made: Handover, form: AcceptForm) -> HttpResponse:
    person = cast("Person", request.user)
    release = made.app.release
    receives = made.to_project is not None and can(person, made.to_project, "delete")
    context = {
        "offer": made,
        "open": made.closed_at is None and made.expires_at > timezone.now(),
        "receives": receives,
        "gives": can(person, made.from_project, "delete"),
        "projections": _projections(made) if receives else [],
        "address": selectors.address(made.app),
        "form": form,
        "asked": requests.waits_for(made),
        "decided": release is not None and catalogue.manifest(release.template_version).approval == "always",
    }
    status = 422 if form.errors else 200
    return render(request, "workloads/handover.html", context, status=status)


@login_required
@require_POST
def accept(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Take it over, or ask for it where somebody has to decide."""
    made = selectors.handover(cast("Person", request.user), handover_id)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _page(request, made, form)
    try:
        taken = approvals.take_over(
            actor=actor_of(request),
            person=cast("Person", request.user),
            handover_id=made.id,
            reason=form.cleaned_data["reason"],
        )
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("workloads:handover", made.id)
    if taken.operation is None and taken.request is not None:
        messages.success(
            request, gettext("You have asked for it: an administrator decides, and you are told.")
        )
        return redirect("approvals:request", taken.request.id)
    messages.success(request, gettext("It is yours now. Its copies are being replaced once."))
    return redirect("workloads:app", made.app_id)


@login_required
@require_POST
def decline(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Say no."""
    return _answer(request, handover_id, services.decline, gettext("The offer is declined. Nothing changes."))


@login_required
@require_POST
def withdraw(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Take the offer back."""
    return _answer(
        request, handover_id, services.withdraw, gettext("The offer is taken back. Nothing changes.")
    )


def _answer(request: HttpRequest, handover_id: UUID, service: Callable[..., Any], said: str) -> HttpResponse:
    person = cast("Person", request.user)
    made = selectors.handover(person, handover_id)
    try:
        service(actor=actor_of(request), person=person, handover_id=made.id)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("workloads:handover", made.id)
    messages.success(request, said)
    return redirect("workloads:handover", made.id)


def _projections(made: Handover) -> list[Any]:
    """How the receiving quota would stand."""
    release = made.app.release
    if release is None or made.to_project_id is None:
        return []
    charge = Resources(**release.resources).charge()
    if made.app.desired != "present":
        charge = Amounts(apps=charge.apps, storage_mib=charge.storage_mib)
    return list(quotas.what_if(made.to_project_id, charge, None))
