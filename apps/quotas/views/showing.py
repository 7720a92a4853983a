"""One project's quota: what stands, who holds it, how it went, who set it."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.quotas import selectors
from apps.workloads import selectors as workloads
from kernel.units import DIMENSIONS, Amounts

_HOLDERS, _CHANGES = 25, 15
_RARE = frozenset({"gpus", "always_on"})  # shown where a project has, or may have, any


@dataclass(frozen=True)
class Holder:
    """An app and what it has of the quota."""

    label: str
    app_id: UUID
    amounts: Amounts

    def cells(self) -> list[tuple[str, int]]:
        """Its amounts in the order of the dimensions; that it is one app is left out."""
        return [(name, amount) for name, amount in self.amounts.items() if name != "apps"]


@login_required
@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """Gauges; apps by what they take; use by day of one dimension (`?dimension=`); the limits' history."""
    person = cast("Person", request.user)
    found = projects.get_by_slug(person, slug)
    figures = selectors.figures(found.id)
    asked = request.GET.get("dimension", "")
    dimension = asked if asked in DIMENSIONS else "cpu_mhz"
    changes = Paginator(selectors.changes_of(found.id), _CHANGES)
    context = {
        "project": found,
        "figures": figures,
        "over": [each for each in figures if each.over],
        "granted": [each for each in figures if each.granted_until],
        "ceilings": [each for each in selectors.ceilings(found.id) if each.limit is not None],
        "differences": selectors.open_differences(found.id)[:1],
        "dimension": dimension,
        "dimensions": [name for name in DIMENSIONS if name not in _RARE or _counts(figures, name)],
        "usage": list(selectors.usage_of(found.id).filter(dimension=dimension)),
        "holders": _holders(found.id, dimension),
        "columns": [name for name in DIMENSIONS if name != "apps"],
        "page": changes.get_page(request.GET.get("page")),
        "may_set": person.is_admin,
        "may_ask_quota": permissions.can(person, found, "quota"),
    }
    return render(request, "quotas/project.html", context)


def _counts(figures: tuple[selectors.Figure, ...], name: str) -> bool:
    """Whether the project has, or may have, any of a dimension."""
    return any(each.dimension == name and (each.limit or each.used) for each in figures)


def _holders(project_id: UUID, dimension: str) -> list[Holder]:
    """The apps that take the most of a dimension."""
    held = selectors.holders(project_id)
    largest = sorted(held, key=lambda holder: (-getattr(held[holder], dimension), holder))[:_HOLDERS]
    labels = workloads.labels(largest)
    return [Holder(labels.get(holder, "—"), holder, held[holder]) for holder in largest]
