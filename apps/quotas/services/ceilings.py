"""Ceilings: what the lab, and one member's personal projects, may have together.

The lab's rows are hot: every reservation changes them. So they come last in a change, in one statement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.projects.models import Project
from apps.quotas import selectors
from apps.quotas.enums import Scope
from apps.quotas.models import Ceiling, LimitChange
from apps.quotas.services.checking import check_amounts, check_reason, check_version
from kernel.actors import Actor
from kernel.errors import CeilingReached, Refused, Shortfall
from kernel.units import DIMENSIONS


@dataclass
class Moves:
    """How much one change adds to, or takes from, each dimension: used and reserved."""

    used: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)

    def add(self, dimension: str, *, used: int = 0, reserved: int = 0) -> None:
        """Note it beside what was noted before."""
        self.used[dimension] = self.used.get(dimension, 0) + used
        self.reserved[dimension] = self.reserved.get(dimension, 0) + reserved

    def more(self, dimension: str) -> int:
        """By how much used and reserved together grow."""
        return self.used.get(dimension, 0) + self.reserved.get(dimension, 0)

    @property
    def dimensions(self) -> list[str]:
        """Those that change at all."""
        return [name for name in DIMENSIONS if self.used.get(name) or self.reserved.get(name)]


def open_ceilings(project: Project, dimensions: Iterable[str]) -> None:
    """Have the lab's rows and, for a personal project, its person's; rows that stand are left as they are."""
    scopes: list[tuple[Scope, UUID | None, Mapping[str, int]]] = [(Scope.LAB, None, settings.LAB_CEILING)]
    if project.personal_of_id is not None:
        scopes.append((Scope.PERSON, project.personal_of_id, settings.PERSONAL_CEILING))
    rows = [
        Ceiling(scope=scope, person_id=person_id, dimension=dimension, limit=limits.get(dimension))
        for scope, person_id, limits in scopes
        for dimension in dimensions
    ]
    Ceiling.objects.bulk_create(rows, ignore_conflicts=True)


def of_project(project_id: UUID) -> "QuerySet[Ceiling]":
    """The rows that a project counts against, the person's before the lab's, in the order of locking."""
    person = Project.objects.filter(id=project_id).values("personal_of_id")
    found = Ceiling.objects.filter(Q(scope=Scope.LAB) | Q(scope=Scope.PERSON, person_id__in=person))
    return found.order_by("-scope", "dimension")


def move(project_id: UUID, moves: Moves) -> None:
    """Count a change of a project's counters; raises CeilingReached with every ceiling that it breaks."""
    if not moves.dimensions:
        return
    rows = list(of_project(project_id).select_for_update(of=("self",)).filter(dimension__in=moves.dimensions))
    short = [_shortfall(row, moves) for row in rows if _breaks(row, moves.more(row.dimension))]
    if short:
        raise CeilingReached(short)
    Ceiling.objects.filter(id__in=[row.id for row in rows]).update(
        used=F("used") + _by_dimension(moves.used), reserved=F("reserved") + _by_dimension(moves.reserved)
    )


def _breaks(row: Ceiling, more: int) -> bool:
    return row.limit is not None and more > 0 and row.used + row.reserved + more > row.limit


def _shortfall(row: Ceiling, moves: Moves) -> Shortfall:
    more = moves.more(row.dimension)
    return Shortfall(row.dimension, row.used, row.reserved, more, row.limit or 0, scope=row.scope)


def _by_dimension(amounts: Mapping[str, int]) -> Case:
    whens = (When(dimension=name, then=Value(amount)) for name, amount in amounts.items())
    return Case(*whens, default=Value(0))


@transaction.atomic
def set_ceiling(
    *,
    actor: Actor,
    limits: Mapping[str, int | None],
    reason: str,
    person: Person | None = None,
    version: int | None = None,
) -> None:
    """Set what the lab (or one member's personal projects) may have; None takes a ceiling away.

    Raises Refused naming the field: no reason, no such dimension, or below what is in use and reserved;
    Conflict("precondition.failed") where it is not at the `version` that was read.
    """
    check_reason(reason)
    check_amounts({name: limit for name, limit in limits.items() if limit is not None})
    scope = Scope.LAB if person is None else Scope.PERSON
    found = Ceiling.objects.select_for_update(of=("self",)).filter(scope=scope, person=person)
    rows = {row.dimension: row for row in found.order_by("dimension")}
    check_version(version, sum(row.version for row in rows.values()))
    before = {name: row.limit for name, row in rows.items() if name in limits}
    for name, limit in limits.items():
        if name not in rows:
            raise Refused("quota.no_ceiling", field=f"limits.{name}")
        _set(rows[name], limit, actor, reason)
    audit.record(
        actor=actor,
        verb="quota.ceiling_set",
        target_kind="person" if person else "lab",
        target_id=person.id if person else "lab",
        target_label=person.label if person else settings.LAB_NAME,
        reason=reason,
        before=before,
        after=dict(limits),
    )


def _set(row: Ceiling, limit: int | None, actor: Actor, reason: str) -> None:
    if limit == row.limit:
        return
    if limit is not None and limit < row.used + row.reserved:
        figures = {"limit": limit, "used": row.used, "reserved": row.reserved}
        raise Refused("quota.ceiling_below_use", field=f"limits.{row.dimension}", **figures)
    LimitChange.objects.create(
        ceiling=row, before=row.limit, after=limit, reason=reason, actor_label=actor.label[:200]
    )
    row.limit, row.version = limit, row.version + 1
    row.save(update_fields=["limit", "version"])


def set_right() -> list[tuple[str, list[int], list[int]]]:
    """Bring every ceiling to the sum of its charges; returns those that were not, before and after.

    Called in a transaction: with all rows locked no charge can be committed until it ends.
    """
    list(Ceiling.objects.select_for_update(of=("self",)).order_by("-scope", "person_id", "dimension"))
    changed = []
    for row in selectors.unequal_ceilings():
        now = [row.used_by_charges, row.reserved_by_charges]
        least = Greatest(F("limit"), Value(sum(now)))  # a limit that use has broken gives way to it
        Ceiling.objects.filter(id__in=[row.ceiling_id]).update(
            used=now[0], reserved=now[1], limit=Case(When(limit__isnull=True, then=None), default=least)
        )
        changed.append((f"{row.label} {row.dimension}", [row.used, row.reserved], now))
    return changed
