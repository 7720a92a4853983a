"""Members' files: kept once under their SHA-256, zips looked through before anything unpacks them."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import PurePosixPath
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.text import get_valid_filename

from apps.base import services
from apps.base.models import Upload
from apps.base.services import path_of
from apps.base.zipmodes import readable
from apps.base.zips import check_zip
from kernel.errors import Missing, Refused

__all__ = ["check_kept_zip", "check_zip", "is_kept", "kept", "of_person", "open", "path_of", "store"]
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CHUNK = 1024 * 1024  # bytes
_REMEMBERED = 1_000  # zips: looking through one unpacks it, and a preview asks at each key that is pressed
_checked: OrderedDict[tuple[str, ...], Refused | None] = OrderedDict()
_checked_lock = Lock()


def store(
    *,
    person_id: UUID,
    project_id: UUID,
    file: File[bytes],
    name: str = "",
    as_zip: bool = False,
    max_bytes: int | None = None,
    field: str = "file",
) -> Upload:
    """Check and keep a file; of a zip everybody may read what is in it, so its digest may become another.

    Raises Refused naming `field`: `upload.too_big` (limit in bytes), `upload.empty`, `upload.name`, and with
    `as_zip` what check_zip raises.
    """
    limit = settings.UPLOAD_MAX_BYTES if max_bytes is None else min(max_bytes, settings.UPLOAD_MAX_BYTES)
    sha256, size = _measure(file, limit, field)
    if as_zip:
        _remembered(sha256, (), field, lambda: check_zip(file, field=field))
    given = name or file.name or ""
    zipped = as_zip or given.lower().endswith(".zip")
    with readable(file) if zipped else nullcontext(file) as kept:
        sha256, size = _measure(kept, limit, field) if kept is not file else (sha256, size)
        return services.keep_file(
            content=kept,
            path=path_of(sha256),
            sha256=sha256,
            size=size,
            name=_safe_name(given, field),
            project_id=project_id,
            person_id=person_id,
            field=field,
        )


def open(sha256: str) -> File[bytes]:  # noqa: A001 - read as uploads.open()
    """Open kept content for reading; raises Missing."""
    if not is_kept(sha256):
        raise Missing("upload.missing")
    return default_storage.open(path_of(sha256), "rb")


def is_kept(sha256: str) -> bool:
    """Whether the content of this digest is here."""
    return bool(_SHA256.fullmatch(sha256)) and default_storage.exists(path_of(sha256))


def check_kept_zip(sha256: str, *, field: str, contains: Iterable[str] = ()) -> None:
    """Look through kept content as check_zip does, once in a process; raises what it raises, and Missing."""
    names = tuple(sorted(contains))

    def look() -> None:
        with open(sha256) as file:
            check_zip(file, field=field, contains=names)

    _remembered(sha256, names, field, look)


def _remembered(sha256: str, names: tuple[str, ...], field: str, look: Callable[[], None]) -> None:
    """Do it once for a digest, and remember what was found: what is wrong with a zip stays wrong with it."""
    key = (sha256, *names)
    with _checked_lock:
        known = key in _checked
        found = _checked.get(key)
    if not known:
        try:
            look()
        except Refused as refused:
            found = refused
        with _checked_lock:
            _checked[key] = found
            while len(_checked) > _REMEMBERED:
                _checked.popitem(last=False)
    if found is not None:
        raise Refused(found.code, field=field, **found.params)


def of_person(person_id: UUID, ids: Iterable[str]) -> dict[str, Upload]:
    """The person's own uploads among these ids, by id; what is no id is left out."""
    return _by_id(ids, person_id=person_id)


def kept(ids: Iterable[str]) -> dict[str, Upload]:
    """The uploads of these ids, by id: for whoever has read them in something that the caller may see."""
    return _by_id(ids)


def _by_id(ids: Iterable[str], **whose: UUID) -> dict[str, Upload]:
    wanted = [UUID(text) for text in ids if _UUID.fullmatch(text)]
    return {str(row.id): row for row in Upload.objects.filter(id__in=wanted, **whose)}


def _measure(file: File[bytes], limit: int, field: str) -> tuple[str, int]:
    """Digest and size, read at most to the limit."""
    total, size = hashlib.sha256(), 0
    for chunk in _chunks(file):
        size += len(chunk)
        if size > limit:
            raise Refused("upload.too_big", field=field, limit=limit)
        total.update(chunk)
    if not size:
        raise Refused("upload.empty", field=field)
    return total.hexdigest(), size


def _chunks(file: File[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _safe_name(name: str, field: str) -> str:
    """The last part of a path in letters, digits, dot, dash and underscore: it will be part of an address."""
    last = PurePosixPath(name.replace("\\", "/")).name
    try:
        safe = get_valid_filename(last)
    except SuspiciousFileOperation as error:
        raise Refused("upload.name", field=field) from error
    return safe[-200:].lstrip(".-") or "file"
