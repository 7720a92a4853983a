"""How much one person may send in a day, what becomes of files that nothing names, and one look a zip."""

import io
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.enums import Move
from apps.approvals.models import Message, Request
from apps.base import services, uploads
from apps.base.models import Upload
from apps.base.tasks import forget_uploads
from apps.projects.models import Project
from apps.workloads.models import App, Release
from kernel.errors import Refused
from tests.factories import catalogue
from tests.factories.apps import submit

pytestmark = pytest.mark.django_db
WHO, WHERE = uuid4(), uuid4()


def keep(content: bytes = b"x", name: str = "a.csv", person: UUID = WHO, **more: object) -> Upload:
    file = ContentFile(content, name)
    return uploads.store(person_id=person, project_id=WHERE, file=file, **more)  # type: ignore[arg-type]


def age(*kept: Upload, hours: int = 72) -> None:
    Upload.objects.filter(id__in=[each.id for each in kept]).update(
        created_at=timezone.now() - timedelta(hours=hours)
    )


def there(upload: Upload) -> bool:
    return default_storage.exists(uploads.path_of(upload.sha256))


def test_a_days_count(settings: Settings) -> None:
    settings.UPLOAD_DAY_COUNT = 2
    first, _ = keep(b"1"), keep(b"2")
    with pytest.raises(Refused) as refused:
        keep(b"3", field="parameters.site")
    assert (refused.value.code, refused.value.field) == ("upload.too_many", "parameters.site")
    assert Upload.objects.count() == 2
    keep(b"3", person=uuid4())
    assert keep(b"1").id == first.id, "what was sent before may be sent again"
    age(first, hours=25)
    keep(b"3")


def test_a_days_size(settings: Settings) -> None:
    settings.UPLOAD_DAY_MIB = 1
    keep(b"1" * 700_000)
    with pytest.raises(Refused, match=r"upload\.too_much"):
        keep(b"2" * 700_000)
    keep(b"3" * 300_000)


def test_sent_again_is_one_upload_and_young(tmp_path: object) -> None:
    kept = keep()
    age(kept)
    assert keep().id == kept.id
    assert keep(name="other.csv").id != kept.id
    forget_uploads()
    assert Upload.objects.count() == 2


def test_what_nothing_names_goes_after_its_time() -> None:
    old, young, shared = keep(b"old"), keep(b"young"), keep(b"shared")
    twin = keep(b"shared", person=uuid4())
    age(old, shared)
    forget_uploads()
    assert set(Upload.objects.values_list("id", flat=True)) == {young.id, twin.id}
    assert not there(old)
    assert there(young)
    assert there(shared), "somebody else has the same content"


@pytest.fixture
def app(alice: Person, genomics: Project) -> App:
    catalogue.template()
    return submit(alice, "wiki", project_id=genomics.id).app


def named_by_a_release(app: App, upload: Upload) -> None:
    Release.objects.filter(app=app).update(files=[_entry(upload)])


def named_by_a_request(app: App, upload: Upload) -> None:
    Request.objects.filter(app=app).update(state="submitted", payload={"files": [_entry(upload)]})


def attached_to_a_request(app: App, upload: Upload) -> None:
    request = Request.objects.get(app=app)
    Message.objects.create(request=request, move=Move.values[0], attachment=upload)


def _entry(upload: Upload) -> dict[str, str]:
    return {
        "name": "site",
        "parameter": "site",
        "upload": str(upload.id),
        "sha256": upload.sha256,
        "filename": "x",
    }


@pytest.mark.parametrize("name_it", [named_by_a_release, named_by_a_request, attached_to_a_request])
def test_what_is_named_stays(app: App, name_it: Callable[[App, Upload], None]) -> None:
    kept, free = keep(b"kept"), keep(b"free")
    age(kept, free)
    name_it(app, kept)
    forget_uploads()
    assert list(Upload.objects.all()) == [kept]
    assert there(kept)


def test_what_a_deleted_app_had_goes(app: App) -> None:
    kept = keep()
    age(kept)
    named_by_a_release(app, kept)
    Request.objects.filter(app=app).update(state="withdrawn")
    App.objects.filter(id=app.id).update(gone_at=timezone.now())
    forget_uploads()
    assert not there(kept)


def test_what_is_named_while_it_is_looked_for_stays() -> None:
    kept = keep()
    age(kept)
    answers = iter([set[str](), {str(kept.id)}, {str(kept.id)}])
    assert services.forget_unused(older_than=timezone.now(), in_use=lambda: next(answers)) == 0
    assert there(kept)


@pytest.mark.django_db(transaction=True)
def test_content_that_is_kept_at_this_moment_is_not_deleted() -> None:
    """The sweep has deleted the row; before it deletes the content somebody else keeps the same."""
    gone = keep(b"same")
    Upload.objects.all().delete()
    started = threading.Event()

    def sweep() -> None:
        started.set()
        services._forget_content(gone.sha256)
        connection.close()

    with transaction.atomic():
        keep(b"same", person=uuid4())
        thread = threading.Thread(target=sweep)
        thread.start()
        started.wait(10)
        thread.join(0.3)
        assert thread.is_alive(), "it waits for whoever keeps it"
    thread.join(10)
    assert there(gone)


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def test_a_zip_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    look = uploads.check_zip

    def counted(file: object, **more: object) -> None:
        looks.append(str(more["field"]))
        look(file, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(uploads, "check_zip", counted)
    good = keep(zipped(f"{uuid4()}.html"), "site.zip")
    for _ in range(3):
        uploads.check_kept_zip(good.sha256, field="parameters.site")
    assert len(looks) == 1
    for field in ("a", "b", "b"):
        with pytest.raises(Refused) as refused:
            uploads.check_kept_zip(good.sha256, field=field, contains=["index.html"])
        assert (refused.value.code, refused.value.field) == ("zip.missing", field)
    assert len(looks) == 2, "what is wrong with it is remembered too"
    bad = uuid4().bytes
    for _ in range(3):
        with pytest.raises(Refused, match=r"zip\.not_zip"):
            keep(bad, "bad.zip", as_zip=True)
    assert len(looks) == 3


def test_no_more_is_remembered_than_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_REMEMBERED", 5)
    for _ in range(9):
        uploads._remembered(uuid4().hex, (), "file", lambda: None)
    assert len(uploads._checked) <= 5
