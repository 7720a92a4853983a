"""The quotas of all projects, for those who read all."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.cluster import selectors as cluster
from apps.projects import selectors as projects
from apps.quotas import selectors
from kernel.errors import Missing
from kernel.units import DIMENSIONS

_PAGE = 50


@login_required
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """The fullest first; `?q=` looks in names, `?sort=` orders by name or by a dimension's use."""
    person = cast("Person", request.user)
    if not person.reads_all:
        raise Missing
    words, sort = request.GET.get("q", "").strip()[:100], request.GET.get("sort", "")
    sort = sort if sort in selectors.ORDERS else "fullest"
    found = selectors.standing(projects.visible_to(person), words=words, sort=sort)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": selectors.with_counters(list(page.object_list)),
        "q": words,
        "sort": sort,
        "dimensions": list(DIMENSIONS),
        "lab": selectors.ceilings(),
        "headroom": cluster.headroom(),
        "differences": selectors.open_differences()[:20],
        "may_set": person.is_admin,
    }
    return render(request, "quotas/all.html", context)
