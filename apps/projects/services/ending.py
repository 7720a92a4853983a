"""Memberships that end on a day, and those whom that concerns told before."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.notices import services as notices
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.projects.permissions import current
from apps.projects.services.support import hold, record
from kernel.actors import system

DAYS_BEFORE = (30, 14, 7, 1)


def due_notice(today: date, day: date, known_since: date, days: tuple[int, ...] = DAYS_BEFORE) -> int | None:
    """Which notice is due today about a day: the smallest of `days` that is not passed; none too early.

    A look that was missed is made up for at the next one. None, too, where that notice's time had come before
    the day was `known_since`: nobody is told in passing what they have just been told.
    """
    left = (day - today).days
    due = min((each for each in days if each >= left >= 0), default=None)
    if due is None or (day - known_since).days < due:
        return None
    return due


def end_memberships() -> int:
    """End memberships whose last day is over, each in its own transaction; return how many."""
    over = Membership.objects.filter(ends_on__lt=timezone.localdate()).order_by("id")
    return sum(_end(each) for each in over.values_list("id", flat=True))


@transaction.atomic
def _end(membership_id: UUID) -> bool:
    """End one, unless somebody has moved its day meanwhile."""
    found = Membership.objects.select_related("project").filter(id=membership_id).first()
    if found is None:
        return False
    project = hold(found.project)
    over = Membership.objects.select_related("person").filter(
        id=membership_id, ends_on__lt=timezone.localdate()
    )
    membership = over.first()
    if membership is None:
        return False
    before = {"role": membership.role, "ends_on": str(membership.ends_on)}
    membership.delete()
    record(system("end of membership"), "member.ended", project, before=before, member=membership.person)
    return True


@transaction.atomic
def warn_of_ends() -> int:
    """Tell members and owners of ends that come near; return how many ends were looked at."""
    today = timezone.localdate()
    near = Membership.objects.filter(ends_on__gte=today, project__archived_at=None)
    coming = near.select_related("project", "person").order_by("ends_on", "id")
    looked = 0
    for membership in coming.filter(ends_on__lte=date.fromordinal(today.toordinal() + max(DAYS_BEFORE))):
        looked += 1
        _warn(membership, today)
    return looked


def _warn(membership: Membership, today: date) -> None:
    day = membership.ends_on
    due = due_notice(today, day, timezone.localdate(membership.created_at)) if day else None
    if day is None or due is None:
        return
    notices.notify(
        kind="member.ending",
        recipients={membership.person_id, *owners_of(membership.project)},
        params={
            "project": membership.project.name,
            "member": membership.person.label,
            "days": (day - today).days,
            "ends_on": day.isoformat(),
        },
        path=f"/projects/{membership.project.slug}/members/",
        once=f"member-ending:{membership.id}:{day.isoformat()}:{due}",
    )


def owners_of(project: Project) -> list[UUID]:
    """The ids of those who own it now."""
    owners = Membership.objects.filter(current(timezone.localdate()), project=project, role=Role.OWNER)
    return list(owners.filter(person__is_active=True).values_list("person_id", flat=True))
