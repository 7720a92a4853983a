"""What is kept of snapshots: parts of a few MiB in the portal's storage, whichever that is."""

from __future__ import annotations

from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage

from kernel.errors import Missing


def _folder(snapshot_id: UUID) -> str:
    return f"snapshots/{snapshot_id}"


def _path(snapshot_id: UUID, number: int) -> str:
    return f"{_folder(snapshot_id)}/{number:06d}"


def keep(snapshot_id: UUID, number: int, content: File[bytes]) -> None:
    """Keep a part; one that comes twice takes the place of the first."""
    path = _path(snapshot_id, number)
    if default_storage.exists(path):
        default_storage.delete(path)
    default_storage.save(path, content)


def part(snapshot_id: UUID, number: int) -> File[bytes]:
    """One part. Raises Missing."""
    path = _path(snapshot_id, number)
    if not default_storage.exists(path):
        raise Missing("upload.missing")
    return default_storage.open(path, "rb")


def remove(snapshot_id: UUID) -> None:
    """Keep nothing of it; doing it twice does nothing."""
    folder = _folder(snapshot_id)
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)  # an empty folder, where the storage has such
