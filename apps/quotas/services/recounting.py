"""Comparing what is counted with what is charged. Nothing but a defect makes a difference."""

from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.audit import services as audit
from apps.notices import services as notices
from apps.quotas import selectors
from apps.quotas.models import Charge, Counter, Difference
from apps.quotas.selectors import Unequal
from apps.quotas.services import ceilings
from apps.quotas.services.limits import locked
from kernel.actors import Actor, system

ITSELF = system("recount")


def recount(*, actor: Actor = ITSELF, repair: bool = False) -> tuple[Unequal, ...]:
    """Find every counter and ceiling that is not the sum of its charges, keep and report it.

    Each difference is kept until it is not found any more, and the lab's admins are told of a new one.
    `repair` sets what was found right, project by project, each audited. Looking takes no lock: counters and
    charges change in one transaction, and one statement reads both.
    """
    found = selectors.differences()
    _keep(found)
    if repair:
        for project_id in sorted({each.project_id for each in found if each.project_id}):
            _repair_project(actor, project_id)
        if any(each.ceiling_id for each in found):
            _repair_ceilings(actor)
        _keep(selectors.differences())
    return found


@transaction.atomic
def _keep(found: tuple[Unequal, ...]) -> None:
    """Open a row for what is new, close what is not found any more."""
    still = list(Difference.objects.select_for_update().filter(gone_at=None).order_by("id"))
    known = {(each.counter_id, each.ceiling_id): each for each in still}
    there = {(each.counter_id, each.ceiling_id) for each in found}
    gone = [each.id for key, each in known.items() if key not in there]
    Difference.objects.filter(id__in=gone).update(gone_at=timezone.now())
    new = [each for each in found if (each.counter_id, each.ceiling_id) not in known]
    rows = Difference.objects.bulk_create([Difference(**each.figures()) for each in new])
    if rows:
        notices.notify(
            kind="quota.difference",
            recipients=accounts.admins().values_list("id", flat=True),
            params={"count": len(rows), "where": ", ".join(sorted({each.label for each in new}))[:300]},
            path="/quotas/",
            once=f"quota-difference:{rows[0].id}",
        )


@transaction.atomic
def _repair_project(actor: Actor, project_id: UUID) -> None:
    before, after = {}, {}
    for dimension, counter in locked(project_id).items():
        charges = Charge.objects.filter(project_id=project_id, dimension=dimension)
        sums = charges.aggregate(used=Sum("used", default=0), reserved=Sum("reserved", default=0))
        if (sums["used"], sums["reserved"]) != (counter.used, counter.reserved):
            before[dimension] = [counter.used, counter.reserved]
            after[dimension] = [sums["used"], sums["reserved"]]
            _set_right(counter, sums)
    if after:
        audit.record(
            actor=actor,
            verb="quota.repaired",
            target_kind="project",
            target_id=project_id,
            project_id=project_id,
            before=before,
            after=after,
        )


def _set_right(counter: Counter, sums: dict[str, int]) -> None:
    counter.used, counter.reserved = sums["used"], sums["reserved"]
    counter.limit = max(counter.limit, counter.used + counter.reserved)
    counter.save()


@transaction.atomic
def _repair_ceilings(actor: Actor) -> None:
    """All ceilings' rows are locked first: no charge can be committed until they are right."""
    changed = ceilings.set_right()
    if changed:
        audit.record(
            actor=actor,
            verb="quota.repaired",
            target_kind="lab",
            target_id="ceilings",
            before={name: before for name, before, _after in changed},
            after={name: after for name, _before, after in changed},
        )
