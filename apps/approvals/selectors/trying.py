"""Trying a rule on what was asked before: nothing is written, nothing is decided."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Prefetch

from apps.accounts.models import Person
from apps.approvals.enums import Verdict
from apps.approvals.models import Decision, Request
from apps.approvals.rules import KINDS, Candidate, Choice, Facts, Judged, choose
from apps.approvals.selectors.rules import candidate, rules
from kernel.units import DIMENSIONS

LAST = 200  #: requests that a dry run looks at
LAST_MAX = 1000


@dataclass(frozen=True)
class Tried:
    """A past request that the rule would have decided."""

    request: Request
    judged: Judged
    decision: Decision | None  #: what was decided then
    days: int = 0  #: of a longer life: how many were asked for

    @property
    def rejected(self) -> bool:
        """Whether somebody had said no: the rule would have said yes."""
        return self.decision is not None and self.decision.verdict == Verdict.REJECTED


@dataclass(frozen=True)
class DryRun:
    """What a rule would have done with the last requests."""

    looked_at: int
    would: tuple[Tried, ...] = ()  #: what was rejected comes first, then the newest
    asked: dict[str, int] = field(default_factory=dict)  #: in all, by dimension
    lifted: dict[str, int] = field(default_factory=dict)  #: of limits, in all, by dimension
    why_not: dict[str, int] = field(default_factory=dict)  #: what kept it from deciding -> how often
    earlier: int = 0  #: requests that a rule before it decides

    @property
    def decided(self) -> int:
        """How many it would have decided."""
        return len(self.would)

    @property
    def rejected(self) -> int:
        """How many of them somebody had rejected."""
        return sum(each.rejected for each in self.would)


def try_rule(person: Person, draft: Candidate, place: int | None = None, last: int = LAST) -> DryRun:
    """Judge the last requests with a rule as if it stood, enabled, at its place. Raises Forbidden."""
    order = [candidate(each) for each in rules(person) if str(each.id) != draft.id]
    at = len(order) if place is None else max(0, place - 1)
    order.insert(at, Candidate(draft.name, draft.version, draft.terms, id=draft.id))
    looked_at, chosen = 0, []
    for request in past(last):
        looked_at += 1
        facts = Facts.of(request.judgement.facts)
        chosen.append((request, facts, choose(order, facts)))
    return _summed(order[at], looked_at, chosen)


def past(last: int) -> list[Request]:
    """The last requests that rules have judged, the newest first, each with what was known of it."""
    found = Request.objects.filter(kind__in=KINDS, judgement__isnull=False)
    related = ("project", "requester", "app", "judgement")
    decisions = Prefetch("decisions", Decision.objects.select_related("decider").order_by("-at"))
    newest = found.select_related(*related).prefetch_related(decisions).order_by("-created_at", "id")
    return list(newest[: min(last, LAST_MAX)])


def _summed(draft: Candidate, looked_at: int, chosen: list[tuple[Request, Facts, Choice]]) -> DryRun:
    would, earlier = [], 0
    asked, lifted, why_not = Counter[str](), Counter[str](), Counter[str]()
    for request, facts, choice in chosen:
        verdict = next((said for rule, said in choice.judged if rule is draft), None)
        if verdict is None:
            earlier += 1
        elif choice.rule is not draft:
            why_not.update({each.code for each in verdict.why_not})
        else:
            would.append(Tried(request, verdict, next(iter(request.decisions.all()), None), facts.days))
            asked.update(facts.asked)
            lifted.update({name: to - facts.limits.get(name, 0) for name, to in verdict.lifts.items()})
    would.sort(key=lambda each: not each.rejected)
    return DryRun(looked_at, tuple(would), _in_order(asked), _in_order(lifted), dict(why_not), earlier)


def _in_order(sums: Counter[str]) -> dict[str, int]:
    return {name: sums[name] for name in DIMENSIONS if sums[name]}
