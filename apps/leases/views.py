"""How long an app may live: its page, one click to renew it, and the link of a mail."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.leases import selectors, services
from apps.leases.forms import RenewForm, TermsForm
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.quotas import selectors as quotas
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, Missing, PaillasseError, Refused

_STATUS = {Missing: 404, Forbidden: 403, Conflict: 409}
RIGHT = "always_on"


@login_required
@require_safe
def lease(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Until when, what comes then, and what this person may do about it."""
    return _page(request, app_id)


def _page(request: HttpRequest, app_id: UUID, form: RenewForm | None = None) -> HttpResponse:
    person = cast("Person", request.user)
    app = workloads.get(person, app_id)
    shown = selectors.shown(app)
    right = next((each for each in quotas.figures(app.project_id) if each.dimension == RIGHT), None)
    context = {
        "app": app,
        "lease": shown,
        "form": form or RenewForm(initial={"ends_on": shown.renews_to}),
        "renewals": selectors.renewals(app),
        "right": right,
        "may_renew": permissions.can(person, app.project, "deploy"),
        "may_ask_quota": permissions.can(person, app.project, "quota"),
        "starts": app.desired in {"stopped", "asleep"} and not shown.over,
    }
    return render(request, "leases/lease.html", context, status=422 if form else 200)


@login_required
@require_POST
def renew(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Renew: by one click (`ends_on` empty), or until a day."""
    person = cast("Person", request.user)
    app = workloads.get(person, app_id)
    form = RenewForm(request.POST)
    form.fields["ends_on"].required = False
    if not form.is_valid():
        return _page(request, app.id, form)
    try:
        ends_on = form.cleaned_data["ends_on"]
        renewed = services.renew(actor=actor_of(request), person=person, app_id=app.id, ends_on=ends_on)
    except Refused as error:
        form.refuse(error)
        return _page(request, app.id, form)
    except Conflict as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _said(renewed))
    return redirect("leases:lease", app.id)


@login_required
@require_POST
def always_on(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Take the right, or give it back (`on` is yes or no)."""
    person, on = cast("Person", request.user), request.POST.get("on") == "yes"
    app = workloads.get(person, app_id)
    try:
        services.set_always_on(actor=actor_of(request), person=person, app_id=app.id, on=on)
    except Conflict as error:
        messages.error(request, sentence(error))
    else:
        said = gettext("The app is always on: it has no end.") if on else gettext("The app has an end again.")
        messages.success(request, said)
    return redirect("leases:lease", app.id)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The button of a mail. GET only asks, for mail programs look at links; POST renews, once."""
    person = cast("Person", request.user)
    try:
        if request.method == "POST":
            app = services.renew_by_link(actor=actor_of(request), person=person, token=token)
            context: dict[str, Any] = {"app": app, "done": _said(app), "lease": selectors.shown(app)}
            return render(request, "leases/link.html", context)
        _link, app = services.look(token, person.id)
        permissions.require(person, app.project, "deploy")
    except (Missing, Forbidden, Conflict, Refused) as error:
        return _refused(request, error)
    return render(request, "leases/link.html", {"app": app, "lease": selectors.shown(app)})


def _refused(request: HttpRequest, error: PaillasseError) -> HttpResponse:
    """Why nothing was done; the app is as it was."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422)
    return render(request, "leases/link.html", {"problem": sentence(error)}, status=status)


def _said(app: App) -> str:
    day = formats.date_format(app.ends_on, "DATE_FORMAT") if app.ends_on else ""
    return gettext("%(app)s is renewed until %(day)s.") % {"app": app.label, "day": day}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, slug: str) -> HttpResponse:
    """Other terms than the lab's for one project: for admins."""
    person = cast("Person", request.user)
    project = projects.get_by_slug(person, slug)
    if not person.is_admin:
        raise Forbidden("forbidden", action="lease")
    stands = selectors.project_terms(project)
    form = TermsForm(request.POST or None, initial={"default_days": stands[0], "max_days": stands[1]})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_terms(actor=actor_of(request), person=person, project_id=project.id, **form.terms)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, gettext("Saved. Apps that stand keep their end."))
            return redirect("projects:project", project.slug)
    context = {"project": project, "form": form, "lab": selectors.lab_terms()}
    return render(request, "leases/terms.html", context, status=422 if form.errors else 200)
