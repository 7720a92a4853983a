"""The facts beside a request: quota now and after, use of late, room in the cluster."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.models import Request
from apps.approvals.transitions import OPEN
from apps.cluster import selectors as cluster
from apps.leases import selectors as leases
from apps.quotas import selectors as quotas
from apps.quotas.selectors import Figure
from apps.quotas.selectors.history import usage_of
from kernel.units import DIMENSIONS, Amounts

_TREND_DAYS = 60
#: kinds whose amounts come on top of what the project has
_TAKE_ROOM = frozenset({RequestKind.APP, RequestKind.CHANGE, RequestKind.HANDOVER})


def facts(person: Person, request: Request) -> dict[str, Any]:
    """What whoever decides, or waits, should see while it is open; nothing once it is closed."""
    if request.state not in OPEN:
        return {}
    found: dict[str, Any] = {}
    if request.kind in _TAKE_ROOM and request.project_id:
        holder = request.app_id if request.app and request.app.generation else None
        found["projections"] = quotas.what_if(request.project_id, Amounts.of(request.amounts), holder)
    if request.kind == RequestKind.QUOTA and request.project_id:
        found["limits"] = _limits(request, quotas.figures(request.project_id))
    if request.kind == RequestKind.LEASE and request.app is not None:
        found |= {"lease": leases.shown(request.app), "renewals": leases.renewals(request.app)}
    if person.reads_all:
        found["headroom"] = cluster.headroom()
        found |= _trend(request)
    return found


def _limits(request: Request, figures: tuple[Figure, ...]) -> list[tuple[Figure, Figure]]:
    """Each dimension that is asked for: as it stands, and as it would be."""
    return [
        (each, replace(each, limit=limit, free=limit - each.used - each.reserved))
        for each in figures
        if (limit := request.amounts.get(each.dimension)) is not None
    ]


def _trend(request: Request) -> dict[str, Any]:
    """The project's use of late in the dimension that is asked for most."""
    asked = [name for name in DIMENSIONS if request.amounts.get(name) and name != "apps"]
    if request.project_id is None or not asked:
        return {}
    since = timezone.localdate() - timedelta(days=_TREND_DAYS)
    rows = usage_of(request.project_id, since=since)
    return {"usage": [row for row in rows if row.dimension == asked[0]], "usage_of": asked[0]}
