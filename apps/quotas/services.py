"""Changing the ledger. Every change of a counter is one conditional UPDATE (ADR 0005).

Locks, always in this order: the caller's project and app, then the holder's charges, then the counters in the
order of kernel.units.DIMENSIONS. So no two changes wait for each other in a ring.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.audit import services as audit
from apps.projects.models import Project
from apps.quotas.models import Charge, Counter, LimitChange
from kernel.actors import Actor
from kernel.errors import Missing, QuotaExceeded, Refused, Shortfall
from kernel.units import DIMENSIONS, Amounts

#: part of a holder's charge -> its dimensions
PARTS: Mapping[str, frozenset[str]] = {
    "running": frozenset({"cpu_mhz", "memory_mib", "gpus"}),
    "storage": frozenset({"storage_mib"}),
    "all": frozenset(DIMENSIONS),
}


@dataclass(frozen=True)
class Difference:
    """A counter that is not the sum of its charges."""

    project_id: UUID
    dimension: str
    used: int
    used_by_charges: int
    reserved: int
    reserved_by_charges: int


@transaction.atomic
def open_ledger(*, project: Project, limits: Amounts) -> None:
    """Give a project its counters; a counter that stands is left as it is."""
    Counter.objects.bulk_create(
        [
            Counter(project=project, dimension=dimension, base_limit=limit, limit=limit)
            for dimension, limit in limits.items()
        ],
        ignore_conflicts=True,
    )


def reserve(*, project_id: UUID, holder: UUID, amounts: Amounts) -> None:
    """Reserve for a holder. Raises QuotaExceeded with every dimension that is short; then nothing changed."""
    change_reservation(project_id=project_id, holder=holder, amounts=amounts)


@transaction.atomic
def change_reservation(*, project_id: UUID, holder: UUID, amounts: Amounts) -> None:
    """Bring what a holder has, used and reserved together, to a new total.

    Raises QuotaExceeded with every dimension that is short; then nothing changed.
    """
    held = _held(holder)
    short: list[Shortfall] = []
    for dimension, wanted in amounts.items():
        charge = held.get(dimension) or Charge(project_id=project_id, holder=holder, dimension=dimension)
        more = wanted - charge.used - charge.reserved
        if more > 0 and not _take(project_id, dimension, more):
            short.append(_shortfall(project_id, dimension, more))
        elif more > 0:
            charge.reserved += more
            charge.save()
        elif more < 0:
            _give_back(charge, -more)
    if short:
        raise QuotaExceeded(short)


@transaction.atomic
def reserve_beyond(
    *, actor: Actor, project_id: UUID, holder: UUID, amounts: Amounts, reason: str
) -> tuple[Shortfall, ...]:
    """Reserve as an admin decided, lifting limits as far as it takes; returns what was short.

    A lifted limit follows releases down to its base, so nobody else can use what was granted for this holder.
    """
    counters = _locked(project_id)
    try:
        change_reservation(project_id=project_id, holder=holder, amounts=amounts)
    except QuotaExceeded as beyond:
        for shortfall in beyond.shortfalls:
            _lift(actor, counters[shortfall.dimension], shortfall.asked, reason)
        change_reservation(project_id=project_id, holder=holder, amounts=amounts)
        return beyond.shortfalls
    return ()


def _lift(actor: Actor, counter: Counter, more: int, reason: str) -> None:
    before = counter.limit
    counter.limit = counter.used + counter.reserved + more
    counter.save()
    LimitChange.objects.create(
        counter=counter, before=before, after=counter.limit, reason=reason, actor_label=actor.label
    )


@transaction.atomic
def mark_used(*, holder: UUID) -> None:
    """What the holder had reserved is in use now: its job was seen running. Doing it twice does nothing."""
    for dimension, charge in _in_order(_held(holder)):
        if charge.reserved:
            moved = charge.reserved
            Counter.objects.filter(project_id=charge.project_id, dimension=dimension).update(
                used=F("used") + moved, reserved=F("reserved") - moved
            )
            charge.used, charge.reserved = charge.used + moved, 0
            charge.save()


@transaction.atomic
def release(*, holder: UUID, parts: Iterable[str]) -> None:
    """Free parts of what a holder has (`running`, `storage` or `all`). Doing it twice does nothing.

    A stopped holder keeps `storage` and its place among `apps`; `all` frees those too.
    """
    freed = frozenset[str]().union(*(PARTS[part] for part in parts))
    for dimension, charge in _in_order(_held(holder)):
        if dimension in freed:
            _give_back(charge, charge.used + charge.reserved)


def _locked(project_id: UUID) -> dict[str, Counter]:
    """A project's counters, locked one by one in the order that everybody keeps."""
    rows = Counter.objects.select_for_update().filter(project_id=project_id)
    found = ((dimension, rows.filter(dimension=dimension).first()) for dimension in DIMENSIONS)
    return {dimension: counter for dimension, counter in found if counter is not None}


def _held(holder: UUID) -> dict[str, Charge]:
    """The holder's charges, locked."""
    rows = Charge.objects.select_for_update().filter(holder=holder).order_by("dimension")
    return {charge.dimension: charge for charge in rows}


def _in_order(held: Mapping[str, Charge]) -> list[tuple[str, Charge]]:
    return [(dimension, held[dimension]) for dimension in DIMENSIONS if dimension in held]


def _take(project_id: UUID, dimension: str, more: int) -> bool:
    """Reserve in one statement that matches only while there is room; PostgreSQL looks again after a wait."""
    room = Counter.objects.filter(
        project_id=project_id, dimension=dimension, limit__gte=F("used") + F("reserved") + more
    )
    return room.update(reserved=F("reserved") + more) == 1


def _shortfall(project_id: UUID, dimension: str, asked: int) -> Shortfall:
    """The figures of a refusal; raises Missing for a project without a ledger."""
    counter = Counter.objects.filter(project_id=project_id, dimension=dimension).first()
    if counter is None:
        raise Missing("quota.no_ledger", project=str(project_id), dimension=dimension)
    return Shortfall(dimension, counter.used, counter.reserved, asked, counter.limit)


def _give_back(charge: Charge, amount: int) -> None:
    """Free part of a charge, reserved before used; a limit held up by use alone follows it down."""
    reserved = min(amount, charge.reserved)
    used = amount - reserved
    counter = Counter.objects.filter(project_id=charge.project_id, dimension=charge.dimension)
    counter.update(used=F("used") - used, reserved=F("reserved") - reserved)
    follow_down(counter)
    charge.used, charge.reserved = charge.used - used, charge.reserved - reserved
    if charge.used or charge.reserved:
        charge.save()
    elif charge.pk:
        charge.delete()


def follow_down(counters: "QuerySet[Counter]") -> int:
    """Lower limits that no grant holds above their base any more, as far as use allows (design 8.6)."""
    over = Q(granted_until__isnull=True) | Q(granted_until__lt=timezone.localdate())
    return counters.filter(over, limit__gt=F("base_limit")).update(
        limit=Greatest(F("base_limit"), F("used") + F("reserved")), granted_until=None
    )


@transaction.atomic
def set_limit(
    *, actor: Actor, project: Project, limits: Amounts, reason: str, until: date | None = None
) -> None:
    """Set a project's limits: for good, or as a grant up to and with a day.

    A limit below what is in use stays at what is in use and follows releases down. Raises Refused where no
    reason is given, or a grant lies below the base.
    """
    if not reason.strip():
        raise Refused("reason.required", field="reason")
    counters = _locked(project.id)
    before = {dimension: counter.limit for dimension, counter in counters.items()}
    for dimension, limit in limits.items():
        _set_one(counters[dimension], limit, actor, reason, until)
    audit.record(
        actor=actor,
        verb="quota.set",
        target_kind="project",
        target_id=project.id,
        target_label=project.name,
        project_id=project.id,
        reason=reason,
        before=before,
        after={**limits.as_dict(), "until": until.isoformat() if until else None},
    )


def _set_one(counter: Counter, limit: int, actor: Actor, reason: str, until: date | None) -> None:
    if until is not None and limit < counter.base_limit:
        raise Refused("quota.grant_below_base", field=f"limits.{counter.dimension}", base=counter.base_limit)
    before = counter.limit
    if until is None:
        counter.base_limit = limit
    counter.granted_until = until if until is not None and limit > counter.base_limit else None
    counter.limit = max(limit, counter.used + counter.reserved)
    counter.save()
    if before != counter.limit:
        LimitChange.objects.create(
            counter=counter,
            before=before,
            after=counter.limit,
            until=until,
            reason=reason,
            actor_label=actor.label,
        )


@transaction.atomic
def end_grants() -> int:
    """Let grants end whose last day is over; returns how many limits went down."""
    over = Counter.objects.filter(granted_until__lt=timezone.localdate())
    ended = 0
    for project_id in sorted(set(over.values_list("project_id", flat=True))):
        ended += sum(follow_down(Counter.objects.filter(pk=each.pk)) for each in _locked(project_id).values())
    return ended


@transaction.atomic
def recount(*, repair: bool = False) -> tuple[Difference, ...]:
    """Compare every counter with the sum of its charges; `repair` sets the counter right.

    Nothing but a defect makes a difference, so each one is worth a look; the caller reports it.
    """
    projects = sorted(set(Counter.objects.values_list("project_id", flat=True)))
    return tuple(each for project_id in projects for each in _recount(project_id, repair=repair))


def _recount(project_id: UUID, *, repair: bool) -> Iterator[Difference]:
    for dimension, counter in _locked(project_id).items():
        held = Charge.objects.filter(project_id=project_id, dimension=dimension)
        sums = held.aggregate(used=Sum("used", default=0), reserved=Sum("reserved", default=0))
        if (sums["used"], sums["reserved"]) == (counter.used, counter.reserved):
            continue
        yield _difference(counter, sums)
        if repair:
            counter.used, counter.reserved = sums["used"], sums["reserved"]
            counter.limit = max(counter.limit, counter.used + counter.reserved)
            counter.save()


def _difference(counter: Counter, sums: Mapping[str, int]) -> Difference:
    return Difference(
        project_id=counter.project_id,
        dimension=counter.dimension,
        used=counter.used,
        used_by_charges=sums["used"],
        reserved=counter.reserved,
        reserved_by_charges=sums["reserved"],
    )
