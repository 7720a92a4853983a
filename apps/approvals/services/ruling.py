"""Deciding by rule: the first that allows a request takes what it needs of the quota."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.approvals.models import Judgement, Request
from apps.approvals.rules import Candidate, Choice, choose
from apps.approvals.selectors import rules as selectors
from apps.quotas import services as quotas
from apps.quotas.selectors import Figure
from kernel.actors import Actor
from kernel.errors import QuotaExceeded, Shortfall
from kernel.units import Amounts


def consult(*, request: Request, always: bool | None = None, groups: frozenset[str] | None = None) -> Choice:
    """Let the rules judge a request that was sent; what they knew is kept for dry runs of later rules.

    `always`: whether its template wants somebody to decide, where the caller has read it. `groups`: of who
    sent it in the requester's place; it then counts as asked by both.
    """
    facts = selectors.facts_of(request, selectors.Seen(always=always))
    if groups is not None:
        facts = replace(facts, groups=facts.groups & groups)
    Judgement.objects.bulk_create(
        [Judgement(request=request, facts=facts.as_json(), at=timezone.now())],
        update_conflicts=True,
        unique_fields=["request"],
        update_fields=["facts", "at"],
    )
    return choose(selectors.candidates(), facts)


@transaction.atomic(savepoint=False)  # whoever calls it gives up all of it with this
def reserve(*, choice: Choice, actor: Actor, project_id: UUID, holder: UUID, amounts: Amounts) -> date | None:
    """Reserve as the chosen rule allows, lifting limits where it may; returns the last day of what it lifted.

    Raises QuotaExceeded where others were faster and it would take more than the rule allows.
    """
    rule = choice.rule
    if rule is None or not rule.terms.most_limit:
        quotas.reserve(project_id=project_id, holder=holder, amounts=amounts)
        return None
    until = _ends(rule)
    short = quotas.reserve_beyond(
        actor=actor,
        project_id=project_id,
        holder=holder,
        amounts=amounts,
        reason=f"{rule.name} ({rule.version})",
        until=until,
    )
    most = rule.terms.most_limit
    beyond = [each for each in short if each.used + each.reserved + each.asked > most.get(each.dimension, 0)]
    if beyond:
        raise QuotaExceeded(beyond)
    return until if short else None


def last_day(choice: Choice, asked: date | None) -> date | None:
    """Until when limits that were asked for are given: the rule's days, or less where less was asked for."""
    ends = _ends(choice.rule) if choice.rule and choice.lifts else None
    return min(ends, asked) if ends and asked else ends or asked


def _ends(rule: Candidate) -> date | None:
    days = rule.terms.days
    return None if days is None else timezone.localdate() + timedelta(days=days)


def decided_by(choice: Choice) -> dict[str, object]:
    """What a decision's row says of the rule: name, version, and the row of one that an admin wrote."""
    rule = choice.rule
    if rule is None:
        return {}
    return {"rule": rule.name, "rule_version": rule.version, "ruled_by_id": rule.id or None}


def short(standing: Iterable[Figure], choice: Choice) -> list[Shortfall]:
    """The figures of a refusal: each limit that would have to be higher than it stands."""
    facts = choice.facts
    return [
        Shortfall(
            each.dimension,
            each.used,
            each.reserved,
            facts.lifts[each.dimension] - each.used - each.reserved,
            facts.limits[each.dimension],
        )
        for each in standing
        if each.dimension in facts.lifts
    ]
