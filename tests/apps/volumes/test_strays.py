"""A volume of nobody is listed, and deleted only where its app is gone and it was seen to hold nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.volumes import reconcile, selectors
from apps.volumes.models import Stray
from apps.workloads.models import App, AppVolume
from kernel.names import OutsideNames
from orchestration.specs import VolumeKind
from orchestration.states import ObservedState
from tests.apps.volumes.conftest import source
from tests.apps.volumes.node import Node
from tests.factories.apps import remove

NOBODY = OutsideNames("other-app--abcdef").volume("data")
#: when it is looked at again: each within the day of the one before
LATER = [timedelta(hours=each) for each in (1.5, 2, 25, 26, 27)]


def appears(node: Node, name: str, kind: VolumeKind = "host") -> None:
    """A creation that nobody waited for any more comes to its end."""
    node.chain.lab.drivers().jobs.create_volume(name, size_mib=20, kind=kind)


def look(node: Node, times: int = 1) -> list[Stray]:
    """As the clock does: look for them every ten minutes, and at the keepers between."""
    for _ in range(times):
        reconcile.remove(reconcile.find_strays(node.chain.lab.drivers()), node.chain.lab.drivers())
        node.work()
    return list(selectors.strays())


def later(node: Node) -> list[Stray]:
    """What is still there, and nobody's, more than a day later."""
    look(node)
    begun = timezone.now()
    for after in LATER:
        with time_machine.travel(begun + after):
            look(node)
    return list(selectors.strays())


@pytest.fixture
def gone(node: Node, book: App, alice: Person) -> App:
    """An app that was removed for good, with its volume."""
    remove(alice, book.id)
    node.chain.until(book, ObservedState.GONE)
    node.disk.clear()
    assert not node.chain.left()
    return book


def test_what_apps_have_is_nobody_s_business(node: Node, book: App) -> None:
    assert look(node) == []


def test_one_that_came_after_its_app_had_gone_is_told_at_once(node: Node, gone: App) -> None:
    appears(node, source(gone))
    (found,) = look(node)
    assert (found.name, found.kind, found.why) == (source(gone), "host", "gone")
    assert found.volume == AppVolume.objects.get(app=gone)
    assert node.chain.lab.jobs.volumes, "and left alone: it was just made"


def test_it_is_looked_into_and_deleted_where_it_holds_nothing(node: Node, gone: App) -> None:
    appears(node, source(gone))
    assert later(node) == []
    assert not node.chain.left()
    event = Event.objects.get(verb="volume.stray_deleted")
    assert (event.target_id, event.after) == (str(gone.id), {"volume": source(gone), "kind": "host"})


def test_what_holds_anything_is_left_to_engineers(node: Node, gone: App) -> None:
    """Somebody brought it back from the storage's own archive, or a purge saw less than there was."""
    appears(node, source(gone))
    node.disk[source(gone)] = b"a term's work"
    (found,) = later(node)
    assert (found.files, found.used_bytes) == (1, len(b"a term's work"))
    assert source(gone) in node.chain.lab.jobs.volumes


def test_what_cannot_be_looked_into_is_left_to_engineers(node: Node, gone: App, settings: Settings) -> None:
    appears(node, source(gone))
    node.chain.lab.jobs.keeps = lambda _job: "not what a keeper says"
    (found,) = later(node)
    assert (found.files, found.reason) == (None, "keeper.lost")
    assert source(gone) in node.chain.lab.jobs.volumes


@pytest.mark.parametrize("kind", ["host", "csi"])
def test_a_name_that_no_app_ever_had(node: Node, book: App, kind: VolumeKind) -> None:
    """PostgreSQL may have been put back from yesterday: nothing of it is touched, however old."""
    appears(node, NOBODY, kind)
    (found,) = later(node)
    assert (found.name, found.kind, found.why, found.volume) == (NOBODY, kind, "unknown", None)
    assert NOBODY in node.chain.lab.jobs.volumes


def test_one_more_than_its_app_has(node: Node, book: App) -> None:
    appears(node, source(book, "more"))
    (found,) = later(node)
    assert (found.name, found.why) == (source(book, "more"), "beside")
    assert source(book, "more") in node.chain.lab.jobs.volumes


def test_another_kind_of_a_gone_app_s_is_not_the_app_s(node: Node, gone: App) -> None:
    appears(node, source(gone), "csi")
    (found,) = later(node)
    assert (found.kind, found.why, found.volume) == ("csi", "gone", None)
    assert source(gone) in node.chain.lab.jobs.volumes


def test_since_when_it_is_known_stays_and_what_went_is_forgotten(node: Node, book: App) -> None:
    appears(node, NOBODY)
    (first,) = look(node)
    with time_machine.travel(timezone.now() + LATER[0]):
        (again,) = look(node)
    assert (again.found_at, again.seen_at > first.seen_at) == (first.found_at, True)
    node.chain.lab.drivers().jobs.delete_volume(NOBODY)
    assert look(node) == []


def test_where_nomad_does_not_answer_nothing_is_concluded(node: Node, book: App) -> None:
    appears(node, NOBODY)
    look(node)
    node.chain.lab.jobs.cut()
    assert [each.name for each in look(node)] == [NOBODY]


def test_an_app_that_is_made_while_nomad_is_asked(
    node: Node, book: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app may come or go while volumes are listed: only what no app has before and after is nobody's."""
    before, jobs = selectors.owned(), node.chain.lab.jobs
    answers = iter([before, set()])
    monkeypatch.setattr("apps.volumes.reconcile.strays.selectors.owned", lambda: next(answers))
    reconcile.find_strays(node.chain.lab.drivers())
    assert jobs.volumes
    assert not selectors.strays()


def test_the_status_page_names_them_to_those_who_look_after_the_lab(
    node: Node, gone: App, alice: Person, bob: Person, erik: Person, signed_in: Callable[[Person], Client]
) -> None:
    appears(node, source(gone))
    appears(node, NOBODY, "csi")
    look(node)
    for person, told in ((alice, False), (bob, True), (erik, True)):
        page = signed_in(person).get("/status/").content.decode()
        assert (source(gone) in page) is told, "names of projects are in it"
        assert ("nomad volume delete -type csi -namespace" in page) is told


def test_the_page_says_what_each_holds(
    node: Node, gone: App, bob: Person, signed_in: Callable[[Person], Client], settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    appears(node, source(gone))
    look(node)
    assert "deleted where it holds nothing" in signed_in(bob).get("/status/").content.decode()
    Stray.objects.update(files=3, used_bytes=2 * 1024 * 1024)
    page = signed_in(bob).get("/status/").content.decode()
    assert "3 files, 2.0 MiB" in page.replace("\u00a0", " ")
