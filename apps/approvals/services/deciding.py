"""Verdicts: by a named rule, or by a person. The decision and what it gives are one transaction."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals.enums import Move, RequestKind, RequestState, Verdict
from apps.approvals.models import Decision, Request
from apps.approvals.rules import Choice
from apps.approvals.selectors import parts_of
from apps.approvals.services import eligibility, granting, ruling, telling
from apps.approvals.services.moving import check, end, hold, note, turn
from apps.approvals.transitions import Part, check_reason
from apps.quotas import selectors as figures
from apps.workloads import services as workloads
from apps.workloads.models import App
from kernel.actors import Actor, rule
from kernel.errors import Conflict, Refused
from kernel.units import Amounts

#: kinds without a template's answers that a rule may decide
_RULED = frozenset({RequestKind.QUOTA, RequestKind.LEASE})


@transaction.atomic
def decide_by_rule(*, request: Request, app: App | None, choice: Choice) -> Decision:
    """Approve as the chosen rule does. Raises QuotaExceeded; then nothing of it has happened.

    The quota is reserved last: from then to the commit everybody else who asks in this project waits.
    """
    name = choice.rule.name if choice.rule else ""
    actor, until = rule(name), ruling.last_day(choice, request.until)
    turn(request, check(request, Move.APPROVE, frozenset({Part.RULE})))
    if app is None:
        granting.give(request, granting.Grant(actor, None, "", None, until))
        request.save()
    else:
        granting.declare(request, app, actor, request.payload["resources"])
        request.save()
        amounts = Amounts.of(request.amounts)
        until = ruling.reserve(
            choice=choice, actor=actor, project_id=app.project_id, holder=app.id, amounts=amounts
        )
    decision = _decision(request, Verdict.APPROVED, granted=request.amounts, until=until, ruled=choice)
    note(actor, Move.APPROVE, request, until=_iso(until))
    return decision


@transaction.atomic
def decide_wish_by_rule(*, request: Request) -> Decision | None:
    """Let the rules decide a request for quota or a longer life; none where a person has to."""
    if request.kind not in _RULED:
        return None
    choice = ruling.consult(request=request)
    try:
        return None if choice.needs else decide_by_rule(request=request, app=None, choice=choice)
    except (Refused, Conflict):  # a person who decides is told why it cannot be as the rule would have it
        request.refresh_from_db()
        return None


@transaction.atomic
def approve(
    *,
    actor: Actor,
    person: Person,
    request_id: UUID,
    reason: str = "",
    version: int | None = None,
    until: date | None = None,
) -> Decision:
    """Approve all that is asked; with `until`, what goes beyond the quota only up to and with that day.

    What an app needs beyond the quota raises its limit as long as the app needs it. `version` is the one of
    the request that was read. Raises Missing, Forbidden, Conflict, Refused naming the field.
    """
    request = hold(person=person, request_id=request_id, move=Move.APPROVE, version=version, reason=reason)
    move = Move.APPROVE
    if request.kind == RequestKind.LEASE and until and request.until and until < request.until:
        move = Move.APPROVE_IN_PART  # less of a day is an earlier one
        check_reason(move, reason)
    return _approve(request, move, person, granting.Grant(actor, person, reason.strip(), None, _day(until)))


@transaction.atomic
def approve_in_part(
    *,
    actor: Actor,
    person: Person,
    request_id: UUID,
    granted: Mapping[str, object],
    reason: str,
    version: int | None = None,
    until: date | None = None,
) -> Decision:
    """Approve less than is asked: limits by dimension for quota and projects, resources for apps.

    Of a longer lease less is an earlier day: `until`, with nothing in `granted`.

    What is not named: a limit stays as it is, a resource is as asked. Raises as approve does.
    """
    move = Move.APPROVE_IN_PART
    request = hold(person=person, request_id=request_id, move=move, version=version, reason=reason)
    return _approve(
        request, move, person, granting.Grant(actor, person, reason.strip(), granted, _day(until))
    )


def _day(until: date | None) -> date | None:
    if until is not None and until < timezone.localdate():
        raise Refused("quota.until_past", field="until")
    return until


def _approve(request: Request, move: Move, person: Person, grant: granting.Grant) -> Decision:
    eligibility.check(request)
    state = check(request, move, parts_of(person, request))
    granted, until = granting.give(request, grant)
    turn(request, state)
    request.save()
    decision = _decision(
        request, Verdict(state.value), decider=person, reason=grant.reason, granted=granted, until=until
    )
    note(grant.actor, move, request, grant.reason, granted=granted, until=_iso(until))
    telling.decided(request, decision, grant.actor.label)
    return decision


@transaction.atomic
def reject(
    *, actor: Actor, person: Person, request_id: UUID, reason: str, version: int | None = None
) -> Decision:
    """Reject, with the reason that the requester reads. Raises Refused without one, and as approve does."""
    request = hold(person=person, request_id=request_id, move=Move.REJECT, version=version, reason=reason)
    turn(request, RequestState.REJECTED)
    request.save()
    decision = _decision(request, Verdict.REJECTED, decider=person, reason=reason)
    note(actor, Move.REJECT, request, reason)
    end(request, actor)
    if request.handover_id is not None:
        _decline(actor, request.handover_id)
    telling.decided(request, decision, actor.label)
    return decision


def _decline(actor: Actor, handover_id: UUID) -> None:
    """Who offered it learns that it does not go, and need not wait for the offer's end."""
    try:
        workloads.refuse(actor=actor, made=workloads.offered(handover_id))
    except Conflict:  # it is over already
        return


def _decision(
    request: Request,
    verdict: Verdict,
    *,
    decider: Person | None = None,
    ruled: Choice | None = None,
    reason: str = "",
    granted: Mapping[str, int] | None = None,
    until: date | None = None,
) -> Decision:
    """The verdict, with the figures that stand once the quota is reserved."""
    return Decision.objects.create(
        request=request,
        version=request.version,
        verdict=verdict,
        decider=decider,
        reason=reason.strip(),
        figures=_figures(request),
        granted=dict(granted or {}),
        until=until,
        **(ruling.decided_by(ruled) if ruled else {}),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _figures(request: Request) -> list[dict[str, object]]:
    asked: Mapping[str, int] = request.amounts
    return [
        {
            "dimension": each.dimension,
            "used": each.used,
            "reserved": each.reserved,
            "asked": asked.get(each.dimension, 0),
            "limit": each.limit,
        }
        for each in (figures.figures(request.project_id) if request.project_id else ())
    ]
