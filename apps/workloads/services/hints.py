"""Which apps a message goes out for now. Marking and choosing is one statement, so two watchers do no harm.

Few messages are out at a time, and projects take turns: a hundred apps of one do not hold up another's one.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.workloads.models import Claim
from apps.workloads.services.wake import notify

OUT_MAX = 16  #: messages that nobody has taken yet; the queue stays short, and its order is ours
AGAIN_S = 10  #: seconds after which a message counts as lost

_CHOOSE = """
WITH budget AS (
    SELECT GREATEST(0, %(most)s - count(*)) AS free FROM workloads_claim
     WHERE hinted_at > %(now)s - make_interval(secs => %(again)s)
), ranked AS (
    SELECT c.app_id, c.due_at, row_number() OVER (PARTITION BY a.project_id ORDER BY c.due_at) AS turn
      FROM workloads_claim c JOIN workloads_app a ON a.id = c.app_id
     WHERE c.due_at <= %(now)s AND c.parked_at IS NULL
       AND (c.claimed_until IS NULL OR c.claimed_until <= %(now)s)
       AND (c.hinted_at IS NULL OR c.hinted_at <= %(now)s - make_interval(secs => %(again)s))
), chosen AS (
    SELECT app_id FROM ranked ORDER BY turn, due_at LIMIT (SELECT free FROM budget)
)
UPDATE workloads_claim c SET hinted_at = %(now)s FROM chosen WHERE c.app_id = chosen.app_id
RETURNING c.app_id, (SELECT desired = 'absent' FROM workloads_app WHERE id = c.app_id)
"""


class Due(NamedTuple):
    """An app to send a message for; `absent`: it is to be deleted for good, which may be another's right."""

    app_id: UUID
    absent: bool


def choose(most: int = OUT_MAX) -> list[Due]:
    """Mark and return the apps to send a message for."""
    values: dict[str, datetime | int] = {"now": timezone.now(), "most": most, "again": AGAIN_S}
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE, values)
        return [Due(*row) for row in cursor.fetchall()]


def unsent(chosen: list[Due]) -> None:
    """Take the marks back: these messages did not leave."""
    Claim.objects.filter(app_id__in=[each.app_id for each in chosen]).update(hinted_at=None)


def forget_sent() -> None:
    """A worker began: what was sent before may have died with another, and sending it twice does no harm."""
    Claim.objects.filter(hinted_at__isnull=False).update(hinted_at=None)
    notify()
