"""What was seen of the platform's parts."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.cluster.models import PartStatus, ServedHost
from kernel.redact import redact_text


@transaction.atomic
def note_part(*, part: str, reachable: bool, now: datetime, version: str = "", detail: str = "") -> bool:
    """Write whether a part answers; `since` stays while that stays. Returns whether it changed."""
    row = PartStatus.objects.select_for_update().filter(part=part).first()
    changed = row is None or row.reachable != reachable
    row = row or PartStatus(part=part)
    row.since = now if changed else row.since
    row.reachable, row.checked_at = reachable, now
    row.version = version[:60] or row.version
    row.detail = redact_text(detail)[:500]
    row.save()
    return changed


@transaction.atomic
def note_hosts(*, served: Mapping[str, str], now: datetime) -> None:
    """Replace what is known of hosts served for others, host -> router: the whole list each time."""
    ServedHost.objects.exclude(host__in=served).delete()
    ServedHost.objects.bulk_create(
        [ServedHost(host=host, router=router[:200], seen_at=now) for host, router in served.items()],
        update_conflicts=True,
        unique_fields=["host"],
        update_fields=["router", "seen_at"],
    )
