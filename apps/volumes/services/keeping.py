"""What comes of a snapshot, part by part: counted in the quota as it comes."""

from typing import Any

from django.db import transaction

from apps.volumes.enums import SnapshotState
from apps.volumes.models import Snapshot
from apps.volumes.services.moving import move_snapshot
from apps.volumes.services.scheduling import thin
from apps.volumes.services.taking import charge_snapshot
from apps.workloads.models import AppVolume
from kernel.errors import Conflict, Missing, QuotaExceeded

MIB = 1024 * 1024
PART_MAX = 16 * MIB  #: bytes


def _taken(key: str) -> Snapshot:
    """The snapshot that this key opens, locked after its volume. Raises Missing."""
    found = (
        Snapshot.objects.filter(key=key, state=SnapshotState.TAKING).values_list("id", "volume_id").first()
    )
    if found is None:
        raise Missing
    AppVolume.objects.select_for_update().get(id=found[1])
    snapshot = Snapshot.objects.select_for_update().filter(id=found[0], state=SnapshotState.TAKING).first()
    if snapshot is None or snapshot.key != key:
        raise Missing
    return snapshot


@transaction.atomic
def begin_part(*, key: str, number: int, size: int) -> Snapshot:
    """Charge a part before it is kept. A part may come twice, one after the other: nothing else.

    Raises Missing for a wrong key, Conflict for a part out of turn, QuotaExceeded with the figures: the
    caller then says so with `no_room`, and keeps nothing.
    """
    snapshot = _taken(key)
    if number not in {snapshot.parts, snapshot.parts + 1} or not number > 0 or size > PART_MAX:
        raise Conflict("conflict", part=number)
    before = snapshot.size_bytes - (snapshot.last_bytes if number == snapshot.parts else 0)
    mib = max(1, -(-(before + size) // MIB))
    if mib > snapshot.charged_mib:
        charge_snapshot(snapshot, AppVolume.objects.get(id=snapshot.volume_id), mib=mib)
    return snapshot


@transaction.atomic
def note_part(*, key: str, number: int, size: int) -> None:
    """The part is kept. Raises Missing, Conflict as before."""
    snapshot = _taken(key)
    if number == snapshot.parts:
        snapshot.size_bytes -= snapshot.last_bytes
    elif number != snapshot.parts + 1:
        raise Conflict("conflict", part=number)
    snapshot.parts, snapshot.last_bytes = number, size
    snapshot.size_bytes += size
    snapshot.save(update_fields=("parts", "last_bytes", "size_bytes"))


@transaction.atomic
def finish(*, key: str, told: dict[str, Any]) -> Snapshot:
    """All of it has come, if sizes agree. Raises Missing; Conflict where they do not."""
    snapshot = _taken(key)
    if (told["parts"], told["size_bytes"]) != (snapshot.parts, snapshot.size_bytes):
        raise Conflict("conflict", parts=snapshot.parts, size_bytes=snapshot.size_bytes)
    charge_snapshot(
        snapshot,
        AppVolume.objects.get(id=snapshot.volume_id),
        mib=max(1, -(-snapshot.size_bytes // MIB)),
    )
    kept = {"sha256": told["sha256"], "content_bytes": told["content_bytes"], "files": told["files"]}
    ready = move_snapshot(snapshot, SnapshotState.READY, facts={}, **kept)
    thin(ready)
    return ready


def no_room(*, key: str, error: QuotaExceeded) -> None:
    """It ends for want of quota, with the figures."""
    found = Snapshot.objects.filter(key=key).first()
    if found is not None:
        short = [vars(each) for each in error.shortfalls]
        move_snapshot(found, SnapshotState.FAILED, reason="snapshot.quota", facts={"shortfalls": short})
