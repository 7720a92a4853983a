"""Look through a zip before anything unpacks it."""

import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any, cast

from kernel.errors import Refused

_CHUNK = 1024 * 1024  # bytes
_ENTRY = 512  # bytes of the directory for one entry, its name included: more than the usual
_RATIO_FROM = 1024 * 1024  # bytes: short texts of blanks may well shrink a thousandfold


@dataclass(frozen=True)
class ZipLimits:
    """How much a zip may hold."""

    entries: int = 5_000
    total: int = 200 * 1024 * 1024  # bytes, unpacked
    ratio: int = 100  # unpacked over packed, of entries above one MiB


def check_zip(
    file: IO[bytes],
    *,
    limits: ZipLimits | None = None,
    field: str = "file",
    contains: Iterable[str] = (),
) -> None:
    """Refuse what is no zip, is damaged or encrypted, reaches outside its folder, holds links, or is a bomb.

    The content is really unpacked (to nowhere), because sizes in a zip's directory are only claims.
    `contains` names files that it must hold, by their paths. Raises Refused: `zip.not_zip`, `zip.damaged`,
    `zip.entries`, `zip.path`, `zip.link`, `zip.encrypted`, `zip.twice`, `zip.bomb`, `zip.missing`.
    """
    limits = limits or ZipLimits()
    file.seek(0)
    try:
        with zipfile.ZipFile(cast("IO[bytes]", _Sparing(file, limits, field))) as archive:
            _check(archive, limits, field)
            lacking = sorted(set(contains) - set(archive.namelist()))
    except zipfile.BadZipFile as error:
        code = "zip.damaged" if zipfile.is_zipfile(file) else "zip.not_zip"
        raise Refused(code, field=field) from error
    except (zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise Refused("zip.damaged", field=field) from error
    finally:
        file.seek(0)
    if lacking:
        raise Refused("zip.missing", field=field, names=", ".join(lacking))


class _Sparing:
    """A file of which little is read at a time: zipfile reads a directory whole before anybody counts."""

    def __init__(self, file: IO[bytes], limits: ZipLimits, field: str) -> None:
        self._file, self._limits, self._field = file, limits, field
        self._most = max(2 * _CHUNK, limits.entries * _ENTRY)

    def read(self, size: int = -1) -> bytes:
        """As a file does; raises Refused `zip.entries` where so much is wanted that it can only be names."""
        found = self._file.read(min(size, self._most + 1) if size >= 0 else self._most + 1)
        if len(found) > self._most:
            raise Refused("zip.entries", field=self._field, limit=self._limits.entries)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _check(archive: zipfile.ZipFile, limits: ZipLimits, field: str) -> None:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise Refused("zip.entries", field=field, limit=limits.entries)
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry, limits, field)
        place = entry.filename.rstrip("/")
        if place in seen:
            raise Refused("zip.twice", field=field, name=entry.filename)
        seen.add(place)
    if sum(entry.file_size for entry in entries) > limits.total:
        raise Refused("zip.bomb", field=field, limit=limits.total)
    for entry in entries:
        _unpack_to_nowhere(archive, entry)


def _check_entry(entry: zipfile.ZipInfo, limits: ZipLimits, field: str) -> None:
    # `orig_filename`: zipfile cuts `filename` at a NUL and so would hide it.
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    drive = len(name) > 1 and name[1] == ":"
    if not name or name.startswith(("/", "\\")) or ".." in parts or "\\" in name or drive or "\0" in name:
        raise Refused("zip.path", field=field, name=name)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise Refused("zip.link", field=field, name=name)
    if entry.flag_bits & 0x1:
        raise Refused("zip.encrypted", field=field, name=name)
    if entry.file_size > _RATIO_FROM and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        raise Refused("zip.bomb", field=field, limit=limits.total)


def _unpack_to_nowhere(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as content:
        while content.read(_CHUNK):
            pass
