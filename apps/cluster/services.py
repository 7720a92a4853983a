"""What was seen of the platform's parts."""

from datetime import datetime

from django.db import transaction

from apps.cluster.models import PartStatus
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
