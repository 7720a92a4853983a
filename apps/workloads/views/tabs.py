"""The tabs beside the overview."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.volumes import selectors as kept
from apps.workloads.views.frame import framed, show


@login_required
@require_safe
def logs(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The page; its lines are fetched from telemetry, so that it stands when the cluster does not answer."""
    return show(request, "logs", framed(cast("Person", request.user), app_id, "logs"))


@login_required
@require_safe
def data(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """What it keeps."""
    context = framed(cast("Person", request.user), app_id, "data")
    return show(request, "data", {**context, **kept.shown(context["app"])})


@login_required
@require_safe
def access(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Who may open it."""
    return show(request, "access", framed(cast("Person", request.user), app_id, "access"))
