"""The quotas of all projects, for those who set them: a page at a time, in a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    F,
    FloatField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from apps.projects.models import Project
from apps.quotas.models import Counter
from apps.quotas.selectors.figures import Figure, figure_of
from kernel.units import DIMENSIONS


@dataclass(frozen=True)
class Standing:
    """One project with its counters, in the order of the dimensions."""

    project: Project
    counters: tuple[Counter | None, ...]

    @property
    def figures(self) -> list[Figure]:
        """Those that there are."""
        return [figure_of(each) for each in self.counters if each is not None]

    @property
    def over(self) -> bool:
        """Whether a limit is held above its base by use alone."""
        return any(each.over for each in self.figures)


def standing(projects: "QuerySet[Project]", *, words: str = "", sort: str = "fullest") -> "QuerySet[Project]":
    """Order these projects by a key of ORDERS, narrowed to words of their name; raises KeyError for another.

    `fullness` is the highest share, of any dimension, that is used and reserved of its limit.
    """
    if words:
        projects = projects.filter(Q(name__icontains=words) | Q(slug__icontains=words))
    taken = Cast(F("counters__used") + F("counters__reserved"), FloatField())
    share = Case(When(counters__limit__gt=0, then=taken / F("counters__limit")), default=Value(0.0))
    return projects.annotate(fullness=Coalesce(Max(share), Value(0.0))).order_by(*ORDERS[sort])


def _use(dimension: str) -> Any:
    counter = Counter.objects.filter(project_id=OuterRef("id"), dimension=dimension)
    return Coalesce(
        Subquery(counter.values(taken=F("used") + F("reserved"))[:1], output_field=IntegerField()), 0
    ).desc()


ORDERS: dict[str, list[Any]] = {
    "fullest": ["-fullness", "name", "id"],
    "name": ["name", "id"],
    **{dimension: [_use(dimension), "name", "id"] for dimension in DIMENSIONS},
}


def with_counters(projects: "list[Project]") -> list[Standing]:
    """One page of projects with their counters, in one query."""
    rows = Counter.objects.filter(project_id__in=[each.id for each in projects])
    found = {(row.project_id, row.dimension): row for row in rows}
    return [
        Standing(each, tuple(found.get((each.id, dimension)) for dimension in DIMENSIONS))
        for each in projects
    ]
