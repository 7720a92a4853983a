"""What every change of a limit checks first."""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from kernel.errors import Conflict, Refused
from kernel.units import DIMENSIONS

MOST = 10**12  #: of any dimension: far beyond every cluster, far below what the database holds


def check_reason(reason: str) -> None:
    """Raise Refused where nobody said why."""
    if not reason.strip():
        raise Refused("reason.required", field="reason")


def check_amounts(limits: Mapping[str, object]) -> None:
    """Raise Refused, naming the field, for what is no dimension, no whole number, negative or huge."""
    for name, limit in limits.items():
        field = f"limits.{name}"
        if name not in DIMENSIONS:
            raise Refused("quota.dimension", field=field, names=", ".join(DIMENSIONS))
        if isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit <= MOST:
            raise Refused("quota.amount", field=field, limit=MOST)


def check_until(until: date | None) -> None:
    """Raise Refused for a last day that is over."""
    if until is not None and until < timezone.localdate():
        raise Refused("quota.until_past", field="until")


def check_version(read: int | None, stands: int) -> None:
    """Raise Conflict where somebody changed it after it was read; None holds to nothing."""
    if read is not None and read != stands:
        raise Conflict("precondition.failed", expected=read, version=stands)
