"""Limits: for good, as a grant for a time, lifted for one holder, and down again."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.audit import services as audit
from apps.notices import services as notices
from apps.notices.kinds import DAYS_BEFORE
from apps.projects import selectors as projects
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.quotas.enums import Scope
from apps.quotas.models import Ceiling, Charge, Counter, LimitChange
from apps.quotas.services.checking import check_amounts, check_reason, check_until, check_version
from kernel.actors import Actor, system
from kernel.errors import Excess, LimitBelowUse, Missing, Refused
from kernel.units import DIMENSIONS, Amounts


def locked(project_id: UUID) -> dict[str, Counter]:
    """A project's counters, locked one by one in the order that everybody keeps."""
    rows = Counter.objects.select_for_update().filter(project_id=project_id)
    found = ((dimension, rows.filter(dimension=dimension).first()) for dimension in DIMENSIONS)
    return {dimension: counter for dimension, counter in found if counter is not None}


def lift(actor: Actor, counter: Counter, more: int, reason: str, until: date | None = None) -> None:
    """Lift a locked counter's limit so far that this much more fits; it follows releases down.

    Where a last day is named it is a grant up to that day, unless another grant lasts already: that one's end
    stays, for nobody meant to prolong it.
    """
    before = counter.limit
    counter.limit = counter.used + counter.reserved + more
    if counter.granted_until is None or counter.granted_until < timezone.localdate():
        counter.granted_until = until
    _changed(actor, counter, before, reason, until)


@transaction.atomic
def set_limit(
    *,
    actor: Actor,
    project: Project,
    limits: Amounts | Mapping[str, int],
    reason: str,
    until: date | None = None,
    version: int | None = None,
) -> None:
    """Set a project's limits: for good, or as a grant up to and with a day. Dimensions not named stay.

    `version` is the sum of the counters' versions that was read. Raises Refused naming the field: no reason,
    a last day that is over, an amount that cannot be, a grant below the base, more than a ceiling that holds
    for the project; LimitBelowUse with what holds it where a limit is lowered below what is in use;
    Conflict("precondition.failed").
    """
    check_reason(reason)
    check_until(until)
    wanted = limits.as_dict() if isinstance(limits, Amounts) else dict(limits)
    check_amounts(wanted)
    counters = locked(project.id)
    if not counters:
        raise Missing("quota.no_ledger", project=str(project.id))
    check_version(version, sum(counter.version for counter in counters.values()))
    _check_use(counters, wanted, until)
    _check_ceilings(project, counters, wanted)
    before = {dimension: counters[dimension].limit for dimension in wanted}
    for dimension, limit in wanted.items():
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
        after={**wanted, "until": until.isoformat() if until else None},
    )


def _check_use(counters: Mapping[str, Counter], limits: Mapping[str, int], until: date | None) -> None:
    """A limit that stays, or that a grant's end left behind what is in use, is not lowered now."""
    if until is not None:
        return
    lowered = [
        counters[dimension]
        for dimension, limit in limits.items()
        if limit < counters[dimension].base_limit
        and limit < counters[dimension].used + counters[dimension].reserved
    ]
    if lowered:
        raise LimitBelowUse([_excess(counter, limits[counter.dimension]) for counter in lowered])


def _excess(counter: Counter, limit: int) -> Excess:
    charges = Charge.objects.filter(project_id=counter.project_id, dimension=counter.dimension)
    held = [(charge.holder, charge.used + charge.reserved) for charge in charges.order_by("holder")]
    held.sort(key=lambda each: -each[1])
    return Excess(counter.dimension, counter.used + counter.reserved, limit, tuple(held))


def _check_ceilings(project: Project, counters: Mapping[str, Counter], limits: Mapping[str, int]) -> None:
    """A project's limit beyond what its member or the lab may have at all would promise what cannot be."""
    holds = Q(scope=Scope.LAB) | Q(scope=Scope.PERSON, person_id=project.personal_of_id)
    for row in Ceiling.objects.filter(holds, limit__isnull=False).order_by("-scope", "dimension"):
        asked = limits.get(row.dimension, 0)
        if row.limit is not None and asked > row.limit and asked > counters[row.dimension].limit:
            field = f"limits.{row.dimension}"
            raise Refused("quota.above_ceiling", field=field, limit=row.limit, scope=Scope(row.scope).label)


def _set_one(counter: Counter, limit: int, actor: Actor, reason: str, until: date | None) -> None:
    if until is not None and limit < counter.base_limit:
        raise Refused("quota.grant_below_base", field=f"limits.{counter.dimension}", base=counter.base_limit)
    if until is not None and limit == counter.base_limit:
        return
    before, base, ends = counter.limit, counter.base_limit, counter.granted_until
    if until is None:
        counter.base_limit = limit
    counter.granted_until = until
    counter.limit = max(limit, counter.used + counter.reserved)
    if (before, base, ends) != (counter.limit, counter.base_limit, counter.granted_until):
        _changed(actor, counter, before, reason, until)


def _changed(actor: Actor, counter: Counter, before: int, reason: str, until: date | None = None) -> None:
    """Save a locked counter's new limit, with its place in the history."""
    counter.version += 1
    counter.save()
    LimitChange.objects.create(
        counter=counter,
        before=before,
        after=counter.limit,
        until=until,
        reason=reason,
        actor_label=actor.label[:200],
    )


def follow_down(counters: "QuerySet[Counter]") -> int:
    """Lower limits that no grant holds above their base any more, as far as use allows (design 8.6)."""
    over = Q(granted_until__isnull=True) | Q(granted_until__lt=timezone.localdate())
    return counters.filter(over, limit__gt=F("base_limit")).update(
        limit=Greatest(F("base_limit"), F("used") + F("reserved")),
        granted_until=None,
        version=F("version") + 1,
    )


def end_grants() -> int:
    """Let grants end whose last day is over, and tell the owners; returns how many limits went down.

    Project by project, each in a transaction of its own: nobody waits for the whole lab's grants.
    """
    over = Counter.objects.filter(granted_until__lt=timezone.localdate())
    return sum(_end_grants_of(each) for each in sorted(set(over.values_list("project_id", flat=True))))


@transaction.atomic
def _end_grants_of(project_id: UUID) -> int:
    today = timezone.localdate()
    ended = [
        each for each in locked(project_id).values() if each.granted_until and each.granted_until < today
    ]
    if not ended:
        return 0
    last = max(each.granted_until for each in ended if each.granted_until)
    actor = system("grants")
    before = {each.dimension: each.limit for each in ended}
    for counter in ended:
        was, counter.granted_until = counter.limit, None
        counter.limit = max(counter.base_limit, counter.used + counter.reserved)
        _changed(actor, counter, was, "")
    after = {each.dimension: each.limit for each in ended}
    project = Project.objects.get(id=project_id)
    audit.record(
        actor=actor,
        verb="quota.grant_ended",
        target_kind="project",
        target_id=project_id,
        target_label=project.name,
        project_id=project_id,
        before=before,
        after=after,
    )
    notices.notify(
        kind="request.grant_ended",
        recipients=_owners(project),
        params={
            "project": project.name,
            "amounts": [f"{name}={limit}" for name, limit in after.items()],
            "over": [each.dimension for each in ended if each.limit > each.base_limit],
        },
        path=f"/projects/{project.slug}/quota/",
        once=f"grant-ended:{project_id}:{last.isoformat()}",
    )
    return len(ended)


def tell_ending() -> int:
    """Tell owners of grants that end soon, once for each of DAYS_BEFORE; returns of how many projects.

    A day on which nobody looked is made up for: what is told is the nearest of those days not yet told.
    """
    today = timezone.localdate()
    soon = Counter.objects.filter(
        granted_until__gte=today, granted_until__lte=today + timedelta(days=max(DAYS_BEFORE))
    )
    ending = {(each.project_id, each.granted_until) for each in soon if each.granted_until}
    for project_id, until in sorted(ending):
        _tell_ending(project_id, until, (until - today).days)
    return len(ending)


@transaction.atomic
def _tell_ending(project_id: UUID, until: date, days: int) -> None:
    mark = min(each for each in DAYS_BEFORE if each >= days)
    project = Project.objects.get(id=project_id)
    ending = Counter.objects.filter(project=project, granted_until=until).order_by("id")
    notices.notify(
        kind="quota.grant_ending",
        recipients=_owners(project),
        params={
            "project": project.name,
            "days": days,
            "ends_on": until.isoformat(),
            "amounts": [f"{each.dimension}={each.base_limit}" for each in ending],
        },
        path=f"/projects/{project.slug}/quota/",
        once=f"grant-ending:{project_id}:{until.isoformat()}:{mark}",
    )


def _owners(project: Project) -> list[UUID]:
    """Whoever answers for the project's quota."""
    return [each.person_id for each in projects.members_of(project) if each.role == Role.OWNER]
