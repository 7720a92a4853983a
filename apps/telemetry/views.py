"""An app's logs, the news of its state, and what it uses."""

from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.projects.permissions import can
from apps.telemetry import live, selectors
from apps.telemetry.forms import asked
from apps.telemetry.live.lines import Line
from apps.telemetry.live.logs import STREAMS
from apps.telemetry.rest import EventStream, Watched, away, who
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.disarm import disarm
from kernel.errors import Missing, OutsideError, Unavailable

SPANS = ((1, _("one hour")), (48, _("two days")), (2160, _("ninety days")))


@login_required
@never_cache
@require_safe
def panel(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Which copies there are, and the last lines of one; those kept from before where nobody answers.

    A fragment of the page of logs; a page by itself where there is no script.
    """
    app = workloads.get(cast("Person", request.user), app_id)
    wanted = asked(request.GET)
    stream = live.checked(request.GET.get("stream") or STREAMS[0])
    context: dict[str, Any] = {"app": app, "asked": wanted, "stream": stream, "streams": STREAMS}
    try:
        context |= _found(app, wanted, stream)
    except (OutsideError, Missing) as error:
        context |= {"error": error, **_kept(app, stream)}
    part = getattr(request, "htmx", False)
    return render(request, "telemetry/panel.html" if part else "telemetry/panel_page.html", context)


def _found(app: App, wanted: live.Asked, stream: str) -> dict[str, Any]:
    copies = live.copies(app)
    copy, task = live.chosen(copies, wanted)
    query = urlencode({"allocation": copy.id, "task": task, "stream": stream})
    return {
        "copies": copies,
        "copy": copy,
        "task": task,
        "lines": live.tail(copy, task, stream, wanted),
        "follow": reverse("telemetry:stream", args=[app.id]) + f"?{query}",
    }


def _kept(app: App, stream: str) -> dict[str, Any]:
    """What the observation keeps of the last failure."""
    text = str(app.observation.logs.get(stream, ""))
    return {"copies": [], "copy": None, "lines": [Line(disarm(each)) for each in text.splitlines()]}


@login_required
@never_cache
@require_safe
def stream(request: HttpRequest, app_id: UUID) -> HttpResponseBase:
    """A log as it is written: server-sent events `state`, `lines`, `left-out`, `end`."""
    person = cast("Person", request.user)
    app = workloads.get(person, app_id)
    try:
        source = live.source(app, asked(request.GET), request.GET.get("stream") or STREAMS[0])
    except Unavailable as error:
        return away(error)
    return EventStream(live.HUB.watch(who(request, person, app), source))


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, app_id: UUID) -> HttpResponseBase:
    """A log as a text file: at most its last 16 MiB, only what the form asks for; few at a time."""
    person = cast("Person", request.user)
    app = workloads.get(person, app_id)
    wanted = asked(request.GET)
    stream = live.checked(request.GET.get("stream") or STREAMS[0])
    copy, task = live.chosen(live.copies(app), wanted)
    watch = live.taken(who(request, person, app), live.download(copy, task, stream, wanted))
    name = f"{app.slug}-{copy.short}-{task}-{stream}-{timezone.localtime():%Y%m%dT%H%M%S}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Watched(watch, content_type="text/plain; charset=utf-8", headers=headers)


@login_required
@never_cache
@require_safe
def news(request: HttpRequest, app_id: UUID) -> HttpResponseBase:
    """Event `changed` when the app's page would show something else; the page asks what."""
    person = cast("Person", request.user)
    app = workloads.get(person, app_id)
    return EventStream(live.TOLD.watch(who(request, person, app)))


@login_required
@require_safe
def usage(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """What it uses now and used over hours, against its limits: a fragment, or a page without script."""
    person = cast("Person", request.user)
    app = workloads.get(person, app_id)
    hours = int(told) if (told := request.GET.get("hours", "")) in {str(each) for each, _name in SPANS} else 1
    now = timezone.now()
    rows = selectors.usage(app, now - timedelta(hours=hours), now)
    context = {
        "app": app,
        "rows": rows,
        "table": list(reversed(rows)),
        "newest": selectors.newest(app),
        "hint": selectors.hint(app),
        "hours": hours,
        "spans": SPANS,
        "may_deploy": can(person, app.project, "deploy"),
    }
    part = getattr(request, "htmx", False)
    return render(request, "telemetry/usage.html" if part else "telemetry/usage_page.html", context)
