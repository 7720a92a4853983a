"""The platform's parts: which answer, since when; and what of the cluster is nobody's."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.cluster import selectors
from apps.volumes import selectors as volumes


@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Each part with what it is for, and what goes on without it.

    Names of volumes hold those of projects: only who sees all projects sees them.
    """
    parts = selectors.parts()
    well = all(part.reachable for part in parts)
    shown = {"parts": parts, "well": well, "survey": selectors.last_survey()}
    if cast("Person", request.user).reads_all:
        shown |= {"strays": volumes.strays(), "namespace": settings.NOMAD_NAMESPACE}
    return render(request, "cluster/status.html", shown)
