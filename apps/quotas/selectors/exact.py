"""Whether what is counted is what is charged.

Counters, ceilings and charges change in one transaction, and a statement of PostgreSQL sees one moment: so
each comparison is one statement and needs no lock.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.quotas.enums import Scope
from apps.quotas.models import Ceiling, Charge, Counter, Difference


@dataclass(frozen=True)
class Unequal:
    """A counter, or a ceiling, that is not the sum of its charges."""

    label: str  #: of the project, the person or the lab
    dimension: str
    used: int
    used_by_charges: int
    reserved: int
    reserved_by_charges: int
    project_id: UUID | None = None
    counter_id: int | None = None
    ceiling_id: int | None = None

    def figures(self) -> dict[str, Any]:
        """What is kept of it."""
        names = ("counter_id", "ceiling_id", "used", "used_by_charges", "reserved", "reserved_by_charges")
        return {name: getattr(self, name) for name in names}


def differences() -> tuple[Unequal, ...]:
    """Every counter and ceiling that is not the sum of its charges: none, unless there is a defect."""
    rows = _unequal(Counter.objects.all(), Charge.objects.filter(project_id=OuterRef("project_id")))
    counters = (
        Unequal(
            label=row.project.name,
            dimension=row.dimension,
            used=row.used,
            used_by_charges=row.used_sum,
            reserved=row.reserved,
            reserved_by_charges=row.reserved_sum,
            project_id=row.project_id,
            counter_id=row.pk,
        )
        for row in rows.select_related("project").order_by("project_id", "id")
    )
    return (*counters, *unequal_ceilings())


def unequal_ceilings() -> tuple[Unequal, ...]:
    """The ceilings alone."""
    lab = _unequal(Ceiling.objects.filter(scope=Scope.LAB), Charge.objects.all())
    own = Charge.objects.filter(project__personal_of_id=OuterRef("person_id"))
    people = _unequal(Ceiling.objects.filter(scope=Scope.PERSON), own)
    rows = [*people.select_related("person").order_by("person_id", "id"), *lab.order_by("id")]
    return tuple(
        Unequal(
            label=row.person.label if row.person else settings.LAB_NAME,
            dimension=row.dimension,
            used=row.used,
            used_by_charges=row.used_sum,
            reserved=row.reserved,
            reserved_by_charges=row.reserved_sum,
            ceiling_id=row.pk,
        )
        for row in rows
    )


def _unequal(rows: "QuerySet[Any]", charges: "QuerySet[Charge]") -> "QuerySet[Any]":
    """Those of the rows whose figures are not the sums of these charges of their dimension."""
    of_dimension = charges.filter(dimension=OuterRef("dimension")).order_by().values("dimension")

    def total(name: str) -> Coalesce:
        summed = of_dimension.annotate(total=Sum(name)).values("total")
        return Coalesce(Subquery(summed, output_field=IntegerField()), 0)

    found: QuerySet[Any] = rows.annotate(used_sum=total("used"), reserved_sum=total("reserved"))
    return found.filter(~Q(used=F("used_sum")) | ~Q(reserved=F("reserved_sum")))


def open_differences(project_id: UUID | None = None) -> "QuerySet[Difference]":
    """What recounts found and nobody has mended yet; of one project, or all."""
    found = Difference.objects.filter(gone_at=None)
    if project_id is not None:
        found = found.filter(counter__project_id=project_id)
    return found.select_related("counter__project", "ceiling__person").order_by("-found_at", "id")
