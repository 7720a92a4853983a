"""What a zip holds may be read by whoever serves it, whatever its maker's machine allowed."""

import io
import stat
import zipfile

import pytest
from django.core.files.base import ContentFile

from apps.base.zipmodes import readable

UNIX, WINDOWS = 3, 0


def zipped(name: str, mode: int, system: int = UNIX) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for each, attributes in ((name, mode << 16), ("last.txt", 0o100644 << 16)):
            entry = zipfile.ZipInfo(each)
            entry.external_attr, entry.create_system = attributes or 1, system
            entry.comment, entry.extra = b"a comment", b"\x99\x99\x02\x00ab"
            archive.writestr(entry, "" if each.endswith("/") else "content")
    return made.getvalue()


def given_to_nodes(content: bytes) -> bytes:
    with readable(ContentFile(content, "site.zip")) as file:
        found: bytes = file.read()
        return found


def modes(content: bytes) -> list[int]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return [stat.S_IMODE(entry.external_attr >> 16) for entry in archive.infolist()]


@pytest.mark.parametrize(
    ("name", "mode", "expected", "reason"),
    [
        ("index.html", 0o100600, 0o644, "its maker's alone"),
        ("index.html", 0, 0o644, "no mode at all is none for everybody"),
        ("run.sh", 0o100700, 0o744, "what runs still runs"),
        ("data/", 0o040700, 0o755, "a folder is passed through"),
    ],
)
def test_everybody_may_read(name: str, mode: int, expected: int, reason: str) -> None:
    assert modes(given_to_nodes(zipped(name, mode))) == [expected, 0o644], reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped("index.html", 0o100644), "it may be read already"),
        (zipped("index.html", 0o100600, WINDOWS), "no modes in there"),
        (b"PK\x03\x04 and then nothing", "no zip"),
        (b"", "nothing"),
    ],
)
def test_the_rest_stays_as_it_is(content: bytes, reason: str) -> None:
    assert given_to_nodes(content) == content, reason
