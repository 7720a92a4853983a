"""Who may work on an app now: a lease and a fencing number, each taken and checked by one conditional UPDATE.

`due_at` is set to the lease's end while somebody works, so that the app is due again if they die. A hint that
comes meanwhile sets it earlier, and that is how the worker learns at the end that it must look again at once.

A claim names its holder's PostgreSQL session. The kernel closes the socket of a worker that is killed, and
PostgreSQL then ends the session: so its claims can be freed at once. The lease is for workers that hang, or
whose machine is cut off; the fence holds off whoever was believed dead and is not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

LEASE = timedelta(seconds=20)  #: renewed between passes; how long a worker that hangs can hold an app
DEATHS_MAX = 5

_TAKE = """
UPDATE workloads_claim
   SET claimed_until = %(until)s, due_at = %(until)s, hinted_at = NULL, fence = fence + 1, tries = tries + 1,
       holder = pg_backend_pid(),
       holder_since = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
 WHERE app_id = %(app)s AND due_at <= %(now)s AND parked_at IS NULL AND tries < %(deaths)s
   AND (claimed_until IS NULL OR claimed_until <= %(now)s)
RETURNING fence
"""
_RENEW = """
UPDATE workloads_claim
   SET claimed_until = %(until)s, due_at = CASE WHEN due_at < claimed_until THEN due_at ELSE %(until)s END
 WHERE app_id = %(app)s AND fence = %(fence)s
"""
_GIVE_BACK = """
UPDATE workloads_claim
   SET claimed_until = NULL, hinted_at = NULL, looked_at = %(now)s,
       tries = CASE WHEN %(orderly)s THEN 0 ELSE tries END,
       due_at = CASE WHEN due_at < claimed_until THEN LEAST(due_at, %(next)s) ELSE %(next)s END
 WHERE app_id = %(app)s AND fence = %(fence)s
"""
_PARK = """
UPDATE workloads_claim
   SET parked_at = %(now)s, due_at = NULL, claimed_until = NULL, fence = fence + 1
 WHERE app_id = %(app)s AND due_at <= %(now)s AND parked_at IS NULL AND tries >= %(deaths)s
   AND (claimed_until IS NULL OR claimed_until <= %(now)s)
"""
# A role that may not see when another role's session began takes it for the holder's.
_FREE = """
UPDATE workloads_claim c
   SET claimed_until = NULL, hinted_at = NULL, due_at = %(now)s, fence = fence + 1
 WHERE c.claimed_until > %(now)s AND c.holder IS NOT NULL
   AND NOT EXISTS (SELECT FROM pg_stat_activity s WHERE s.pid = c.holder
                      AND COALESCE(s.backend_start, c.holder_since) IS NOT DISTINCT FROM c.holder_since)
"""

Values = dict[str, UUID | datetime | int | bool | None]


@dataclass(frozen=True)
class Held:
    """A claim: every write of its holder says `WHERE fence = fence`."""

    app_id: UUID
    fence: int


class LostClaim(Exception):
    """Somebody else works on the app by now: whatever this worker saw is no longer its to write."""


def take(app_id: UUID, now: datetime) -> Held | None:
    """Claim an app that is due and free; None where it is not, or has killed too many workers."""
    values: Values = {"app": app_id, "now": now, "until": now + LEASE, "deaths": DEATHS_MAX}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
    return Held(app_id, row[0]) if row else None


def renew(held: Held, now: datetime) -> None:
    """Prolong the lease. Raises LostClaim."""
    _one(_RENEW, {"app": held.app_id, "fence": held.fence, "until": now + LEASE})


def give_back(held: Held, now: datetime, next_look: datetime | None, *, orderly: bool = True) -> None:
    """End the claim; look again at `next_look`, or sooner where a hint came. Raises LostClaim.

    A pass that did not end in order keeps its count: after five of them the app is parked.
    """
    times: Values = {"now": now, "next": next_look}
    _one(_GIVE_BACK, {"app": held.app_id, "fence": held.fence, "orderly": orderly, **times})


def free_the_dead(now: datetime) -> int:
    """Free what is claimed by sessions that have ended, to be looked at now; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE, {"now": now})
        return int(cursor.rowcount)


def park(app_id: UUID, now: datetime) -> bool:
    """Put an app aside that killed its workers again and again; True for the one who did it."""
    with connection.cursor() as cursor:
        cursor.execute(_PARK, {"app": app_id, "now": now, "deaths": DEATHS_MAX})
        return bool(cursor.rowcount)


def _one(sql: str, values: Values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        if cursor.rowcount != 1:
            raise LostClaim(str(values["app"]))
