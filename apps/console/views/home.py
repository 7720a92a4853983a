"""Home: whether my apps are up and where, what waits for me, what is left of my quota."""

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.approvals import selectors as approvals
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import Template
from apps.console.views.frame import PROJECT_KEY, Shell
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.quotas import selectors as quotas
from apps.workloads import selectors as workloads

CARDS = 24
_FIRST = 3  # templates offered to somebody who has no app
_KINDS = ("web", "data", "notebook", "service")
_SOON = timedelta(days=30)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the person's apps, waiting requests and quota; `?project=` chooses one project, empty all."""
    person = cast("Person", request.user)
    if "project" in request.GET:
        _choose(request, person, request.GET["project"])
        return redirect("console:home")
    frame = Shell(request)
    chosen = [frame.project] if frame.project else frame.projects
    apps = workloads.visible_to(person).filter(project__in=chosen)
    shown = workloads.shown(workloads.pressing(apps)[: CARDS + 1])
    figured = frame.project or projects.personal_of(person)
    waiting = approvals.visible_to(person).filter(requester=person, state__in=approvals.WAITING)
    context = {
        "shell": frame,  # instead of the context processor's: what it has read is not read again
        "apps": shown[:CARDS],
        "more": len(shown) > CARDS,
        "soon": timezone.localdate() + _SOON,
        "requests": waiting.select_related("app", "project").order_by("-created_at")[:5],
        "figured": figured,
        "figures": quotas.figures(figured.id) if figured else (),
        "may_ask_quota": figured is not None and permissions.can(person, figured, "quota"),
        "templates": [] if shown else _first(person),
    }
    return render(request, "console/home.html", context)


def _first(person: Person) -> list[Template]:
    """Three to begin with: those that run here, one of each kind before a second one."""
    drivers = tuple(settings.ALLOWED_DRIVERS)
    runs = [
        each
        for each in catalogue.offered(person)
        if each.current and catalogue.available(catalogue.manifest(each.current), drivers)
    ]
    seen: dict[str, int] = {}
    for each in runs:
        seen[each.slug] = sum(1 for other in runs[: runs.index(each)] if other.kind == each.kind)
    return sorted(runs, key=lambda each: (seen[each.slug], _KINDS.index(each.kind)))[:_FIRST]


def _choose(request: HttpRequest, person: Person, slug: str) -> None:
    found = projects.joined(person).filter(slug=slug).first()
    request.session[PROJECT_KEY] = str(found.id) if found else ""


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """One button: the lab's account."""
    after = request.GET.get("next", "")
    safe = after if url_has_allowed_host_and_scheme(after, allowed_hosts=None) else ""
    if request.user.is_authenticated:
        return redirect(safe or "console:home")
    return render(request, "console/sign_in.html", {"next": safe})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "console/accessibility.html")
