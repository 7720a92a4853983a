"""The platform's parts: which answer, since when."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.cluster import selectors


@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Each part with what it is for, and what goes on without it."""
    parts = selectors.parts()
    well = all(part.reachable for part in parts)
    shown = {"parts": parts, "well": well, "survey": selectors.last_survey()}
    return render(request, "cluster/status.html", shown)
