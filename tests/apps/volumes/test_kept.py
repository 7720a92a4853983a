"""Removing a mount deletes no volume: it is kept and counted until its owner takes it, or its app ends."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.audit.models import Event
from apps.base import uploads
from apps.catalogue.models import TemplateVersion
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.projects.selectors import personal_of
from apps.quotas.models import Charge, Counter
from apps.volumes import selectors, services
from apps.volumes.enums import RestoreState
from apps.volumes.forms import ask_new
from apps.volumes.models import Restore
from apps.workloads.models import App, AppVolume
from kernel.errors import Conflict, Forbidden, Missing, QuotaExceeded, Refused
from orchestration.states import ObservedState
from orchestration.storage import Home
from tests.apps.volumes.conftest import DATA, SIZES, source
from tests.apps.volumes.node import Node
from tests.cast import actor
from tests.factories import catalogue, projects
from tests.factories.apps import remove, submit

RUNNING, GONE = ObservedState.RUNNING, ObservedState.GONE
NONE = {"storage_mib": {"min": 0, "max": 0}}


def version(number: str, volumes: list[dict[str, object]]) -> TemplateVersion:
    """Another version of the template `book`."""
    first = TemplateVersion.objects.get(template__slug="book", version="1.0.0")
    sizes = SIZES if volumes else {**SIZES, "bounds": {**SIZES["bounds"], **NONE}}
    if not volumes:
        sizes = {**sizes, "sizes": {"S": {"cpu_mhz": 100, "memory_mib": 64}}}
    content = catalogue.manifest("book", version=number, resources=sizes, volumes=volumes)
    return TemplateVersion.objects.create(
        template=first.template, version=number, digest=f"book-{number}", manifest=content
    )


def change(book: App, person: Person, number: str, storage: int) -> None:
    size = {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": storage}
    approvals.submit_change(
        actor=actor(person), person=person, app_id=book.id, version=number, resources=size
    )


def held(app: App) -> dict[str, int]:
    """What the app, and its volume, hold of the storage."""
    volume = AppVolume.objects.get(app=app)
    found = {
        each.holder: each.used + each.reserved for each in Charge.objects.filter(dimension="storage_mib")
    }
    return {"app": found.get(app.id, 0), "volume": found.get(volume.id, 0)}


def test_a_release_without_the_mount_keeps_the_volume_and_its_quota(
    node: Node, book: App, alice: Person
) -> None:
    version("2.0.0", [])
    assert held(book) == {"app": 20, "volume": 0}
    change(book, alice, "2.0.0", 0)
    node.chain.until(book, RUNNING)
    assert source(book) in node.chain.lab.jobs.volumes
    assert held(book) == {"app": 0, "volume": 20}
    standing = selectors.of_app(book)
    assert [(each.volume.name, each.volume.mounted) for each in standing] == [("data", False)]
    change(book, alice, "1.0.0", 20)
    node.chain.until(book, RUNNING)
    assert held(book) == {"app": 20, "volume": 0}, "mounted again, it is the release's"
    assert node.disk[source(book)].startswith(b"a day's work")


def test_its_owner_deletes_it_by_typing_its_name(
    node: Node, book: App, alice: Person, charlie: Person
) -> None:
    snapshot = services.take(actor=actor(alice), app_id=book.id, volume="data")
    node.work()
    with pytest.raises(Conflict):
        services.delete_volume(actor=actor(alice), app_id=book.id, volume="data", typed="data")
    version("2.0.0", [])
    change(book, alice, "2.0.0", 0)
    node.chain.until(book, RUNNING)
    with pytest.raises(Refused):
        services.delete_volume(actor=actor(alice), app_id=book.id, volume="data", typed="date")
    services.delete_volume(actor=actor(alice), app_id=book.id, volume="data", typed="data")
    with pytest.raises(Conflict):
        change(book, alice, "1.0.0", 20)
    node.work(2)
    assert source(book) not in node.chain.lab.jobs.volumes
    assert held(book) == {"app": 0, "volume": 5}, "what is left is the snapshot's"
    assert [each.id for each in selectors.snapshots(book)] == [snapshot.id]
    change(book, alice, "1.0.0", 20)
    node.chain.until(book, RUNNING)
    assert AppVolume.objects.filter(app=book, deleted_at__isnull=True).count() == 1, "a new one"


def test_a_developer_deletes_no_volume(node: Node, book: App, alice: Person, dana: Person) -> None:
    project = projects.shared("proteins", dana)
    projects.member(project, alice, Role.DEVELOPER)
    app = submit(alice, "shared", template="book", project_id=project.id).app
    node.chain.until(app, RUNNING)
    with pytest.raises(Forbidden):
        services.delete_volume(actor=actor(alice), app_id=app.id, volume="data", typed="data")


def test_what_is_kept_goes_with_the_app(node: Node, book: App, alice: Person) -> None:
    version("2.0.0", [])
    change(book, alice, "2.0.0", 0)
    node.chain.until(book, RUNNING)
    remove(alice, book.id)
    node.chain.until(book, GONE)
    assert node.chain.left() == {}
    assert Charge.objects.count() == 0


def test_a_release_that_keeps_too_much_is_refused_with_figures(node: Node, book: App, alice: Person) -> None:
    """The new volume fits; the old one beside it does not: refused, and the app left as it was."""
    counter = Counter.objects.get(project=book.project, dimension="storage_mib")
    Counter.objects.filter(pk=counter.pk).update(limit=30, base_limit=30)
    version("2.0.0", [{"name": "other", "destination": "/data"}])
    with pytest.raises(QuotaExceeded) as refused:
        change(book, alice, "2.0.0", 20)
    assert [(each.asked, each.limit) for each in refused.value.shortfalls] == [(20, 30)]
    assert App.objects.get(id=book.id).generation == book.generation


def test_another_kind_under_the_same_name_is_refused(
    node: Node, book: App, alice: Person, settings: object
) -> None:
    settings.CSI_PLUGIN_ID = "nfs"  # type: ignore[attr-defined]
    version("2.0.0", [{**DATA[0], "kind": "csi"}])
    with pytest.raises(Refused) as refused:
        change(book, alice, "2.0.0", 20)
    assert refused.value.code == "volume.kind"


def test_a_lab_without_a_plugin_says_so(node: Node, alice: Person, settings: object) -> None:
    settings.CSI_PLUGIN_ID = ""  # type: ignore[attr-defined]
    catalogue.template("shared", resources=SIZES, volumes=[{**DATA[0], "kind": "csi"}])
    with pytest.raises(Refused) as refused:
        submit(alice, "files", template="shared")
    assert "volume.no_csi" in [each.code for each in refused.value.refusals]  # type: ignore[attr-defined]
    settings.CSI_PLUGIN_ID = "nfs"  # type: ignore[attr-defined]
    app = submit(alice, "files", template="shared").app
    node.chain.until(app, RUNNING)
    assert node.chain.lab.jobs.kinds == {source(app): "csi"}
    node.disk[source(app)] = b"shared"
    made = services.take(actor=actor(alice), app_id=app.id, volume="data")
    node.work()
    made.refresh_from_db()
    assert (made.state, made.size_bytes) == ("ready", 6)


def test_a_snapshot_fills_a_new_app(node: Node, book: App, alice: Person) -> None:
    snapshot = services.take(actor=actor(alice), app_id=book.id, volume="data")
    node.work()
    snapshot.refresh_from_db()
    wishes = {"name": "copy"}
    asked = ask_new(actor=actor(alice), person=alice, app=book, snapshot=snapshot, wishes=wishes)
    node.work(1)
    assert Restore.objects.get(id=asked.id).state == RestoreState.WAITING, "its volume is not there yet"
    copy = App.objects.get(id=asked.app_id)
    node.chain.until(copy, RUNNING)
    node.work(1)
    node.chain.until(copy, ObservedState.STOPPED)
    node.work()
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (RestoreState.DONE, "")
    node.chain.until(copy, RUNNING)
    assert node.disk[source(copy)] == node.disk[source(book)]


def test_data_that_goes_to_another_project_stands_in_the_audit_of_both(
    node: Node, alice: Person, genomics: Project
) -> None:
    """A developer's copy into their own project is as a download: the owners read who took what where."""
    app = submit(alice, "shared", template="book", project_id=genomics.id).app
    node.chain.until(app, RUNNING)
    snapshot = services.take(actor=actor(alice), app_id=app.id, volume="data")
    node.work()
    snapshot.refresh_from_db()
    mine = personal_of(alice)
    assert mine is not None
    app = App.objects.get(id=app.id)
    for project in (genomics, mine):
        wishes = {"name": f"copy-{project.kind}", "project": project.id}
        asked = ask_new(actor=actor(alice), person=alice, app=app, snapshot=snapshot, wishes=wishes)
    told = Event.objects.get(verb="snapshot.copied")
    assert (told.project_id, told.target_id, told.actor_id) == (genomics.id, str(snapshot.id), alice.id)
    assert told.after == {"app": str(asked.app_id), "project": str(mine.id), "volume": "data"}


def test_files_go_along_with_the_data_into_another_project(
    node: Node, book: App, alice: Person, charlie: Person, genomics: Project
) -> None:
    """As with a copy of the app; whoever is no member of both does neither."""
    file = SimpleUploadedFile("table.csv", b"a,b\n1,2\n")
    sent = uploads.store(person_id=alice.id, project_id=book.project_id, file=file)
    app = submit(alice, "files", template="book", uploads={"data": sent.id}).app
    node.chain.until(app, RUNNING)
    snapshot = services.take(actor=actor(alice), app_id=app.id, volume="data")
    node.work()
    snapshot.refresh_from_db()
    wishes = {"name": "copy", "project": genomics.id}
    told: dict[str, Any] = {"app": App.objects.get(id=app.id), "snapshot": snapshot, "wishes": wishes}
    asked = ask_new(actor=actor(alice), person=alice, **told)
    copy = App.objects.get(id=asked.app_id)
    assert (copy.project, copy.release and copy.release.files[0]["sha256"]) == (genomics, sent.sha256)
    assert Event.objects.get(verb="snapshot.copied").project_id == book.project_id
    projects.member(genomics, charlie, Role.DEVELOPER)
    with pytest.raises(Missing):
        ask_new(actor=actor(charlie), person=charlie, **told)


def test_a_new_app_beyond_the_quota_is_refused_with_figures_and_the_first_left_alone(
    node: Node, book: App, alice: Person
) -> None:
    snapshot = services.take(actor=actor(alice), app_id=book.id, volume="data")
    node.work()
    snapshot.refresh_from_db()
    wishes = {"name": "copy", "storage_mib": 900_000}
    with pytest.raises(QuotaExceeded) as refused:
        ask_new(actor=actor(alice), person=alice, app=book, snapshot=snapshot, wishes=wishes)
    assert [(each.dimension, each.asked) for each in refused.value.shortfalls] == [("storage_mib", 900_000)]
    with pytest.raises(Refused) as small:
        ask_new(
            actor=actor(alice),
            person=alice,
            app=book,
            snapshot=snapshot,
            wishes={"name": "copy", "storage_mib": 3},
        )
    assert small.value.params == {"needed": 5, "size": 3}
    assert Project.objects.get(id=book.project_id).apps.count() == 1


def test_while_its_machine_is_away_the_page_says_that_it_waits(
    node: Node, book: App, alice: Person, signed_in: Callable[[Person], Client], settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    version("2.0.0", [])
    change(book, alice, "2.0.0", 0)
    node.chain.until(book, RUNNING)
    services.delete_volume(actor=actor(alice), app_id=book.id, volume="data", typed="data")
    node.chain.lab.jobs.homes[source(book)] = Home("node-7", "down")
    node.work(1)
    assert source(book) in node.chain.lab.jobs.volumes
    page = f"/apps/{book.id}/data/"
    assert "machine on which it stands is away" in signed_in(alice).get(page).content.decode()
    node.chain.lab.jobs.homes[source(book)] = Home("0a1b2c3d", "")
    node.work(2)
    assert source(book) not in node.chain.lab.jobs.volumes, "Nomad has forgotten the machine"
