"""Hostile zips: each is refused with its reason, before anything unpacks it."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from apps.base.zips import ZipLimits, check_zip
from kernel.errors import Refused

SMALL = ZipLimits(entries=5, total=4 * 1024 * 1024, ratio=100)
Build = Callable[[zipfile.ZipFile], None]


def zipped(build: Build, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip made by a function."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        build(archive)
    return out.getvalue()


def named(*names: str) -> bytes:
    """A zip of short files of these names."""

    def build(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")

    return zipped(build)


def many(number: int, size: int) -> bytes:
    """A zip of so many files of zeros."""

    def build(archive: zipfile.ZipFile) -> None:
        for name in range(number):
            archive.writestr(str(name), b"\0" * size)

    return zipped(build)


def special(kind: int) -> bytes:
    """A zip whose one entry is of this kind of file."""
    entry = zipfile.ZipInfo("entry")
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    return zipped(lambda archive: archive.writestr(entry, "/etc/passwd"))


def flagged(content: bytes, flag: int) -> bytes:
    """The same zip, its first entry's flag set in both headers."""
    central = content.index(b"PK\x01\x02")
    changed = bytearray(content)
    struct.pack_into("<H", changed, 6, flag)
    struct.pack_into("<H", changed, central + 8, flag)
    return bytes(changed)


def claiming(size: int) -> bytes:
    """Two MiB of zeros whose directory claims another size."""
    content = bytearray(zipped(lambda archive: archive.writestr("a", b"\0" * 2_000_000)))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, size)
    struct.pack_into("<I", content, 22, size)
    return bytes(content)


GOOD = named("index.html", "css/site.css")
HOSTILE: list[tuple[str, bytes, str]] = [
    ("no zip", b"<html></html>", "zip.not_zip"),
    ("empty", b"", "zip.not_zip"),
    ("a gzip", b"\x1f\x8b\x08\x00" + b"\0" * 40, "zip.not_zip"),
    ("cut off", GOOD[: len(GOOD) // 2], "zip.not_zip"),
    ("a byte changed", GOOD[:40] + b"\xff" + GOOD[41:], "zip.damaged"),
    ("up and out", named("../evil"), "zip.path"),
    ("up in the middle", named("a/../../evil"), "zip.path"),
    ("up at the end", named("a/.."), "zip.path"),
    ("from the root", named("/etc/cron.d/evil"), "zip.path"),
    ("from a Windows root", named("\\evil"), "zip.path"),
    ("with a drive", named("C:/evil"), "zip.path"),
    ("up with backslashes", named("..\\evil"), "zip.path"),
    ("a symbolic link", special(stat.S_IFLNK), "zip.link"),
    ("a device", special(stat.S_IFCHR), "zip.link"),
    ("a pipe", special(stat.S_IFIFO), "zip.link"),
    ("a socket", special(stat.S_IFSOCK), "zip.link"),
    ("too many files", named(*(f"f{n}" for n in range(6))), "zip.entries"),
    ("protected by a password", flagged(GOOD, 1), "zip.encrypted"),
    ("unpacks a thousandfold", zipped(lambda z: z.writestr("a", b"\0" * 2_000_000)), "zip.bomb"),
    (
        "too much in all",
        many(5, 1_040_000),
        "zip.bomb",
    ),
    ("claims to be smaller than it is", claiming(10), "zip.damaged"),
    ("claims to be bigger than it is", claiming(2_000_001), "zip.bomb"),
]


@pytest.mark.parametrize(("reason", "content", "code"), HOSTILE, ids=[each[0] for each in HOSTILE])
def test_refused(reason: str, content: bytes, code: str) -> None:
    file = io.BytesIO(content)
    with pytest.raises(Refused) as refused:
        check_zip(file, limits=SMALL, field="parameters.site")
    assert (refused.value.code, refused.value.field) == (code, "parameters.site"), reason


class Watched(io.BytesIO):
    """A file that remembers the most that was read of it at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read."""
        found = super().read(size)
        self.most = max(self.most, len(found))
        return found


def test_a_directory_without_end_is_not_read_whole() -> None:
    """A million entries of 47 bytes fit into one upload, and would take a gigabyte of memory."""
    one = named("a")
    central, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    closing = bytearray(one[end:])
    struct.pack_into("<HHI", closing, 8, 0xFFFE, 0xFFFE, (end - central) * 200_000)
    file = Watched(one[:central] + one[central:end] * 200_000 + closing)
    with pytest.raises(Refused) as refused:
        check_zip(file)
    assert refused.value.code == "zip.entries"
    assert file.most < 4 * 1024 * 1024


@pytest.mark.filterwarnings("ignore:Duplicate name")  # the zip is made so on purpose
def test_the_same_path_twice_is_refused() -> None:
    with pytest.raises(Refused, match="twice"):
        check_zip(io.BytesIO(named("a", "a")))


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("files and folders", GOOD),
        ("a folder of its own", named("css/", "css/site.css")),
        ("letters of other languages", named("données/été.txt")),
        ("dots in a name", named("a..b/..c", "...")),
        ("stored without packing", zipped(lambda z: z.writestr("a", "x"), zipfile.ZIP_STORED)),
        ("an empty zip", zipped(lambda _z: None)),
    ],
)
def test_accepted(reason: str, content: bytes) -> None:
    file = io.BytesIO(content)
    check_zip(file, limits=SMALL)
    assert file.tell() == 0, "whoever stores it next begins at the beginning"


def test_what_a_template_needs_must_be_at_the_root() -> None:
    """A zip of a folder, instead of what is in it, is the usual slip."""
    check_zip(io.BytesIO(named("index.html", "a.css")), contains=["index.html"])
    with pytest.raises(Refused) as told:
        check_zip(io.BytesIO(named("site/index.html")), contains=["index.html"], field="parameters.archive")
    assert (told.value.code, told.value.field) == ("zip.missing", "parameters.archive")
    assert told.value.params["names"] == "index.html"
