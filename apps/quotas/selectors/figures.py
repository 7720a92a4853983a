"""What a project has, and what a change would make of it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from apps.projects.models import Project
from apps.quotas.enums import Scope
from apps.quotas.models import Ceiling, Charge, Counter
from kernel.errors import CeilingReached, Shortfall
from kernel.units import DIMENSIONS, RIGHTS, Amounts

#: what a holder keeps while it is asleep or stopped: its place and its storage
RESTING = frozenset({"apps", "storage_mib"}) | RIGHTS


@dataclass(frozen=True)
class Figure:
    """One dimension of a project's quota. Units as kernel.units.DIMENSIONS says."""

    dimension: str
    used: int
    reserved: int
    limit: int
    free: int
    base_limit: int
    granted_until: date | None = None

    @property
    def over(self) -> bool:
        """Whether use alone holds the limit above what was granted (design 8.6)."""
        return self.granted_until is None and self.limit > self.base_limit


@dataclass(frozen=True)
class CeilingFigure:
    """One dimension of what the lab, or one member's personal projects, may have. limit None: any."""

    scope: str
    dimension: str
    used: int
    reserved: int
    limit: int | None

    @property
    def free(self) -> int | None:
        """What is left; None where nothing is set."""
        return None if self.limit is None else self.limit - self.used - self.reserved


@dataclass(frozen=True)
class Projection:
    """One dimension as it would stand after a request. `asked` is what comes on top."""

    dimension: str
    used: int
    reserved: int
    asked: int
    limit: int
    fits: bool
    scope: str = "project"  #: or the ceiling that it tells of: person, lab

    @property
    def after(self) -> int:
        """Used and reserved then."""
        return self.used + self.reserved + self.asked


def figures(project_id: UUID) -> tuple[Figure, ...]:
    """A project's figures, in the order of the dimensions; empty where it has no ledger."""
    return tuple(figure_of(counter) for counter in _counters(project_id))


def version_of(project_id: UUID) -> int:
    """The version of its limits, to which a change may be held."""
    return int(Counter.objects.filter(project_id=project_id).aggregate(n=Sum("version", default=0))["n"])


def _counters(project_id: UUID) -> list[Counter]:
    found = {counter.dimension: counter for counter in Counter.objects.filter(project_id=project_id)}
    return [found[dimension] for dimension in DIMENSIONS if dimension in found]


def figure_of(counter: Counter) -> Figure:
    """One counter's figures."""
    return Figure(
        dimension=counter.dimension,
        used=counter.used,
        reserved=counter.reserved,
        limit=counter.limit,
        free=counter.free,
        base_limit=counter.base_limit,
        granted_until=counter.granted_until,
    )


def ceilings(project_id: UUID | None = None, person_id: UUID | None = None) -> tuple[CeilingFigure, ...]:
    """Ceilings that hold for a project, the member's first; without one those of a member, or the lab's."""
    if project_id is not None:
        owner = Project.objects.filter(id=project_id).values("personal_of_id")
        rows = Ceiling.objects.filter(Q(scope=Scope.LAB) | Q(scope=Scope.PERSON, person_id__in=owner))
    elif person_id is not None:
        rows = Ceiling.objects.filter(scope=Scope.PERSON, person_id=person_id)
    else:
        rows = Ceiling.objects.filter(scope=Scope.LAB)
    return tuple(
        CeilingFigure(row.scope, row.dimension, row.used, row.reserved, row.limit) for row in _sorted(rows)
    )


def ceilings_version(person_id: UUID | None = None) -> int:
    """The version of the lab's ceilings, or of a member's, to which a change may be held."""
    one = Q(scope=Scope.LAB) if person_id is None else Q(scope=Scope.PERSON, person_id=person_id)
    rows = Ceiling.objects.filter(one)
    return int(rows.aggregate(n=Sum("version", default=0))["n"])


def _sorted(rows: "QuerySet[Ceiling]") -> list[Ceiling]:
    order = list(DIMENSIONS)
    known = [row for row in rows if row.dimension in DIMENSIONS]
    return sorted(known, key=lambda row: (row.scope != Scope.PERSON, order.index(row.dimension)))


def what_if(
    project_id: UUID,
    amounts: Amounts,
    holder: UUID | None = None,
    standing: tuple[Figure, ...] | None = None,
) -> tuple[Projection, ...]:
    """What the figures would be if a holder (or a new one) had these amounts. It decides nothing.

    `standing` are the project's figures where the caller has read them.
    """
    more = _more(amounts, holder)
    return tuple(
        Projection(
            dimension=figure.dimension,
            used=figure.used,
            reserved=figure.reserved,
            asked=more[figure.dimension],
            limit=figure.limit,
            fits=more[figure.dimension] <= max(0, figure.free),
        )
        for figure in (figures(project_id) if standing is None else standing)
    )


def ceilings_if(project_id: UUID, amounts: Amounts, holder: UUID | None = None) -> tuple[Projection, ...]:
    """The same for the ceilings that have a limit. What does not fit here, no decision lets through."""
    more = _more(amounts, holder)
    return tuple(
        Projection(
            dimension=each.dimension,
            used=each.used,
            reserved=each.reserved,
            asked=more[each.dimension],
            limit=each.limit,
            fits=more[each.dimension] <= max(0, each.limit - each.used - each.reserved),
            scope=each.scope,
        )
        for each in ceilings(project_id)
        if each.limit is not None
    )


def require_ceilings(project_id: UUID, amounts: Amounts, holder: UUID | None = None) -> None:
    """Raise CeilingReached where a ceiling lacks the room: asking an admin could not help (design 8.1)."""
    short = [
        Shortfall(each.dimension, each.used, each.reserved, each.asked, each.limit, scope=each.scope)
        for each in ceilings_if(project_id, amounts, holder)
        if not each.fits
    ]
    if short:
        raise CeilingReached(short)


def _more(amounts: Amounts, holder: UUID | None) -> dict[str, int]:
    """What comes on top of what is held; the rights that a holder has are not asked for again."""
    more = (amounts - (held_by(holder) if holder else Amounts())).as_dict()
    return {name: max(0, amount) if name in RIGHTS else amount for name, amount in more.items()}


def resting(amounts: Amounts) -> Amounts:
    """What is left of a charge while its holder is asleep or stopped: storage, and its place."""
    return Amounts.of({name: amount for name, amount in amounts.items() if name in RESTING})


def held_by(holder: UUID) -> Amounts:
    """What a holder has, used and reserved together."""
    rows = Charge.objects.filter(holder=holder)
    return Amounts.of({charge.dimension: charge.used + charge.reserved for charge in rows})


def holders(project_id: UUID) -> dict[UUID, Amounts]:
    """What each holder of a project has, used and reserved together."""
    found: dict[UUID, dict[str, int]] = {}
    for charge in Charge.objects.filter(project_id=project_id).order_by("holder"):
        found.setdefault(charge.holder, {})[charge.dimension] = charge.used + charge.reserved
    return {holder: Amounts.of(amounts) for holder, amounts in found.items()}
