"""Who has to decide today: whoever it was given to, or their deputy, or all."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.approvals.models import Absence, Duty, Request
from apps.approvals.selectors.requests import deciders
from apps.approvals.transitions import WAITING
from kernel.errors import Forbidden, Missing


def deputies(on: date | None = None) -> dict[UUID, UUID]:
    """Who is away on a day (today) -> who stands in for them."""
    day = on or timezone.localdate()
    away = Absence.objects.filter(from_on__lte=day, to_on__gte=day).order_by("created_at")
    return dict(away.values_list("person_id", "deputy_id"))


def acting(person_id: UUID, away: Mapping[UUID, UUID]) -> UUID | None:
    """Who acts for a person: they themselves, or the deputy, or the deputy's deputy. None in a circle."""
    seen = set[UUID]()
    while person_id in away:
        if person_id in seen:
            return None
        seen.add(person_id)
        person_id = away[person_id]
    return person_id


def assigned_to(request: Request) -> UUID | None:
    """Whom a request was given to; none where it is everybody's."""
    return Duty.objects.filter(request=request).values_list("assignee_id", flat=True).first()


def who_decides(request: Request) -> list[UUID]:
    """Whoever is to be told that a request waits: its assignee or else all who may decide, by their deputies.

    Nobody is left out for want of a deputy: where none of them could decide, all who may are told.
    """
    everybody = deciders(request)
    away, assignee = deputies(), assigned_to(request)
    meant = [assignee] if assignee in everybody else everybody
    found = {acting(each, away) for each in meant if each} & set(everybody)
    return sorted(each for each in found if each) or everybody


def mine(person: Person) -> Q:
    """Requests that were given to the person, or to somebody for whom they stand in today."""
    away = deputies()
    given = [each.id for each in accounts.admins() if acting(each.id, away) == person.id]
    return Q(duty__assignee__in=given)


def candidates(request: Request) -> "QuerySet[Person]":
    """To whom a request can be given."""
    return Person.objects.filter(id__in=deciders(request)).order_by("name", "id")


def absences(person: Person) -> "QuerySet[Absence]":
    """Those that last or are to come, the first to begin first. Raises Forbidden for who is no admin."""
    if not person.is_admin:
        raise Forbidden("forbidden", action="decide")
    found = Absence.objects.filter(to_on__gte=timezone.localdate())
    return found.select_related("person", "deputy").order_by("from_on", "id")


def absence(person: Person, absence_id: UUID) -> Absence:
    """One of them; raises Forbidden, Missing."""
    found = absences(person).filter(id=absence_id).first()
    if found is None:
        raise Missing
    return found


def to_remind(now: datetime) -> "QuerySet[Request]":
    """Waiting requests of which nobody was reminded since they began to wait or were given to somebody."""
    since = Greatest("state_since", Coalesce(F("duty__assigned_at"), F("state_since")))
    found = Request.objects.filter(state__in=WAITING).annotate(since=since)
    due = now - timedelta(days=settings.DECISION_REMIND_DAYS)
    silent = Q(duty__reminded_at=None) | Q(duty__reminded_at__lt=F("since"))
    return found.filter(silent, since__lte=due).order_by("state_since", "id")


def to_escalate(now: datetime) -> "QuerySet[Request]":
    """Requests that have waited too long, whoever they were given to, and that not all admins know of."""
    due = now - timedelta(days=settings.DECISION_ESCALATE_DAYS)
    unknown = Q(duty__escalated_at=None) | Q(duty__escalated_at__lt=F("state_since"))
    found = Request.objects.filter(unknown, state__in=WAITING, state_since__lte=due)
    return found.order_by("state_since", "id")
