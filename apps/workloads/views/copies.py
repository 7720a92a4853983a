"""Copies: how many, and the trial copies of a new release, let in or given up."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.base.messages import sentence
from apps.base.requests import actor_of, whole
from apps.workloads import selectors, services
from apps.workloads.views.acting import act
from kernel.errors import Conflict, Refused, RefusedMany


@login_required
@require_POST
def scale(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Run another number of copies; what is refused is said on the page that shows how it is now."""
    person = cast("Person", request.user)
    app = selectors.get(person, app_id)
    try:
        submitted = approvals.scale(
            actor=actor_of(request),
            person=person,
            app_id=app.id,
            count=whole(request.POST.get("count", ""), "count") or 0,
            if_generation=whole(request.POST.get("generation", ""), "generation"),
        )
    except (Refused, Conflict) as error:
        messages.error(request, _said(error))
        return redirect("workloads:settings", app.id)
    if submitted.waits:
        said = gettext("Your change was sent. An administrator decides; until then the app stays as it is.")
    else:
        said = gettext("The number of copies changes; those that stay go on running.")
    messages.success(request, said)
    return redirect("workloads:app", app.id)


@login_required
@require_POST
def promote(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Let the trial copies in."""
    return act(request, app_id, services.canaries.promote, gettext("The new release is being let in."))


@login_required
@require_POST
def abort(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Give them up."""
    said = gettext("The new release was given up; the app stays on the release that serves.")
    return act(request, app_id, services.canaries.abort, said)


def _said(error: Refused | Conflict) -> str:
    refusals = error.refusals if isinstance(error, RefusedMany) else (error,)
    return " ".join(sentence(each) for each in refusals)
