"""Overview: is it up, where, and if not, why."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.workloads import explain, selectors
from apps.workloads.models import App
from apps.workloads.views.frame import framed, show

_EVENTS = 20
_LINES = 200


@login_required
@require_safe
def app_page(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Steps while something moves, reason when it failed, and the timeline."""
    context = framed(cast("Person", request.user), app_id, "app")
    app = context["app"]
    context |= _told(app, request.GET.get("source", ""))
    context["operation"] = app.operations.order_by("-created_at").first()
    context["last_words"] = {
        stream: "\n".join(str(app.observation.logs.get(stream, "")).splitlines()[-_LINES:])
        for stream in ("stdout", "stderr")
    }
    return show(request, "app", context)


@login_required
@never_cache
@require_safe
def story(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The timeline alone, for a page that is told of something new."""
    app = selectors.get(cast("Person", request.user), app_id)
    context = {"app": app, **_told(app, request.GET.get("source", ""))}
    return render(request, "workloads/story.html", context)


def _told(app: App, source: str) -> dict[str, Any]:
    """The newest events: all, or those that one part tells of."""
    source = source if source in explain.TELLERS else ""
    events = app.events.filter(source=source) if source else app.events.all()
    sources = [("", gettext("all")), *((code, str(name)) for code, name in explain.TELLERS.items())]
    return {"events": events.order_by("-at", "-id")[:_EVENTS], "source": source, "sources": sources}


@login_required
@never_cache
@require_safe
def live(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The head again: 204 where nothing has changed since `?seen=`."""
    context = framed(cast("Person", request.user), app_id, "app")
    if request.GET.get("seen") == context["digest"]:
        return HttpResponse(status=204)
    return render(request, "workloads/live.html", {**context, "fragment": True})
