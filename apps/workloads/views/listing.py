"""All apps as a table, and whether a name is free."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.projects import selectors as projects
from apps.projects.permissions import can
from apps.workloads import explain, selectors, services
from kernel.errors import Refused

_PAGE = 50


@login_required
@require_safe
def apps(request: HttpRequest) -> HttpResponse:
    """Apps that the person sees; `?q=`, `?project=`, `?state=` narrow them."""
    person = cast("Person", request.user)
    found = selectors.visible_to(person)
    words, project, state = (request.GET.get(key, "").strip()[:100] for key in ("q", "project", "state"))
    if words:
        found = found.filter(Q(label__icontains=words) | Q(name__icontains=words) | Q(slug__icontains=words))
    if project:
        found = found.filter(project__slug=project)
    if state in explain.LOOKS:
        found = found.filter(observation__state=state)
    page = Paginator(selectors.newest(found), _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "apps": selectors.shown(page.object_list),
        "q": words,
        "project": project,
        "state": state,
        "projects": projects.visible_to(person).order_by("name"),
        "states": [(code, look.word) for code, look in explain.LOOKS.items() if code != "gone"],
    }
    return render(request, "workloads/list.html", context)


@login_required
@require_safe
def name(request: HttpRequest) -> HttpResponse:
    """The address that a typed name would give, and whether it is free."""
    person = cast("Person", request.user)
    typed = request.GET.get("name", "").strip().lower()
    context: dict[str, object] = {"typed": typed, "around": selectors.around_name()}
    if typed:
        try:
            context["availability"] = found = services.name_available(typed)
            context["held"] = held = None if found.free else selectors.held_by(person, typed)
            context["may_free"] = held is not None and can(person, held.project, "delete")
        except Refused as error:
            context["refused"] = sentence(error)
    return render(request, "workloads/name.html", context)
