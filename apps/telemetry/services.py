"""Writing down what apps use."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from apps.telemetry.models import STEPS
from apps.workloads.models import App

_WRITE = """
INSERT INTO telemetry_usage AS kept (app_id, step, slot, at, samples, cpu_total, cpu_peak, memory_total,
    memory_peak, cpu_limit, memory_limit, copies)
VALUES (%(app)s, %(step)s, %(slot)s, %(at)s, 1, %(cpu)s, %(cpu)s, %(memory)s, %(memory)s,
    %(cpu_limit)s, %(memory_limit)s, %(copies)s)
ON CONFLICT (app_id, step, slot) DO UPDATE SET
    at = EXCLUDED.at, cpu_limit = EXCLUDED.cpu_limit, memory_limit = EXCLUDED.memory_limit,
    copies = EXCLUDED.copies,
    samples = CASE WHEN kept.at = EXCLUDED.at THEN kept.samples ELSE 0 END + 1,
    cpu_total = CASE WHEN kept.at = EXCLUDED.at THEN kept.cpu_total ELSE 0 END + EXCLUDED.cpu_total,
    memory_total = CASE WHEN kept.at = EXCLUDED.at THEN kept.memory_total ELSE 0 END + EXCLUDED.memory_total,
    cpu_peak = CASE WHEN kept.at = EXCLUDED.at THEN greatest(kept.cpu_peak, EXCLUDED.cpu_peak)
        ELSE EXCLUDED.cpu_peak END,
    memory_peak = CASE WHEN kept.at = EXCLUDED.at THEN greatest(kept.memory_peak, EXCLUDED.memory_peak)
        ELSE EXCLUDED.memory_peak END
"""


@dataclass(frozen=True)
class Seen:
    """What one allocation used when it was asked: MHz, MiB, and the limits of each."""

    slug: str
    allocation: str
    cpu_mhz: float
    memory_mib: float
    cpu_limit: int
    memory_limit: int


@transaction.atomic
def note_usage(*, seen: Iterable[Seen], now: datetime) -> int:
    """Add what was seen to each of the three rings; returns how many apps it was of."""
    by_slug = defaultdict(list)
    for each in seen:
        by_slug[each.slug].append(each)
    apps = dict(App.objects.filter(slug__in=by_slug, gone_at=None).values_list("slug", "id"))
    rows = [
        {**_row(by_slug[slug]), "app": app_id, "step": step, **_slot(step, now)}
        for slug, app_id in sorted(apps.items())
        for step in STEPS
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_WRITE, rows)
    return len(apps)


def _row(copies: list[Seen]) -> dict[str, Any]:
    """An app is as near its limits as its busiest copy."""
    return {
        "cpu": max(each.cpu_mhz for each in copies),
        "memory": max(each.memory_mib for each in copies),
        "cpu_limit": max(each.cpu_limit for each in copies),
        "memory_limit": max(each.memory_limit for each in copies),
        "copies": Jsonb({each.allocation: [round(each.cpu_mhz), round(each.memory_mib)] for each in copies}),
    }


def _slot(step: int, now: datetime) -> dict[str, Any]:
    number = int(now.timestamp()) // step
    return {"slot": number % STEPS[step], "at": datetime.fromtimestamp(number * step, UTC)}
