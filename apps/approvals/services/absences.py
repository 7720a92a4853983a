"""Who is away, and who stands in for them."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.approvals.models import Absence
from apps.approvals.selectors import duty as selectors
from apps.audit import services as audit
from kernel.actors import Actor
from kernel.errors import Forbidden, Refused

_LONGEST = timedelta(days=366)


@transaction.atomic
def enter_absence(
    *, actor: Actor, person: Person, away_id: UUID, deputy_id: UUID, from_on: date, to_on: date
) -> Absence:
    """Enter that an admin is away, both days included. Any admin may, also for a colleague who fell ill.

    Raises Forbidden; Refused naming the field: no admin, days that cannot be, days entered already, a deputy
    whose own deputy would be the one who is away.
    """
    if not person.is_admin:
        raise Forbidden("forbidden", action="decide")
    _check_days(from_on, to_on)
    # Both rows are locked: of two absences that would make a circle, the second sees the first.
    ids = sorted({away_id, deputy_id})
    list(Person.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    _check_people(away_id, deputy_id)
    standing = list(Absence.objects.filter(from_on__lte=to_on, to_on__gte=from_on).select_related("person"))
    if any(each.person_id == away_id for each in standing):
        raise Refused("absence.twice", field="from_on")
    if loop := _loop(standing, deputy_id, away_id, from_on, to_on):
        raise Refused("absence.loop", field="deputy", by=loop.person.label)
    row = Absence.objects.create(person_id=away_id, deputy_id=deputy_id, from_on=from_on, to_on=to_on)
    _audit(actor, "absence.entered", row, after=_told(row))
    return row


@transaction.atomic
def end_absence(*, actor: Actor, person: Person, absence_id: UUID) -> None:
    """Take an absence back, or end it early: the person is there again. Raises Forbidden, Missing."""
    row = selectors.absence(person, absence_id)
    before = _told(row)
    yesterday = timezone.localdate() - timedelta(days=1)
    if row.from_on <= yesterday:
        row.to_on = yesterday
        row.save()
        _audit(actor, "absence.ended", row, before, _told(row))
    else:
        _audit(actor, "absence.taken_back", row, before)
        row.delete()


def _check_days(from_on: date, to_on: date) -> None:
    if to_on < from_on or to_on < timezone.localdate() or to_on - from_on > _LONGEST:
        raise Refused("absence.days", field="to_on")


def _check_people(away_id: UUID, deputy_id: UUID) -> None:
    admins = {each.id for each in accounts.admins()}
    if away_id not in admins:
        raise Refused("duty.not_admin", field="person")
    if deputy_id not in admins or deputy_id == away_id:
        raise Refused("absence.deputy", field="deputy")


def _loop(
    standing: Iterable[Absence], deputy: UUID, away: UUID, from_on: date, to_on: date
) -> Absence | None:
    """The absence by which the duty would come back, on some day, to the one who is away."""
    rest = list(standing)
    for each in rest:
        begin, end = max(from_on, each.from_on), min(to_on, each.to_on)
        if each.person_id != deputy or begin > end:
            continue
        if each.deputy_id == away:
            return each
        others = [other for other in rest if other is not each]
        if found := _loop(others, each.deputy_id, away, begin, end):
            return found
    return None


def _told(row: Absence) -> dict[str, object]:
    return {
        "person": row.person.label,
        "deputy": row.deputy.label,
        "from_on": row.from_on.isoformat(),
        "to_on": row.to_on.isoformat(),
    }


def _audit(
    actor: Actor,
    verb: str,
    row: Absence,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="absence",
        target_id=row.id,
        target_label=row.person.label,
        before=before,
        after=after,
    )
