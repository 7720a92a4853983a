"""One call a verb, then back to the app's page with what was done."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from apps.accounts.models import Person
from apps.base.requests import done, whole
from apps.workloads import selectors, services


@login_required
@require_POST
def stop(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Stop it; what it keeps stays."""
    return act(request, app_id, services.stop, gettext("Stop asked for. Its data, secrets and address stay."))


@login_required
@require_POST
def start(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Start it again, if the quota still allows."""
    return act(request, app_id, services.start, gettext("Start asked for."))


@login_required
@require_POST
def sleep(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Put it to sleep; what it keeps stays."""
    said = gettext("Sleep asked for. Its data, secrets and address stay; Start wakes it.")
    return act(request, app_id, services.sleep, said)


@login_required
@require_POST
def retry(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Try again what failed."""
    return act(request, app_id, services.retry, gettext("Another try asked for."))


@login_required
@require_POST
def restart(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Restart by replacing its copies."""
    return act(request, app_id, services.restart, gettext("Restart asked for."))


@login_required
@require_POST
def delete(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Delete it, if its name was typed."""
    if (again := _not_typed(request, app_id)) is not None:
        return again
    said = gettext("Deletion asked for. What it keeps can still be brought back.")
    if settings.RETENTION_DAYS == 0:
        said = gettext("It is being deleted, with everything of it.")
    return act(request, app_id, services.delete, said)


@login_required
@require_POST
def undo(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Undo its deletion, if the quota still allows."""
    return act(request, app_id, services.undo, gettext("Its deletion is undone: it comes back as it was."))


@login_required
@require_POST
def purge(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Remove it for good, if its name was typed again."""
    if (again := _not_typed(request, app_id)) is not None:
        return again
    return act(request, app_id, services.purge, gettext("It is being removed, with everything of it."))


def _not_typed(request: HttpRequest, app_id: UUID) -> HttpResponse | None:
    """Back to the danger zone where the name was not typed as it is."""
    app = selectors.get(cast("Person", request.user), app_id)
    if request.POST.get("typed", "").strip() == app.name:
        return None
    messages.error(
        request, gettext("Nothing was deleted: type the name %(name)s to confirm.") % {"name": app.name}
    )
    return redirect("workloads:settings", app.id)


def act(request: HttpRequest, app_id: UUID, service: Callable[..., Any], said: str) -> HttpResponse:
    """One call; a lost race or a full quota is said on the page, which shows how things are now."""
    app = selectors.get(cast("Person", request.user), app_id)
    generation = whole(request.POST.get("generation", ""), "generation")
    done(request, said, service, app_id=app.id, if_generation=generation)
    return redirect("workloads:app", app.id)
