"""What is written here: answers kept for a repeated call, and members' files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from apps.base.models import IdempotencyKey, Upload
from kernel.errors import Conflict, Refused

_DAY = timedelta(days=1)
_MIB = 1024 * 1024  # bytes
_BATCH = 200


@dataclass(frozen=True)
class Answer:
    """What a call answered: kept for a day and given again to a repeat."""

    status: int
    body: Any  # JSON
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False


@transaction.atomic
def once(*, person_id: UUID, key: str, route: str, body_digest: str, run: Callable[[], Answer]) -> Answer:
    """Run a call once for a person, key and route, in one transaction with the answer that it leaves.

    So there is no moment at which the work is done and the answer is not kept. A call that raises leaves
    nothing and may be tried again. Raises Conflict: `idempotency.running` while the first call is under way,
    `idempotency.other_body` where the key came with another body before.
    """
    if not _alone(person_id, key, route):
        raise Conflict("idempotency.running")
    kept = IdempotencyKey.objects.filter(person_id=person_id, key=key, route=route).first()
    if kept is None:
        answer = run()
        IdempotencyKey.objects.create(
            person_id=person_id,
            key=key,
            route=route,
            body_digest=body_digest,
            status=answer.status,
            response=answer.body,
            headers=answer.headers,
        )
        return answer
    if kept.body_digest != body_digest:
        raise Conflict("idempotency.other_body")
    return Answer(kept.status or 200, kept.response, kept.headers, replayed=True)


def _alone(person_id: UUID, key: str, route: str) -> bool:
    """Take the lock of this call until the transaction's end; whoever else has it is not waited for."""
    digest = hashlib.sha256(f"{person_id}\n{key}\n{route}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
        return bool(cursor.fetchone()[0])


def forget_answers(*, older_than: datetime) -> int:
    """Drop answers kept longer than they are promised; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=older_than).delete()[0]


@transaction.atomic
def keep_file(
    *,
    content: File[bytes],
    path: str,
    sha256: str,
    size: int,
    name: str,
    project_id: UUID,
    person_id: UUID,
    field: str = "file",
) -> Upload:
    """Store content under its digest, once, and note whose upload it was.

    The file comes before the row: a file without a row is only space, a row without a file a broken promise.
    A shorter file of the same digest was cut off by a crash and is written again. What a person sends again
    under the same name stays one upload. Raises Refused `upload.too_many` or `upload.too_much` beyond what
    one person may send in a day (count, MiB).
    """
    sent = Upload.objects.filter(person_id=person_id, project_id=project_id, sha256=sha256, name=name)
    again = sent.order_by("created_at").last()
    if again is None:
        _require_room(person_id, size, field)
    _hold(sha256, alone=False)
    if default_storage.exists(path) and default_storage.size(path) != size:
        default_storage.delete(path)
    if not default_storage.exists(path):
        content.seek(0)
        saved = default_storage.save(path, content)
        if saved != path:  # somebody stored the same content at the same moment
            default_storage.delete(saved)
    if again is not None and sent.filter(id=again.id).update(created_at=timezone.now()):
        return again
    return Upload.objects.create(
        sha256=sha256, size=size, name=name, project_id=project_id, person_id=person_id
    )


def _require_room(person_id: UUID, size: int, field: str) -> None:
    """Raise Refused where this would be more than a person may send in a day."""
    today = Upload.objects.filter(person_id=person_id, created_at__gt=timezone.now() - _DAY)
    sums = today.aggregate(count=Count("id"), size=Sum("size", default=0))
    if sums["count"] >= settings.UPLOAD_DAY_COUNT:
        raise Refused("upload.too_many", field=field, limit=settings.UPLOAD_DAY_COUNT)
    if sums["size"] + size > settings.UPLOAD_DAY_MIB * _MIB:
        raise Refused("upload.too_much", field=field, limit=settings.UPLOAD_DAY_MIB)


def _hold(sha256: str, *, alone: bool) -> None:
    """Hold content until the transaction's end: to keep it with others who do, to delete it alone."""
    kind = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}(%s)", [int(sha256[:15], 16)])


def forget_unused(*, older_than: datetime, in_use: Callable[[], Collection[str]]) -> int:
    """Delete uploads that nothing names, and their content where no other upload has it; return how many.

    `in_use` gives the ids that releases and requests name. It is asked again once the rows are held, so that
    what is being sent in this moment is either seen, or waits and finds its file gone (`upload.missing`).
    """
    forgotten = 0
    while digests := _forget_some(older_than, in_use):
        forgotten += len(digests)
        for sha256 in set(digests):
            _forget_content(sha256)
    return forgotten


@transaction.atomic
def _forget_some(older_than: datetime, in_use: Callable[[], Collection[str]]) -> list[str]:
    old = Upload.objects.filter(created_at__lt=older_than).exclude(id__in=in_use())
    held = list(old.order_by("created_at").select_for_update(skip_locked=True)[:_BATCH])
    named = set(in_use())
    free = [each for each in held if str(each.id) not in named]
    Upload.objects.filter(id__in=[each.id for each in free]).delete()
    return [each.sha256 for each in free]


@transaction.atomic
def _forget_content(sha256: str) -> None:
    """After the rows are gone for good: content without a row is only space, the reverse a broken promise."""
    _hold(sha256, alone=True)
    if not Upload.objects.filter(sha256=sha256).exists():
        default_storage.delete(path_of(sha256))


def path_of(sha256: str) -> str:
    """Where in the storage content of this digest is kept."""
    return f"{sha256[:2]}/{sha256}"
