"""A request that was changed, or sent again after a question, meets the rules as they are now."""

from django.db import transaction

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.models import Decision, Request
from apps.approvals.rules import Choice
from apps.approvals.services import eligibility, ruling, telling
from apps.approvals.services.deciding import decide_by_rule
from apps.approvals.services.granting import locked_app
from kernel.errors import Conflict, Refused
from orchestration.specs import Resources

#: kinds that nobody but a person decides
_BY_PEOPLE = frozenset({RequestKind.PROJECT, RequestKind.RIGHTS})
_WITH_APP = frozenset({RequestKind.APP, RequestKind.CHANGE})


@transaction.atomic
def judge_again(*, request: Request, person: Person) -> Decision | None:
    """Let the rules decide a locked request that waits; none where a person has to.

    `person` changed it or sent it: a rule for groups serves it where they, too, are in one of them, so that
    nobody gets by another's request what a rule would not give to them.
    """
    if request.kind in _BY_PEOPLE:
        return None
    choice = ruling.consult(request=request, groups=frozenset(person.groups))
    if choice.needs:
        return None
    try:
        decision = _decide(request, choice)
    except (Refused, Conflict):  # a person who decides is told why it cannot be as the rule would have it
        request.refresh_from_db()
        return None
    if request.requester_id != person.id:
        telling.decided(request, decision, decision.rule)
    return decision


@transaction.atomic
def _decide(request: Request, choice: Choice) -> Decision:
    """What a person's approval looks at again is looked at again here: it may have been asked long ago."""
    eligibility.check(request)
    if request.kind not in _WITH_APP:
        return decide_by_rule(request=request, app=None, choice=choice)
    app = locked_app(request)
    resources = Resources(**request.payload["resources"])
    eligibility.check_policy(request, app, eligibility.version_of(request), resources)
    return decide_by_rule(request=request, app=app, choice=choice)
