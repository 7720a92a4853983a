"""One search over what the person may see."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.catalogue import selectors as catalogue
from apps.projects import selectors as projects
from apps.workloads import selectors as workloads

_EACH = 12


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find apps, projects and templates by `?q=`; people too, for admins."""
    person = cast("Person", request.user)
    words = request.GET.get("q", "").strip()[:100]
    context = {"q": words, **(_found(person, words) if words else {})}
    return render(request, "console/search.html", context)


def _found(person: Person, words: str) -> dict[str, object]:
    apps = workloads.visible_to(person).filter(
        Q(label__icontains=words) | Q(name__icontains=words) | Q(slug__icontains=words)
    )
    offered = catalogue.offered(person).filter(
        Q(slug__icontains=words) | Q(title__fr__icontains=words) | Q(title__en__icontains=words)
    )
    mine = projects.visible_to(person).filter(Q(name__icontains=words) | Q(slug__icontains=words))
    return {
        "apps": workloads.shown(workloads.newest(apps)[:_EACH]),
        "templates": offered[:_EACH],
        "projects": mine.order_by("name")[:_EACH],
        "people": accounts.find(words)[:_EACH] if person.is_admin else [],
    }
