"""Files are kept once under their digest; a refusal keeps nothing."""

import hashlib
import io
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from apps.base import uploads
from apps.base.models import Upload
from kernel.errors import Missing, Refused

pytestmark = pytest.mark.django_db
CONTENT = b"a,b\n1,2\n"


def keep(content: bytes = CONTENT, name: str = "data.csv", **kwargs: object) -> Upload:
    """Store for somebody."""
    file = ContentFile(content, name)
    return uploads.store(person_id=uuid4(), project_id=uuid4(), file=file, **kwargs)  # type: ignore[arg-type]


def test_kept_and_read_again() -> None:
    upload = keep()
    assert (upload.sha256, upload.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    with uploads.open(upload.sha256) as file:
        assert file.read() == CONTENT


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    assert keep().sha256 == keep(name="other.csv").sha256
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1
    assert Upload.objects.count() == 2


def test_what_a_crash_cut_off_is_written_again() -> None:
    path = uploads.path_of(hashlib.sha256(CONTENT).hexdigest())
    default_storage.save(path, ContentFile(CONTENT[:3]))
    with uploads.open(keep().sha256) as file:
        assert file.read() == CONTENT


NAMES: list[tuple[str, str, str]] = [
    ("a path", "/etc/passwd", "passwd"),
    ("a Windows path", "C:\\Users\\me\\data.csv", "data.csv"),
    ("spaces and accents", "mes données.csv", "mes_données.csv"),
    ("hidden", ".htaccess", "htaccess"),
    ("an option", "-rf", "rf"),
    ("markup", "<script>.csv", "script.csv"),
    ("long", "x" * 300 + ".csv", "x" * 196 + ".csv"),
]


@pytest.mark.parametrize(("reason", "given", "kept"), NAMES, ids=[each[0] for each in NAMES])
def test_names(reason: str, given: str, kept: str) -> None:
    assert keep(name=given).name == kept, reason


@pytest.mark.parametrize(
    ("reason", "content", "name", "code"),
    [
        ("too big", b"x" * 101, "a.csv", "upload.too_big"),
        ("empty", b"", "a.csv", "upload.empty"),
        ("no name at all", CONTENT, "..", "upload.name"),
    ],
)
def test_refused(settings: Settings, reason: str, content: bytes, name: str, code: str) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(Refused) as refused:
        keep(content, name, field="parameters.file")
    assert (refused.value.code, refused.value.field) == (code, "parameters.file"), reason
    assert not Upload.objects.exists()


def test_a_hostile_zip_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not_zip"):
        keep(as_zip=True)
    assert not (tmp_path / "files").exists()


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 63])
def test_nothing_else_is_opened(digest: str) -> None:
    with pytest.raises(Missing):
        uploads.open(digest)


def test_a_zip_is_kept_so_that_whoever_serves_it_may_read_it() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("index.html", "<h1>Hello</h1>")  # zipfile's own mode is 0600
    upload = keep(made.getvalue(), "site.ZIP")
    with uploads.open(upload.sha256) as file, zipfile.ZipFile(file) as kept:
        assert kept.getinfo("index.html").external_attr >> 16 & 0o777 == 0o644
        file.seek(0)
        assert hashlib.sha256(file.read()).hexdigest() == upload.sha256
