"""A request that nobody has decided: it holds a name, and the time of those who decide. So one has few."""

from apps.accounts.models import Person
from apps.approvals.models import Request
from apps.approvals.services import telling
from apps.approvals.transitions import OPEN
from kernel.errors import Conflict

OPEN_MAX = 50  #: requests of one person that wait, or are drafts, at a time


def wait(request: Request) -> None:
    """It waits from now on, and whoever may decide is told. Raises Conflict as require_few does."""
    require_few(request)
    telling.asked(request)


def require_few(request: Request) -> None:
    """Raise Conflict `request.too_many` where its requester has OPEN_MAX others open already."""
    if request.requester_id is None:
        return
    # Held, so that of many at once each sees those before it.
    Person.objects.select_for_update(no_key=True).get(id=request.requester_id)
    others = Request.objects.filter(requester=request.requester_id, state__in=OPEN).exclude(id=request.id)
    if others.count() >= OPEN_MAX:
        raise Conflict("request.too_many", limit=OPEN_MAX)
