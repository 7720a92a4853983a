"""What is written here: answers kept for a repeated call, and members' files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from apps.base.models import IdempotencyKey, Upload
from kernel.errors import Conflict


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


def keep_file(
    *, content: File[bytes], path: str, sha256: str, size: int, name: str, project_id: UUID, person_id: UUID
) -> Upload:
    """Store content under its digest, once, and note whose upload it was.

    The file comes before the row: a file without a row is only space, a row without a file a broken promise.
    A shorter file of the same digest was cut off by a crash and is written again.
    """
    if default_storage.exists(path) and default_storage.size(path) != size:
        default_storage.delete(path)
    if not default_storage.exists(path):
        content.seek(0)
        saved = default_storage.save(path, content)
        if saved != path:  # somebody stored the same content at the same moment
            default_storage.delete(saved)
    return Upload.objects.create(
        sha256=sha256, size=size, name=name, project_id=project_id, person_id=person_id
    )
