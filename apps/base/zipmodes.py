"""Give everybody the right to read what a zip holds.

Nomad's client unpacks as root and keeps each entry's mode, and the task that reads it is another user: what
its maker alone could read on his machine would be served to nobody.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import File

_ENTRY = struct.Struct("<4s4B4H3I5H2I")  # a line of the directory, without the names in it (APPNOTE 4.3.12)
_MADE_BY, _NAMES, _ATTRIBUTES = 2, slice(12, 15), 17  # where its fields say so
_OFFSET = 38  # bytes from its start to the attributes
_UNIX = frozenset({3, 19})  # systems whose attributes hold a mode (4.4.2)
_READ, _PASS = 0o644 << 16, 0o755 << 16


@contextmanager
def readable(file: File[bytes]) -> Iterator[File[bytes]]:
    """Give the file, or a copy whose entries have the modes 0644 and 0755 at least; what is no zip stays."""
    try:
        changes = list(_changes(file))
    except (zipfile.BadZipFile, struct.error, OSError, ValueError):
        changes = []
    file.seek(0)
    if not changes:
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        for place, attributes in changes:
            copy.seek(place)
            copy.write(struct.pack("<I", attributes))
        copy.seek(0)
        yield File(copy, name=file.name)


def _changes(file: File[bytes]) -> Iterator[tuple[int, int]]:
    """Where attributes of an entry stand, and what they should be."""
    with zipfile.ZipFile(file) as archive:
        place, entries = archive.start_dir, archive.infolist()
    for entry in entries:
        file.seek(place)
        fields = _ENTRY.unpack(file.read(_ENTRY.size))
        wanted = fields[_ATTRIBUTES] | (_PASS if entry.is_dir() else _READ)
        if fields[_MADE_BY] in _UNIX and wanted != fields[_ATTRIBUTES]:
            yield place + _OFFSET, wanted
        place += _ENTRY.size + sum(fields[_NAMES])
