"""Reserving, using and releasing: every counter moves by one conditional UPDATE."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.projects.models import Project
from apps.quotas.models import Charge, Counter
from apps.quotas.services import ceilings
from apps.quotas.services.ceilings import Moves
from apps.quotas.services.limits import follow_down, lift, locked
from kernel.actors import Actor
from kernel.errors import CeilingReached, Missing, QuotaExceeded, Shortfall
from kernel.units import DIMENSIONS, RIGHTS, Amounts

#: part of a holder's charge -> its dimensions
PARTS: Mapping[str, frozenset[str]] = {
    "running": frozenset({"cpu_mhz", "memory_mib", "gpus"}),
    "storage": frozenset({"storage_mib"}),
    "rights": RIGHTS,
    "place": frozenset({"apps"}),
    "all": frozenset(DIMENSIONS),
}


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
    ceilings.open_ceilings(project, DIMENSIONS)


def reserve(*, project_id: UUID, holder: UUID, amounts: Amounts) -> None:
    """Reserve for a holder. Raises QuotaExceeded with every dimension that is short; then nothing changed.

    CeilingReached, a kind of it, says that a ceiling of the lab or the member is short, which no
    justification lifts (design 8.1).
    """
    change_reservation(project_id=project_id, holder=holder, amounts=amounts)


@transaction.atomic
def change_reservation(
    *, project_id: UUID, holder: UUID, amounts: Amounts, parts: Iterable[str] = ("all",)
) -> None:
    """Bring what a holder has, used and reserved together, to a new total.

    `parts` leaves the others alone; rights stay as they are.

    Raises QuotaExceeded with every dimension that is short; then nothing changed.
    """
    held, moves = _held(holder), Moves()
    touched = frozenset[str]().union(*(PARTS[part] for part in parts))
    short: list[Shortfall] = []
    for dimension, wanted in ((each, wish) for each, wish in amounts.items() if each in touched - RIGHTS):
        charge = held.get(dimension) or Charge(project_id=project_id, holder=holder, dimension=dimension)
        more = wanted - charge.used - charge.reserved
        if more > 0 and not _take(project_id, dimension, more):
            short.append(_shortfall(project_id, dimension, more))
        elif more > 0:
            charge.reserved += more
            charge.save()
            moves.add(dimension, reserved=more)
        elif more < 0:
            _give_back(charge, -more, moves)
    if short:
        raise QuotaExceeded(short)
    ceilings.move(project_id, moves)


@transaction.atomic
def reserve_beyond(
    *,
    actor: Actor,
    project_id: UUID,
    holder: UUID,
    amounts: Amounts,
    reason: str,
    until: date | None = None,
) -> tuple[Shortfall, ...]:
    """Reserve as an admin decided, lifting the project's limits as far as it takes; returns what was short.

    A lifted limit follows releases down to its base, so nobody else can use what was granted for this holder;
    lifted up to a day, it stays until then.
    Raises CeilingReached where a ceiling of the lab or the member is short: that one must be raised first.
    """
    counters = locked(project_id)
    try:
        change_reservation(project_id=project_id, holder=holder, amounts=amounts)
    except CeilingReached:
        raise
    except QuotaExceeded as beyond:
        for shortfall in beyond.shortfalls:
            lift(actor, counters[shortfall.dimension], shortfall.asked, reason, until)
        change_reservation(project_id=project_id, holder=holder, amounts=amounts)
        return beyond.shortfalls
    return ()


@transaction.atomic
def take_right(*, project_id: UUID, holder: UUID, right: str) -> None:
    """Give a holder one of the project's rights (kernel.units.RIGHTS), in use from now on.

    A holder that has it keeps it. Raises QuotaExceeded with the figures where none is free, CeilingReached
    where a ceiling is short; then nothing changed.
    """
    if right in _held(holder):
        return
    if not _take(project_id, right, 1):
        raise QuotaExceeded([_shortfall(project_id, right, 1)])
    Counter.objects.filter(project_id=project_id, dimension=right).update(
        used=F("used") + 1, reserved=F("reserved") - 1
    )
    Charge.objects.create(project_id=project_id, holder=holder, dimension=right, used=1)
    moves = Moves()
    moves.add(right, used=1)
    ceilings.move(project_id, moves)


@transaction.atomic
def mark_used(*, holder: UUID) -> None:
    """What the holder had reserved is in use now: its job was seen running. Doing it twice does nothing."""
    moves, project_id = Moves(), None
    for dimension, charge in _in_order(_held(holder)):
        if charge.reserved:
            moved, project_id = charge.reserved, charge.project_id
            Counter.objects.filter(project_id=project_id, dimension=dimension).update(
                used=F("used") + moved, reserved=F("reserved") - moved
            )
            charge.used, charge.reserved = charge.used + moved, 0
            charge.save()
            moves.add(dimension, used=moved, reserved=-moved)
    if project_id is not None:
        ceilings.move(project_id, moves)


@transaction.atomic
def release(*, holder: UUID, parts: Iterable[str]) -> None:
    """Free parts of what a holder has (words of PARTS). Doing it twice does nothing.

    A stopped or sleeping holder keeps `storage` and its `place` among the apps, an archived one `storage`.
    """
    freed = frozenset[str]().union(*(PARTS[part] for part in parts))
    moves, project_id = Moves(), None
    for dimension, charge in _in_order(_held(holder)):
        if dimension in freed:
            project_id = charge.project_id
            _give_back(charge, charge.used + charge.reserved, moves)
    if project_id is not None:
        ceilings.move(project_id, moves)


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


def _give_back(charge: Charge, amount: int, moves: Moves) -> None:
    """Free part of a charge, reserved before used; a limit held up by use alone follows it down."""
    reserved = min(amount, charge.reserved)
    used = amount - reserved
    counter = Counter.objects.filter(project_id=charge.project_id, dimension=charge.dimension)
    counter.update(used=F("used") - used, reserved=F("reserved") - reserved)
    follow_down(counter)
    moves.add(charge.dimension, used=-used, reserved=-reserved)
    charge.used, charge.reserved = charge.used - used, charge.reserved - reserved
    if charge.used or charge.reserved:
        charge.save()
    elif charge.pk:
        charge.delete()
