"""A holder that goes from one project to another, and its charge with it."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.quotas.models import Charge, Counter
from apps.quotas.services import ceilings
from apps.quotas.services.ceilings import Moves
from apps.quotas.services.ledger import change_reservation, release, take_right
from apps.quotas.services.limits import locked
from kernel.units import DIMENSIONS, RIGHTS, Amounts


@transaction.atomic
def hand_over(*, holder: UUID, from_project_id: UUID, to_project_id: UUID) -> Amounts:
    """Release what a holder has in one ledger and reserve it in the other; what was in use is in use again.

    Returns what moved. Raises QuotaExceeded with every dimension that the other project has no room for; then
    nothing changed. Both ledgers are locked first, in one order: two that cross each other take turns.
    """
    for project_id in sorted((from_project_id, to_project_id)):
        locked(project_id)
    held = Charge.objects.filter(holder=holder, project_id=from_project_id)
    figures = {each.dimension: (each.used, each.reserved) for each in held}
    amounts = Amounts.of({dimension: used + reserved for dimension, (used, reserved) in figures.items()})
    release(holder=holder, parts={"all"})
    change_reservation(project_id=to_project_id, holder=holder, amounts=amounts)
    sizes = {dimension: used for dimension, (used, _) in figures.items() if used and dimension not in RIGHTS}
    _use(holder, to_project_id, sizes)
    for right in sorted(RIGHTS & figures.keys()):
        take_right(project_id=to_project_id, holder=holder, right=right)
    return amounts


def _use(holder: UUID, project_id: UUID, used: dict[str, int]) -> None:
    """Turn this much of what was just reserved into use."""
    moves = Moves()
    for dimension in (each for each in DIMENSIONS if each in used):
        amount = used[dimension]
        Counter.objects.filter(project_id=project_id, dimension=dimension).update(
            used=F("used") + amount, reserved=F("reserved") - amount
        )
        Charge.objects.filter(holder=holder, dimension=dimension).update(
            used=F("used") + amount, reserved=F("reserved") - amount
        )
        moves.add(dimension, used=amount, reserved=-amount)
    ceilings.move(project_id, moves)
