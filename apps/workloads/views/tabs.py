"""The tabs beside the overview."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.workloads import live, selectors
from apps.workloads.models import Release
from apps.workloads.views.frame import framed, show
from kernel.errors import OutsideError

_PAGE = 20


@login_required
@require_safe
def releases(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Numbered: who, when, why, and what differs from the one before."""
    context = framed(cast("Person", request.user), app_id, "releases")
    found = context["app"].releases.select_related("template_version").order_by("-number")
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    before = found.filter(number__lt=rows[-1].number).first() if rows else None
    pairs = zip(rows, [*rows[1:], before], strict=True)
    context |= {"page": page, "rows": [(row, _difference(row, older)) for row, older in pairs]}
    return show(request, "releases", context)


def _difference(release: Release, older: Release | None) -> list[tuple[str, Any, Any]]:
    """What changed: name, before, after."""
    if older is None:
        return []
    now, then = _told(release), _told(older)
    return [
        (name, then.get(name, ""), now.get(name, ""))
        for name in sorted({*now, *then})
        if now.get(name) != then.get(name)
    ]


def _told(release: Release) -> dict[str, Any]:
    files = {each["parameter"]: each["filename"] for each in release.files if each["parameter"]}
    version = {"version": release.template_version.version}
    return {**release.parameters, **release.resources, **files, **version}


@login_required
@require_safe
def logs(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The page; its lines are fetched by `log_tail`, so that it stands when the cluster does not answer."""
    return show(request, "logs", framed(cast("Person", request.user), app_id, "logs"))


@login_required
@never_cache
@require_safe
def log_tail(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The last lines of out and err; those kept from the last failure where the cluster does not answer."""
    app = selectors.get(cast("Person", request.user), app_id)
    error: OutsideError | None = None
    try:
        tail = live.log_tail(app)
    except OutsideError as caught:
        tail, error = dict(app.observation.logs), caught
    return render(request, "workloads/log_lines.html", {"app": app, "tail": tail, "error": error})


@login_required
@require_safe
def data(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """What it keeps."""
    return show(request, "data", framed(cast("Person", request.user), app_id, "data"))


@login_required
@require_safe
def access(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Who may open it."""
    return show(request, "access", framed(cast("Person", request.user), app_id, "access"))


@login_required
@require_safe
def settings(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """What it is made of, and the danger zone."""
    return show(request, "settings", framed(cast("Person", request.user), app_id, "settings"))
