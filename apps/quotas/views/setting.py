"""Setting limits and ceilings: administrators alone. For everybody else these pages are not there."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.projects import selectors as projects
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.forms import CeilingsForm, LimitsForm, ProjectLimitsForm
from apps.quotas.selectors import CeilingFigure
from apps.workloads import selectors as workloads
from kernel.errors import Conflict, LimitBelowUse, Missing, Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: HttpRequest, slug: str) -> HttpResponse:
    """A project's limits: for good, or as a grant up to and with a day."""
    project = _project(request, slug)
    figures = selectors.figures(project.id)
    version = selectors.version_of(project.id)
    stands: dict[str, int | None] = {each.dimension: each.base_limit for each in figures}
    form = ProjectLimitsForm(stands, request.POST or None, initial={"version": version})

    def save() -> None:
        services.set_limit(
            actor=actor_of(request),
            project=project,
            limits={name: limit for name, limit in form.limits.items() if limit is not None},
            reason=form.cleaned_data["reason"],
            until=form.cleaned_data["until"],
            version=form.cleaned_data["version"],
        )

    context = {"project": project, "figures": figures, "heading": project.name}
    return _page(request, form, save, reverse("quotas:project", args=[slug]), context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_ceiling(request: HttpRequest) -> HttpResponse:
    """What all projects may have together."""
    _require_admin(request)
    return _ceilings(request, selectors.ceilings(), selectors.ceilings_version(), None, reverse("quotas:all"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_ceiling(request: HttpRequest, slug: str) -> HttpResponse:
    """What the personal projects of this one's member may have together."""
    project = _project(request, slug)
    owner = project.personal_of
    if owner is None:
        raise Missing
    rows, version = selectors.ceilings(person_id=owner.id), selectors.ceilings_version(owner.id)
    return _ceilings(request, rows, version, owner, reverse("quotas:project", args=[slug]))


def _ceilings(
    request: HttpRequest, rows: tuple[CeilingFigure, ...], version: int, owner: Person | None, done: str
) -> HttpResponse:
    form = CeilingsForm(
        {each.dimension: each.limit for each in rows}, request.POST or None, initial={"version": version}
    )

    def save() -> None:
        services.set_ceiling(
            actor=actor_of(request),
            person=owner,
            limits=form.limits,
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
        )

    heading = owner.label if owner else gettext("the whole lab")
    return _page(request, form, save, done, {"figures": rows, "heading": heading, "ceiling": True})


def _page(
    request: HttpRequest, form: LimitsForm, save: Callable[[], None], done: str, context: dict[str, Any]
) -> HttpResponse:
    """Show the form, or save and go on; what is refused stands beside its field."""
    excesses: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except (Refused, Conflict) as error:
            field = (error.field or "").removeprefix("limits.")
            form.add_error(field if field in form.fields else None, sentence(error))
            excesses = _excesses(error) if isinstance(error, LimitBelowUse) else []
        else:
            messages.success(request, gettext("The limits were set."))
            return redirect(done)
    status = 422 if form.errors else 200
    told = {**context, "form": form, "excesses": excesses, "back": done}
    return render(request, "quotas/set.html", told, status=status)


def _excesses(error: LimitBelowUse) -> list[dict[str, Any]]:
    """What would have to go, by dimension."""
    labels = workloads.labels([holder for each in error.excesses for holder, _amount in each.holders])
    return [
        {"excess": each, "holders": [_named(labels, holder, amount) for holder, amount in each.holders[:10]]}
        for each in error.excesses
    ]


def _named(labels: dict[UUID, str], holder: UUID, amount: int) -> dict[str, Any]:
    return {"id": holder, "label": labels.get(holder, str(holder)), "amount": amount}


def _require_admin(request: HttpRequest) -> Person:
    person = cast("Person", request.user)
    if not person.is_admin:
        raise Missing
    return person


def _project(request: HttpRequest, slug: str) -> Project:
    return projects.get_by_slug(_require_admin(request), slug)
