"""When an app is looked at next. A notice to the watcher leaves with the commit, and never without it."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from apps.workloads.models import Claim

CHANNEL = "paillasse_due"
CHANGED = "paillasse_changed"  #: names an app of which a page shows something else now
NOT_CLOSER = timedelta(milliseconds=200)  #: hints of one app come in swarms; one look serves them all


def wake(app_id: UUID) -> None:
    """Make an app due now, in the transaction of the change that wants it."""
    Claim.objects.filter(app_id=app_id).update(due_at=timezone.now(), hinted_at=None, parked_at=None, tries=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, ''), pg_notify(%s, %s)", [CHANNEL, CHANGED, str(app_id)])


def look_now(slugs: Collection[str]) -> int:
    """A hint from outside: something happened to these apps. Returns how many will be looked at sooner."""
    now = timezone.now()
    moment = Value(now, output_field=DateTimeField())
    soonest = Greatest(moment, Coalesce(F("looked_at") + NOT_CLOSER, moment))
    settled = Q(due_at__isnull=True) | Q(parked_at__isnull=False)
    rows = Claim.objects.filter(app__slug__in=slugs).exclude(settled)
    return rows.update(due_at=Least(F("due_at"), soonest))


def notify() -> None:
    """Tell the watcher that something is due; PostgreSQL delivers it when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def tell(app_id: UUID) -> None:
    """Tell open pages that this app is not as it was; what changed, they ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANGED, str(app_id)])
