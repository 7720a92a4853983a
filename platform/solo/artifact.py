"""Artifacts: fetched over HTTP(S), checked by their digest, unpacked without trusting what is inside."""

import hashlib
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests

from solo.errors import Unplaceable
from solo.fields import Fields
from solo.paths import RunAs, inside

_CHUNK = 1 << 20
_TIMEOUT_S = 30
_MAX_FILES = 4096  # decompression_file_count_limit of a Nomad client
_MAX_BYTES = 20 << 30
_DOWNLOAD_OPTIONS = ("checksum", "archive", "filename")


def _refuse(source: str, why: str, *, recoverable: bool = True) -> Unplaceable:
    return Unplaceable(
        f'failed to download artifact "{source}": {why}', event="artifact", recoverable=recoverable
    )


def fetch(artifact: Fields, task_dir: Path, user: RunAs, interpolate: Callable[[Any], Any]) -> None:
    """Fetch one artifact into the task's directory.

    Raises Unplaceable, recoverable except where its digest or its content is wrong.
    """
    source, given = interpolate(artifact["GetterSource"]), interpolate(artifact["GetterOptions"] or {})
    parts = urlsplit(source)
    if parts.scheme not in ("http", "https"):
        raise _refuse(source, f"download not supported for scheme {parts.scheme!r}", recoverable=False)
    query = parse_qsl(parts.query, keep_blank_values=True)
    options = {**{k: v for k, v in query if k in _DOWNLOAD_OPTIONS}, **given}
    rest = {k: v for k, v in given.items() if k not in _DOWNLOAD_OPTIONS}
    plain = urlencode([*((k, v) for k, v in query if k not in _DOWNLOAD_OPTIONS), *rest.items()])
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, plain, ""))
    destination = inside(task_dir, interpolate(artifact["RelativeDest"]) or "local/")
    with tempfile.TemporaryDirectory(dir=task_dir) as scratch:
        got = Path(scratch) / "got"
        _download(source, url, interpolate(artifact["GetterHeaders"] or {}), got)
        _check(source, options.get("checksum", ""), got)
        _place(source, artifact["GetterMode"], options, PurePosixPath(parts.path).name, got, destination)
    for path in (destination, *destination.rglob("*")) if destination.is_dir() else (destination,):
        user.own(path)


def _download(source: str, url: str, headers: Mapping[str, str], to: Path) -> None:
    try:
        with (
            requests.get(url, headers=dict(headers), stream=True, timeout=_TIMEOUT_S) as answer,
            to.open("wb") as out,
        ):
            if not answer.ok:
                raise _refuse(source, f"bad response code: {answer.status_code}")
            for chunk in answer.iter_content(_CHUNK):
                out.write(chunk)
    except requests.RequestException as error:
        raise _refuse(source, str(error)) from error


def _check(source: str, checksum: str, got: Path) -> None:
    if not checksum:
        return
    kind, _, wanted = checksum.partition(":")
    if kind not in ("md5", "sha1", "sha256", "sha512"):
        raise _refuse(source, f"unsupported checksum type: {kind}", recoverable=False)
    with got.open("rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    if found != wanted.lower():
        raise _refuse(
            source, f"Checksums did not match.\nExpected: {wanted}\nGot: {found}", recoverable=False
        )


def _place(
    source: str, mode: str, options: Mapping[str, str], name: str, got: Path, destination: Path
) -> None:
    archive = _archive_kind(options.get("archive", ""), name)
    if mode == "file":
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(got, destination)
    elif archive:
        destination.mkdir(parents=True, exist_ok=True)
        _unpack(source, archive, got, destination)
    else:
        destination.mkdir(parents=True, exist_ok=True)
        shutil.move(got, destination / (options.get("filename") or name or "artifact"))
    if destination.is_file():
        destination.chmod(0o644)


def _archive_kind(option: str, name: str) -> str:
    """zip, tar or nothing, by the option or by the name's ending."""
    if option in ("false", "0"):
        return ""
    text = option or name
    if text.endswith("zip"):
        return "zip"
    endings = ("tar", "tar.gz", "tgz", "tar.bz2", "tbz2", "tar.xz", "txz")
    return "tar" if text.endswith(endings) else ""


def _unpack(source: str, kind: str, got: Path, destination: Path) -> None:
    try:
        if kind == "zip":
            _unzip(source, got, destination)
        else:
            _untar(source, got, destination)
    except (zipfile.BadZipFile, tarfile.TarError, OSError) as error:
        raise _refuse(source, f"cannot be unpacked: {error}", recoverable=False) from error


def _limits(source: str, files: int, size: int) -> None:
    if files > _MAX_FILES or size > _MAX_BYTES:
        raise _refuse(source, f"too much inside: {files} files, {size} bytes", recoverable=False)


def _unzip(source: str, got: Path, destination: Path) -> None:
    with zipfile.ZipFile(got) as archive:
        members = archive.infolist()
        _limits(source, len(members), sum(m.file_size for m in members))
        for member in members:
            if stat.S_ISLNK(member.external_attr >> 16):
                raise _refuse(source, f"link inside: {member.filename}", recoverable=False)
            target = inside(destination, _relative(source, member.filename))
            if member.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as data, target.open("wb") as out:
                shutil.copyfileobj(data, out, _CHUNK)


def _relative(source: str, name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise _refuse(source, f"path outside: {name}", recoverable=False)
    return name


def _untar(source: str, got: Path, destination: Path) -> None:
    with tarfile.open(got) as archive:
        members = archive.getmembers()
        _limits(source, len(members), sum(m.size for m in members))
        for member in members:
            _relative(source, member.name)
            if not (member.isfile() or member.isdir()):
                raise _refuse(source, f"neither file nor directory: {member.name}", recoverable=False)
        archive.extractall(destination, members=members, filter="data")
