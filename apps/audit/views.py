"""The audit: who did what, when. Members see that of their own projects."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.audit import selectors
from apps.audit.models import Event
from apps.projects import selectors as projects

_PAGE = 50


@login_required
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The newest first; `?q=` looks in verb, actor and target, `?project=` in one project."""
    person = cast("Person", request.user)
    words, slug = request.GET.get("q", "").strip()[:100], request.GET.get("project", "")
    seen = projects.visible_to(person).order_by("name")
    chosen = next((each for each in seen if each.slug == slug), None)
    found = _visible(person, [chosen.id] if chosen else [each.id for each in seen], narrowed=bool(chosen))
    if words:
        found = found.filter(
            Q(verb__icontains=words) | Q(actor_label__icontains=words) | Q(target_label__icontains=words)
        )
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "q": words, "project": slug, "projects": seen, "all": person.reads_all}
    return render(request, "audit/list.html", context)


def _visible(person: Person, ids: list[object], *, narrowed: bool) -> "QuerySet[Event]":
    """All for those who read all; the events of their projects for members."""
    if person.reads_all and not narrowed:
        return selectors.every()
    return selectors.of_projects(ids)  # type: ignore[arg-type]  # ids of projects are UUIDs
