"""Stop, start, retry, restart, delete: each one call, then back to the app's page with what was done."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.base.requests import actor_of, whole
from apps.workloads import selectors, services
from kernel.errors import Conflict


@login_required
@require_POST
def stop(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Stop it; what it keeps stays."""
    return _act(
        request, app_id, services.stop, gettext("It is being stopped. Its data, secrets and address stay.")
    )


@login_required
@require_POST
def start(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Start it again, if the quota still allows."""
    return _act(request, app_id, services.start, gettext("It is being started."))


@login_required
@require_POST
def retry(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Try again what failed."""
    return _act(request, app_id, services.retry, gettext("It is tried again."))


@login_required
@require_POST
def restart(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Restart by replacing its copies."""
    return _act(request, app_id, services.restart, gettext("It is being restarted."))


@login_required
@require_POST
def delete(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Delete it, if its name was typed."""
    app = selectors.get(cast("Person", request.user), app_id)
    if request.POST.get("typed", "").strip() != app.name:
        messages.error(
            request,
            gettext("Nothing was deleted: type the name %(name)s to confirm.") % {"name": app.name},
        )
        return redirect("workloads:settings", app.id)
    return _act(request, app_id, services.delete, gettext("It is being deleted, with everything of it."))


def _act(request: HttpRequest, app_id: UUID, service: Callable[..., Any], said: str) -> HttpResponse:
    """One call; a lost race or a full quota is said on the page, which shows how things are now."""
    app = selectors.get(cast("Person", request.user), app_id)
    generation = whole(request.POST.get("generation", ""), "generation")
    try:
        service(actor=actor_of(request), app_id=app.id, if_generation=generation)
    except Conflict as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, said)
    return redirect("workloads:app", app.id)
