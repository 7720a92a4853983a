"""Releases: what each changed; one of them in full; and back to it, with what that would do shown before."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.base.messages import sentence
from apps.base.requests import actor_of, whole
from apps.workloads import live, services
from apps.workloads.differences import difference
from apps.workloads.models import App, Release
from apps.workloads.views.frame import framed, show
from kernel.errors import Conflict, Missing, OutsideError, PaillasseError, Refused, RefusedMany

_PAGE = 20


@login_required
@require_safe
def releases(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Numbered: who, when, why, and what differs from the one before."""
    context = framed(cast("Person", request.user), app_id, "releases")
    found = context["app"].releases.select_related("template_version", "last_words").order_by("-number")
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    before = found.filter(number__lt=rows[-1].number).first() if rows else None
    pairs = zip(rows, [*rows[1:], before], strict=True)
    context |= {"page": page, "rows": [(row, difference(row, older)) for row, older in pairs]}
    return show(request, "releases", context)


@login_required
@require_safe
def release(request: HttpRequest, app_id: UUID, number: int) -> HttpResponse:
    """One of them, and what going back to it would change. The cluster is asked by `release_plan`."""
    person = cast("Person", request.user)
    context = framed(person, app_id, "releases")
    found = _one(context["app"], number)
    context |= {"release": found, **_back(request, person, context, found)}
    return show(request, "release", context)


@login_required
@never_cache
@require_safe
def release_plan(request: HttpRequest, app_id: UUID, number: int) -> HttpResponse:
    """What the cluster would do on the way back; the page stands when it does not answer."""
    person = cast("Person", request.user)
    context = framed(person, app_id, "releases")
    _one(context["app"], number)
    back = _tried(request, person, context["app"], number)
    plan: dict[str, Any]
    try:
        plan = {"plan": live.foretold(back.app, back.planned)}
    except OutsideError as error:
        plan = {"unavailable": sentence(error)}
    return render(request, "workloads/foretold.html", {**context, **plan})


@login_required
@require_POST
def rollback(request: HttpRequest, app_id: UUID, number: int) -> HttpResponse:
    """Make it again under a new number; where that cannot be, the page says why and the app stays."""
    person = cast("Person", request.user)
    app = framed(person, app_id, "releases")["app"]
    try:
        submitted = approvals.roll_back(
            actor=actor_of(request),
            person=person,
            app_id=app.id,
            number=number,
            reason=request.POST.get("reason", ""),
            if_generation=whole(request.POST.get("generation", ""), "generation"),
        )
    except (Refused, Conflict) as error:
        messages.error(request, _said(error))
        return redirect("workloads:release", app.id, number)
    messages.success(request, _done(submitted))
    return redirect("workloads:app", app.id)


def _one(app: App, number: int) -> Release:
    found = app.releases.select_related("template_version").filter(number=number).first()
    if found is None:
        raise Missing("release.missing")
    return found


def _back(request: HttpRequest, person: Person, context: dict[str, Any], found: Release) -> dict[str, Any]:
    """What going back comes to, or why it cannot be; nothing for who may not, or where it is wanted now."""
    app = context["app"]
    before = app.releases.filter(number__lt=found.number).select_related("template_version").first()
    told: dict[str, Any] = {"difference": difference(found, before), "before": before}
    if not context["may_deploy"] or app.gone_at is not None or found.id == app.release_id:
        return told
    try:
        back = _tried(request, person, app, found.number)
    except PaillasseError as error:
        return {**told, "refused": _said(error)}
    draft = services.draft_release(back.app, back.planned)
    return {**told, "back": back, "back_difference": difference(draft, app.release)}


def _tried(request: HttpRequest, person: Person, app: App, number: int) -> approvals.Submitted:
    return approvals.roll_back(
        actor=actor_of(request), person=person, app_id=app.id, number=number, dry_run=True
    )


def _said(error: PaillasseError) -> str:
    """Every reason: several answers may be wrong at once."""
    if isinstance(error, RefusedMany):
        return " ".join(sentence(each) for each in error.refusals)
    return sentence(error)


def _done(submitted: approvals.Submitted) -> str:
    if submitted.waits:
        return gettext("Your change was sent. An administrator decides; until then the app stays as it is.")
    return gettext("Going back was asked for. This page shows how it gets on.")
