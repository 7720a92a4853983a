"""Settings: what an app is made of, its names, a copy of it, and the danger zone."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings as lab
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.base.messages import sentence
from apps.base.requests import actor_of, whole
from apps.projects import selectors as projects
from apps.projects.models import Project
from apps.projects.permissions import can
from apps.workloads import selectors, services
from apps.workloads.enums import Desired
from apps.workloads.forms import AddressForm, DuplicateForm, LabelForm, OfferForm
from apps.workloads.models import App
from apps.workloads.views.frame import framed
from kernel.errors import Conflict, Refused, RefusedMany


@login_required
@require_safe
def settings(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The page."""
    return _page(request, app_id)


@login_required
@require_POST
def rename(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Change the display name."""
    app = selectors.get(cast("Person", request.user), app_id)
    form = LabelForm(request.POST, auto_id="label-%s")

    def call() -> HttpResponse:
        services.rename(actor=actor_of(request), app_id=app.id, **form.cleaned_data)
        messages.success(request, gettext("It has its new name. Nothing was restarted."))
        return redirect("workloads:settings", app.id)

    return _do(request, app, "label_form", form, call)


@login_required
@require_POST
def readdress(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Give it another name in its address."""
    app = selectors.get(cast("Person", request.user), app_id)
    form = AddressForm({**request.POST.dict(), "name": _lower(request)}, auto_id="address-%s")
    generation = whole(request.POST.get("generation", ""), "generation")

    def call() -> HttpResponse:
        services.readdress(
            actor=actor_of(request), app_id=app.id, if_generation=generation, **form.cleaned_data
        )
        messages.success(request, gettext("It moves to its new address. The old one leads there."))
        return redirect("workloads:app", app.id)

    return _do(request, app, "address_form", form, call)


@login_required
@require_POST
def duplicate(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Ask for another app like it; the page of the new one says what became of that."""
    person = cast("Person", request.user)
    app = selectors.get(person, app_id)
    sent = {**request.POST.dict(), "name": _lower(request)}
    form = DuplicateForm(sent, auto_id="copy-%s", projects=_targets(person))

    def call() -> HttpResponse:
        told = form.cleaned_data
        copy = approvals.Copy(UUID(told["project"]), told["name"], reason=told["reason"])
        made = approvals.duplicate(actor=actor_of(request), person=person, app_id=app.id, copy=copy)
        if made.decision is None:
            messages.success(request, gettext("The copy is asked for. An administrator decides."))
        else:
            messages.success(
                request, gettext("The copy is being made. Its secrets are new, its data is empty.")
            )
        return redirect("workloads:app", made.app.id)

    return _do(request, app, "duplicate_form", form, call)


@login_required
@require_POST
def offer(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Offer it to another project."""
    person = cast("Person", request.user)
    app = selectors.get(person, app_id)
    form = OfferForm(request.POST, auto_id="offer-%s")

    def call() -> HttpResponse:
        services.offer(actor=actor_of(request), person=person, app_id=app.id, **form.cleaned_data)
        messages.success(request, gettext("It is offered. Until somebody accepts, nothing changes."))
        return redirect("workloads:settings", app.id)

    return _do(request, app, "offer_form", form, call)


def _do(
    request: HttpRequest, app: App, name: str, form: forms.Form, call: Callable[[], HttpResponse]
) -> HttpResponse:
    """One call; what is refused stands beside its field, with what was typed kept."""
    if form.is_valid():
        try:
            return call()
        except Refused as error:
            for each in error.refusals if isinstance(error, RefusedMany) else (error,):
                field = each.field if each.field in form.fields else None
                form.add_error(field, selectors.refusal(cast("Person", request.user), each))
        except Conflict as error:
            form.add_error(None, sentence(error))
    return _page(request, app.id, status=422, **{name: form})


def _page(request: HttpRequest, app_id: UUID, status: int = 200, **bound: forms.Form) -> HttpResponse:
    person = cast("Person", request.user)
    context = framed(person, app_id, "settings")
    app = context["app"]
    made: dict[str, Any] = {
        "label_form": LabelForm({"label": app.label}, auto_id="label-%s"),
        "address_form": AddressForm(auto_id="address-%s"),
        "duplicate_form": DuplicateForm(auto_id="copy-%s", projects=_targets(person)),
        "offer_form": OfferForm(auto_id="offer-%s"),
        "retention_days": lab.RETENTION_DAYS,
        "scale": _scale(context),
        "redirect_days": lab.ADDRESS_REDIRECT_DAYS,
        "domain": lab.APPS_DOMAIN,
        "former": app.former_hosts.order_by("until"),
        "offered": app.handovers.filter(closed_at=None).first(),
    }
    return render(request, "workloads/settings.html", {**context, **made, **bound}, status=status)


def _scale(context: dict[str, Any]) -> Any:
    """Between how many copies the template lets one choose; none where there is no choice."""
    manifest, app = context["manifest"], context["app"]
    bounds = manifest.sizing.bounds["count"] if manifest and app.desired == Desired.PRESENT else None
    return bounds if bounds and bounds.min < bounds.max else None


def _targets(person: Person) -> list[Project]:
    """Where the person may ask for apps."""
    found = projects.visible_to(person).filter(archived_at=None).order_by("name")
    return [each for each in found if can(person, each, "deploy")]


def _lower(request: HttpRequest) -> str:
    return request.POST.get("name", "").strip().lower()
