"""Deciding by rule: the first that allows a request takes what it needs of the quota."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.approvals.models import Judgement, Request
from apps.approvals.rules import Choice, choose
from apps.approvals.selectors import rules as selectors
from apps.quotas import selectors as figures
from apps.quotas import services as quotas
from kernel.actors import Actor
from kernel.errors import QuotaExceeded, Shortfall
from kernel.units import Amounts


@transaction.atomic
def consult(*, request: Request) -> Choice:
    """Let the rules judge a request that was sent; what they knew is kept for dry runs of later rules."""
    facts = selectors.facts_of(request)
    Judgement.objects.update_or_create(request=request, defaults={"facts": facts.as_json()})
    return choose(selectors.candidates(), facts)


@transaction.atomic
def reserve(*, choice: Choice, actor: Actor, project_id: UUID, holder: UUID, amounts: Amounts) -> None:
    """Reserve as the chosen rule allows, lifting limits where it may, for its days.

    Raises QuotaExceeded where others were faster and it would take more than the rule allows.
    """
    rule = choice.rule
    if rule is None or not choice.lifts:
        quotas.reserve(project_id=project_id, holder=holder, amounts=amounts)
        return
    short = quotas.reserve_beyond(
        actor=actor,
        project_id=project_id,
        holder=holder,
        amounts=amounts,
        reason=f"{rule.name} ({rule.version})",
        until=last_day(choice),
    )
    most = rule.terms.most_limit
    beyond = [each for each in short if each.used + each.reserved + each.asked > most.get(each.dimension, 0)]
    if beyond:
        raise QuotaExceeded(beyond)


def last_day(choice: Choice, asked: date | None = None) -> date | None:
    """Until when what the rule lifts stays lifted: its days, or less where less was asked for."""
    days = choice.rule.terms.days if choice.rule and choice.lifts else None
    if days is None:
        return asked
    ends = timezone.localdate() + timedelta(days=days)
    return min(ends, asked) if asked else ends


def decided_by(choice: Choice) -> dict[str, object]:
    """What a decision's row says of the rule: name, version, and the row of one that an admin wrote."""
    rule = choice.rule
    if rule is None:
        return {}
    return {"rule": rule.name, "rule_version": rule.version, "ruled_by_id": rule.id or None}


def short(project_id: UUID, choice: Choice) -> list[Shortfall]:
    """The figures of a refusal: each limit that would have to be higher."""
    facts = choice.facts
    return [
        Shortfall(
            each.dimension,
            each.used,
            each.reserved,
            facts.lifts[each.dimension] - each.used - each.reserved,
            facts.limits[each.dimension],
        )
        for each in figures.figures(project_id)
        if each.dimension in facts.lifts
    ]
