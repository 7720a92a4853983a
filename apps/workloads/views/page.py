"""Overview: is it up, where, and if not, why."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.workloads.views.frame import framed, show

_EVENTS = 20
_STOP_POLLING = 286  # htmx: swap, and poll no more
_LINES = 200


@login_required
@require_safe
def app_page(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Steps while something moves, reason when it failed, and the timeline."""
    context = framed(cast("Person", request.user), app_id, "app")
    app = context["app"]
    context["events"] = app.events.order_by("-at", "-id")[:_EVENTS]
    context["operation"] = app.operations.order_by("-created_at").first()
    context["last_words"] = {
        stream: "\n".join(str(app.observation.logs.get(stream, "")).splitlines()[-_LINES:])
        for stream in ("stdout", "stderr")
    }
    return show(request, "app", context)


@login_required
@never_cache
@require_safe
def live(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The head again: 204 where nothing has changed since `?seen=`, 286 where nothing moves any more."""
    context = framed(cast("Person", request.user), app_id, "app")
    if context["moving"] and request.GET.get("seen") == context["digest"]:
        return HttpResponse(status=204)
    status = 200 if context["moving"] else _STOP_POLLING
    return render(request, "workloads/live.html", {**context, "fragment": True}, status=status)
