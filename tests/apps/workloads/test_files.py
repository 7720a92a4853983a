"""A release's files: its key opens them, and nothing else."""

from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.test import AsyncClient, Client

from apps.accounts.models import Person
from apps.base import uploads
from apps.base.models import Upload
from apps.projects.models import Project
from apps.projects.selectors import personal_of
from apps.workloads import services, specs
from apps.workloads.models import App, Release
from kernel.errors import RefusedMany
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

CSV = b"gene,count\nBRCA1,3\n"


@pytest.fixture(autouse=True)
def _template(db: None) -> None:
    catalogue.template()


def upload(person: Person, project_id: UUID | None = None, content: bytes = CSV) -> Upload:
    own = personal_of(person)
    assert own is not None
    return uploads.store(
        person_id=person.id, project_id=project_id or own.id, file=ContentFile(content), name="réads v1.csv"
    )


def release_of(app: App) -> Release:
    return Release.objects.select_related("app").get(app=app)


def path_of(release: Release) -> str:
    (file,) = release.files
    return "/" + specs.file_url(release, file["sha256"], file["filename"]).split("/", 3)[3]


@pytest.fixture
def release(alice: Person) -> Release:
    return release_of(submit(alice, uploads={"data": upload(alice).id}).app)


def status(path: str) -> int:
    answer = Client().get(path)
    if answer.streaming:
        answer.getvalue()  # read to its end, which closes the file
    return answer.status_code


def test_the_key_opens_the_file(release: Release) -> None:
    answer = Client().get(path_of(release))
    assert answer.status_code == 200
    assert answer.getvalue() == CSV
    assert "Set-Cookie" not in answer.headers
    assert Client().post(path_of(release)).status_code == 405


def test_under_asgi_it_comes_piece_by_piece(release: Release) -> None:
    async def read(path: str) -> tuple[str, bytes]:
        answer = await AsyncClient().get(path)
        pieces = [piece async for piece in answer.streaming_content]  # type: ignore[attr-defined]
        return answer.headers["Content-Length"], b"".join(pieces)

    assert async_to_sync(read)(path_of(release)) == (str(len(CSV)), CSV)


def test_the_address_is_plain_and_stays(release: Release) -> None:
    path = path_of(release)
    assert path.isascii()
    assert path == path_of(Release.objects.get(id=release.id))
    spec = specs.build(release.app, release)
    assert spec.files[0].url.endswith(path)
    assert spec.files[0].sha256 == release.files[0]["sha256"]


def test_everything_else_is_one_constant_answer(release: Release, dana: Person) -> None:
    other = release_of(submit(dana, "other", uploads={"data": upload(dana, content=b"a,b\n1,2\n").id}).app)
    key, sha256 = release.files_key, release.files[0]["sha256"]
    wrong = [
        f"/files/{'0' * 64}/{sha256}/x.csv",
        f"/files/{key}/{other.files[0]['sha256']}/x.csv",
        f"/files/{other.files_key}/{sha256}/x.csv",
        f"/files/{key}/{'0' * 64}/x.csv",
        f"/files/{key[:-1]}/{sha256}/x.csv",
    ]
    answers = {(answer.status_code, answer.content) for answer in map(Client().get, wrong)}
    assert answers == {(404, b"Not found\n")}


def test_the_key_ends_with_the_app(release: Release, alice: Person) -> None:
    chain, app = Chain(), release.app
    chain.until(app, ObservedState.RUNNING)
    services.delete(actor=actor(alice), app_id=app.id)
    chain.until(app, ObservedState.ARCHIVED)
    assert status(path_of(release)) == 200, "a deletion that is undone needs it again"
    services.purge(actor=actor(alice), app_id=app.id)
    assert status(path_of(release)) == 200, "until it is gone"
    chain.until(app, ObservedState.GONE)
    assert status(path_of(release)) == 404


def test_another_projects_upload_cannot_be_used(alice: Person, charlie: Person, genomics: Project) -> None:
    for stranger in (upload(charlie), upload(alice, genomics.id)):
        with pytest.raises(RefusedMany) as told:
            submit(alice, uploads={"data": stranger.id})
        assert told.value.refusals[0].field == "parameters.data"
        assert told.value.refusals[0].code == "upload.missing"
