"""Secrets: names and ages; values for thirty seconds, audited, to those who may see them."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.base.htmx import page_or_fragment
from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.workloads import live, selectors
from apps.workloads.views.frame import framed
from kernel.errors import Conflict, OutsideError, PaillasseError, Refused

SHOWN_S = 30  # seconds
_PREFIX = "secret-"


@login_required
@never_cache
@require_safe
def secrets(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Names, ages, and what the template asks of a member."""
    context = _context(cast("Person", request.user), app_id)
    return render(request, "workloads/secrets.html", context)


def _context(person: Person, app_id: UUID) -> dict[str, Any]:
    context = framed(person, app_id, "secrets")
    return {**context, **_names(context["app"])}


def _names(app: Any) -> dict[str, Any]:
    try:
        names = live.secret_names(app)
    except OutsideError as error:
        return {"names": [], "error": error}
    for each in names:
        each["updated_at"] = parse_datetime(each["updated_at"]) if each["updated_at"] else None
    return {"names": names, "error": None}


@login_required
@never_cache
@require_POST
def reveal(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Show the values; the audit holds it before anything is read."""
    person = cast("Person", request.user)
    app = selectors.get(person, app_id)
    try:
        values = live.reveal_secret(actor=actor_of(request), person=person, app=app)
    except OutsideError as error:
        context = {**_context(person, app_id), "error": error}
        return page_or_fragment(
            request, "workloads/secrets.html", "workloads/secret_list.html", context, status=503
        )
    context = {**_context(person, app_id), "values": values, "seconds": SHOWN_S}
    return page_or_fragment(request, "workloads/secrets.html", "workloads/secret_list.html", context)


@login_required
@never_cache
@require_safe
def hidden(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The list without values: what the page goes back to after thirty seconds."""
    context = _context(cast("Person", request.user), app_id)
    return render(request, "workloads/secret_list.html", context)


@login_required
@never_cache
@require_POST
def provide(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Write the values that the template asks of a member; they are never shown again on this form."""
    person = cast("Person", request.user)
    app = selectors.get(person, app_id)
    given = {
        key.removeprefix(_PREFIX): str(value) for key, value in request.POST.items() if _is_value(key, value)
    }
    try:
        live.provide_secret(actor=actor_of(request), person=person, app=app, values=given)
    except (Refused, Conflict, OutsideError) as error:
        context = {**_context(person, app_id), "refused": _said(error)}
        status = 503 if isinstance(error, OutsideError) else 409 if isinstance(error, Conflict) else 422
        return render(request, "workloads/secrets.html", context, status=status)
    messages.success(request, gettext("The secret is kept. The app goes on with it."))
    return redirect("workloads:app", app.id)


@login_required
@never_cache
@require_POST
def rotate(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Draw new values, of one secret or of all generated ones; they are not shown."""
    person = cast("Person", request.user)
    app = selectors.get(person, app_id)
    names = [name for name in request.POST.getlist("name") if name]
    try:
        live.rotate_secret(actor=actor_of(request), person=person, app=app, names=names)
    except (Conflict, Refused, OutsideError) as error:
        messages.error(request, _said(error))
    else:
        messages.success(request, gettext("A new value was drawn and kept; it is a new release."))
    return redirect("workloads:secrets", app.id)


def _is_value(key: str, value: object) -> bool:
    """A field left empty keeps what is there."""
    return key.startswith(_PREFIX) and bool(value)


def _said(error: PaillasseError) -> str:
    return sentence(error)
