"""Loading: each version pinned, none changed while it is used, a broken one beside sound ones."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from apps.accounts.models import Person
from apps.catalogue import selectors, services
from apps.catalogue.models import LoadError, Template, TemplateVersion
from apps.catalogue.services import load
from kernel.errors import Missing
from tests.factories.apps import submit
from tests.factories.folders import sound, write
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, sound())
    return tmp_path


def test_first_and_second_load(folder: Path, alice: Person) -> None:
    assert load(folder).added == ("page 1.0.0",)
    version = selectors.get_version("page")
    assert selectors.manifest(version).title == {"fr": "title", "en": "title"}
    again = load(folder)
    assert (again.added, again.unchanged) == ((), ("page 1.0.0",))
    assert selectors.get_version("page").id == version.id
    assert [each.slug for each in selectors.offered(alice)] == ["page"]


def test_a_broken_template_is_listed_and_the_others_load(folder: Path) -> None:
    write(folder, "a: [", "broken")
    write(folder, {**sound("half"), "kind": "game"}, "half")
    report = load(folder)
    assert report.added == ("page 1.0.0",)
    assert {each.file for each in report.problems} == {"broken/template.yaml", "half/template.yaml"}
    row = LoadError.objects.get(folder="half")
    assert (row.file, row.field) == ("half/template.yaml", "$.kind")
    assert set(row.reason) == {"fr", "en"}
    write(folder, sound("half"), "half")
    write(folder, sound("broken"), "broken")
    assert load(folder).problems == ()
    assert not LoadError.objects.exists()


def test_a_template_that_breaks_stays_as_it_was(folder: Path) -> None:
    load(folder)
    write(folder, "a: [")
    assert load(folder).withdrawn == ()
    assert selectors.get_version("page").version == "1.0.0"


def test_a_version_that_nobody_uses_is_replaced(folder: Path) -> None:
    load(folder)
    before = selectors.get_version("page")
    write(folder, sound(kind="data"))
    assert load(folder).replaced == ("page 1.0.0",)
    after = selectors.get_version("page")
    assert after.digest != before.digest
    assert selectors.manifest(after).kind == "data"
    assert TemplateVersion.objects.count() == 1


def test_a_version_in_use_never_changes(folder: Path, alice: Person) -> None:
    load(folder)
    submit(alice)
    before = selectors.get_version("page")
    write(folder, sound(kind="data"))
    report = load(folder)
    assert report.replaced == ()
    (problem,) = report.problems
    assert (problem.file, problem.field) == ("page/template.yaml", "$.version")
    assert "raise the version" in problem.reason["en"]
    after = selectors.get_version("page")
    assert (after.id, after.digest, after.manifest["kind"]) == (before.id, before.digest, "web")
    write(folder, sound(kind="data", version="1.1.0"))
    assert load(folder).added == ("page 1.1.0",)
    assert selectors.get_version("page").version == "1.1.0"
    assert selectors.get_version("page", "1.0.0").id == before.id


def test_a_folder_that_is_gone_withdraws_its_template(folder: Path, alice: Person) -> None:
    write(folder, sound("other"), "other")
    load(folder)
    for file in (folder / "page").iterdir():
        file.unlink()
    (folder / "page").rmdir()
    assert load(folder).withdrawn == ("page",)
    assert [each.slug for each in selectors.offered(alice)] == ["other"]
    with pytest.raises(Missing):
        selectors.get_version("page")
    write(folder, sound())
    load(folder)
    assert selectors.get_version("page").version == "1.0.0"


def test_an_empty_or_missing_folder_withdraws_nothing(folder: Path, tmp_path: Path) -> None:
    load(folder)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert load(empty).withdrawn == ()
    report = load(tmp_path / "nowhere")
    assert report.withdrawn == ()
    assert report.problems
    assert Template.objects.get().withdrawn_at is None


@pytest.mark.parametrize("version", ["9.9.9", "", "1.0.0; drop"])
def test_versions_that_are_not_there(folder: Path, version: str) -> None:
    load(folder)
    if version:
        with pytest.raises(Missing):
            selectors.get_version("page", version)
    with pytest.raises(Missing):
        selectors.get_version("nothing", version or None)


def test_loads_at_the_same_time_make_each_version_once(folder: Path) -> None:
    for number in range(5):
        write(folder, sound(f"t{number}"), f"t{number}")
    failures: list[BaseException] = []

    def one() -> None:
        try:
            load(folder)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    assert TemplateVersion.objects.count() == Template.objects.count() == 6


def test_a_load_waits_for_another_longer_than_a_page_would(folder: Path) -> None:
    def hasty() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1ms'")
        try:
            return len(load(folder).unchanged)
        finally:
            connection.close()

    load(folder)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [services._LOCK])
            waits = pool.submit(hasty)
            wait_for(lambda: waits.done() or waiting(cursor), 30, "the other waits")
        assert waits.result() == 1


def waiting(cursor: CursorWrapper) -> bool:
    """Whether somebody waits for an advisory lock."""
    cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
    found: tuple[bool] = cursor.fetchone()
    return found[0]


def test_the_command_says_what_it_did_and_what_is_wrong(folder: Path) -> None:
    write(folder, "a: [", "broken")
    out, err = StringIO(), StringIO()
    call_command("load_catalogue", str(folder), stdout=out, stderr=err)
    assert "added: page 1.0.0" in out.getvalue()
    assert "broken/template.yaml" in err.getvalue()
    with pytest.raises(CommandError):
        call_command("load_catalogue", str(folder), "--strict", stdout=out, stderr=err)
