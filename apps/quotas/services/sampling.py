"""The history of use: a row a day for each project and dimension, of older weeks only the Monday."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

KEEP_DAYS = timedelta(days=92)  #: day by day so long, then week by week

_SAMPLE = """
    INSERT INTO quotas_usage AS kept (project_id, dimension, day, used, reserved, peak, "limit")
    SELECT project_id, dimension, %s, used, reserved, used + reserved, "limit" FROM quotas_counter
    ON CONFLICT (project_id, dimension, day) DO UPDATE
    SET used = EXCLUDED.used, reserved = EXCLUDED.reserved, "limit" = EXCLUDED."limit",
        peak = GREATEST(kept.peak, EXCLUDED.peak)
"""
# A week's Monday gets the week's peak and what its last day saw; the other days go.
_FOLD = """
    INSERT INTO quotas_usage AS kept (project_id, dimension, day, used, reserved, peak, "limit")
    SELECT DISTINCT ON (project_id, dimension, week)
        project_id, dimension, week, used, reserved,
        MAX(peak) OVER (PARTITION BY project_id, dimension, week), "limit"
    FROM (SELECT *, date_trunc('week', day)::date AS week FROM quotas_usage WHERE day < %s) AS old
    ORDER BY project_id, dimension, week, day DESC
    ON CONFLICT (project_id, dimension, day) DO UPDATE
    SET used = EXCLUDED.used, reserved = EXCLUDED.reserved, "limit" = EXCLUDED."limit", peak = EXCLUDED.peak
"""
_DROP = "DELETE FROM quotas_usage WHERE day < %s AND day <> date_trunc('week', day)::date"


def sample_usage() -> int:
    """Note today's use of every project, in one statement; a later look the same day keeps the peak."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, [timezone.localdate()])
        return int(cursor.rowcount)


@transaction.atomic
def thin_usage() -> int:
    """Fold whole weeks that are older than KEEP_DAYS into their Mondays; returns how many rows went."""
    today = timezone.localdate()
    oldest = today - KEEP_DAYS
    monday = oldest - timedelta(days=oldest.weekday())
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [monday])
        cursor.execute(_DROP, [monday])
        return int(cursor.rowcount)
