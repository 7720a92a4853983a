"""Reading the ledger: for gauges, for "what will it use", for refusals."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from apps.quotas.models import Charge, Counter
from kernel.units import DIMENSIONS, Amounts


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
class Projection:
    """One dimension as it would stand after a request. `asked` is what comes on top."""

    dimension: str
    used: int
    reserved: int
    asked: int
    limit: int
    fits: bool


def figures(project_id: UUID) -> tuple[Figure, ...]:
    """A project's figures, in the order of the dimensions; empty where it has no ledger."""
    found = {counter.dimension: counter for counter in Counter.objects.filter(project_id=project_id)}
    return tuple(_figure(found[dimension]) for dimension in DIMENSIONS if dimension in found)


def _figure(counter: Counter) -> Figure:
    return Figure(
        dimension=counter.dimension,
        used=counter.used,
        reserved=counter.reserved,
        limit=counter.limit,
        free=counter.free,
        base_limit=counter.base_limit,
        granted_until=counter.granted_until,
    )


def what_if(project_id: UUID, amounts: Amounts, holder: UUID | None = None) -> tuple[Projection, ...]:
    """What the figures would be if a holder (or a new one) had these amounts. It decides nothing."""
    held = held_by(holder) if holder else Amounts()
    more = (amounts - held).as_dict()
    return tuple(
        Projection(
            dimension=figure.dimension,
            used=figure.used,
            reserved=figure.reserved,
            asked=more[figure.dimension],
            limit=figure.limit,
            fits=more[figure.dimension] <= max(0, figure.free),
        )
        for figure in figures(project_id)
    )


def held_by(holder: UUID) -> Amounts:
    """What a holder has, used and reserved together."""
    rows = Charge.objects.filter(holder=holder)
    return Amounts.of({charge.dimension: charge.used + charge.reserved for charge in rows})
