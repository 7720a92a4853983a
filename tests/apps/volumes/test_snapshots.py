"""Taken, put back, kept within the quota, deleted: over real tables and a lab in memory."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.quotas.models import Charge, Counter
from apps.volumes import services
from apps.volumes.enums import RestoreState, SnapshotState
from apps.volumes.models import Restore, Schedule, Snapshot, Use
from apps.volumes.reasons import why
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from apps.workloads.models import App, AppVolume
from kernel.errors import Conflict, Forbidden, Missing, QuotaExceeded, Refused
from orchestration.states import ObservedState
from tests.apps.volumes.conftest import source
from tests.apps.volumes.node import MIB, Node
from tests.cast import actor
from tests.factories.apps import remove
from tests.fakes import Trouble

RUNNING, STOPPED, GONE = ObservedState.RUNNING, ObservedState.STOPPED, ObservedState.GONE


def taken(node: Node, app: App, person: Person) -> Snapshot:
    made = services.take(actor=actor(person), app_id=app.id, volume="data", remark="before the update")
    node.work()
    return Snapshot.objects.get(id=made.id)


def storage(app: App) -> Mapping[str, int]:
    """What the project has of storage: used and reserved, and by which holder."""
    counter = Counter.objects.get(project=app.project, dimension="storage_mib")
    assert counter.taken == sum(
        each.used + each.reserved for each in Charge.objects.filter(dimension="storage_mib")
    )
    return {"used": counter.used, "reserved": counter.reserved}


def room(app: App, mib: int) -> None:
    """Leave the project so many MiB of storage."""
    counter = Counter.objects.get(project=app.project, dimension="storage_mib")
    Counter.objects.filter(pk=counter.pk).update(limit=counter.taken + mib, base_limit=counter.taken + mib)


def test_a_byte_that_was_changed_comes_back(node: Node, book: App, alice: Person) -> None:
    before = node.disk[source(book)]
    snapshot = taken(node, book, alice)
    assert (snapshot.state, snapshot.reason) == (SnapshotState.READY, "")
    assert (snapshot.by_label, snapshot.note, snapshot.while_running) == (
        actor(alice).label,
        "before the update",
        True,
    )
    assert (len(snapshot.sha256), snapshot.size_bytes, snapshot.charged_mib) == (64, len(before), 5)
    assert snapshot.proven_at is None
    node.disk[source(book)] = b"spoilt"
    services.restore(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work(1)
    assert App.objects.get(id=book.id).desired == Desired.STOPPED, "a running app stops for it"
    node.chain.until(book, STOPPED)
    node.work()
    assert node.disk[source(book)] == before
    done = Restore.objects.get(app=book)
    assert (done.state, done.reason) == (RestoreState.DONE, "")
    assert App.objects.get(id=book.id).desired == Desired.PRESENT, "and runs again"
    node.chain.until(book, RUNNING)
    assert Snapshot.objects.get(id=snapshot.id).proven_at == done.finished_at
    node.work(2)
    assert [name for name in node.chain.lab.jobs.jobs if name != book.slug] == [], "no keeper's job stays"
    told = Event.objects.filter(verb__regex="^(snapshot|restore)").values_list("verb", flat=True)
    assert {"snapshot.pending", "snapshot.taking", "snapshot.ready"} <= set(told)
    assert {"restore.waiting", "restore.stopping", "restore.working", "restore.done"} <= set(told)


def test_a_stopped_app_stays_stopped(node: Node, book: App, alice: Person) -> None:
    snapshot = taken(node, book, alice)
    workloads.stop(actor=actor(alice), app_id=book.id)
    node.chain.until(book, STOPPED)
    assert not taken(node, book, alice).while_running
    services.restore(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work()
    assert Restore.objects.get(app=book).state == RestoreState.DONE
    assert App.objects.get(id=book.id).desired == Desired.STOPPED


def test_snapshots_count_in_the_storage_quota_and_free_it_when_deleted(
    node: Node, book: App, alice: Person
) -> None:
    assert storage(book) == {"used": 20, "reserved": 0}
    snapshot = taken(node, book, alice)
    assert storage(book) == {"used": 25, "reserved": 0}
    services.delete_snapshot(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work(2)
    assert Snapshot.objects.get(id=snapshot.id).state == SnapshotState.DELETED
    assert storage(book) == {"used": 20, "reserved": 0}
    folders, _files = default_storage.listdir("snapshots")
    assert folders == [], "nothing of it is kept"


def test_one_beyond_the_quota_ends_with_the_figures_and_keeps_nothing(
    node: Node, book: App, alice: Person
) -> None:
    room(book, 3)
    node.part = 1 * MIB
    snapshot = taken(node, book, alice)
    assert (snapshot.state, snapshot.reason) == (SnapshotState.FAILED, "snapshot.quota")
    assert node.answers[:4] == [200, 200, 200, 413]
    with override("en"):
        assert "of 23 MiB, 1 asked" in why(snapshot.reason, snapshot.facts)
    assert App.objects.get(id=book.id).desired == Desired.PRESENT, "the app runs as it did"
    services.delete_snapshot(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work(2)
    assert storage(book) == {"used": 20, "reserved": 0}
    room(book, 0)
    with pytest.raises(QuotaExceeded):
        services.take(actor=actor(alice), app_id=book.id, volume="data")


def test_a_failed_one_says_why_and_can_be_tried_again(node: Node, book: App, alice: Person) -> None:
    node.chain.lab.jobs.trouble["*"] = Trouble("exit", message="unreachable no route to host")
    snapshot = taken(node, book, alice)
    assert (snapshot.state, snapshot.reason) == (SnapshotState.FAILED, "keeper.unreachable")
    assert "no route to host" in why(snapshot.reason, snapshot.facts)
    node.chain.lab.jobs.trouble.clear()
    services.retry(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work()
    again = Snapshot.objects.get(id=snapshot.id)
    assert (again.state, again.size_bytes) == (SnapshotState.READY, len(node.disk[source(book)]))
    assert again.key != snapshot.key, "what the first try was given opens nothing any more"


def test_one_at_a_time_and_only_by_those_who_may(
    node: Node, book: App, alice: Person, charlie: Person
) -> None:
    services.take(actor=actor(alice), app_id=book.id, volume="data")
    with pytest.raises(Conflict):
        services.take(actor=actor(alice), app_id=book.id, volume="data")
    with pytest.raises((Missing, Forbidden)):
        services.take(actor=actor(charlie), app_id=book.id, volume="data")
    with pytest.raises(Missing):
        services.take(actor=actor(alice), app_id=book.id, volume="other")


def test_a_key_opens_one_upload_and_only_while_it_lasts(node: Node, book: App, alice: Person) -> None:
    snapshot = taken(node, book, alice)
    client = Client()
    for path in (f"/files/snapshots/{snapshot.key}/1", f"/files/snapshots/{'0' * 64}/1"):
        assert client.post(path).status_code in {400, 404}
        assert client.get(path).status_code == 404, "an upload's key reads nothing"
    assert client.post(f"/files/snapshots/{snapshot.key}/done", {}).status_code in {400, 404}


def test_what_is_too_big_for_the_volume_is_refused_and_the_app_left_alone(
    node: Node, book: App, alice: Person
) -> None:
    snapshot = taken(node, book, alice)
    Snapshot.objects.filter(id=snapshot.id).update(content_bytes=21 * MIB)
    with pytest.raises(Refused) as refused:
        services.restore(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    assert (refused.value.code, refused.value.params) == ("restore.too_big", {"needed": 21, "size": 20})
    assert App.objects.get(id=book.id).desired == Desired.PRESENT


def test_a_restore_that_fails_leaves_the_app_running_and_the_data_alone(
    node: Node, book: App, alice: Person
) -> None:
    snapshot = taken(node, book, alice)
    before = node.disk[source(book)]
    node.chain.lab.jobs.trouble["*"] = Trouble("exit", message="not_the_same 00")
    services.restore(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work(1)
    node.chain.until(book, STOPPED)
    node.work()
    failed = Restore.objects.get(app=book)
    assert (failed.state, failed.reason) == (RestoreState.FAILED, "keeper.not_the_same")
    assert node.disk[source(book)] == before
    node.chain.lab.jobs.trouble.clear()
    assert node.chain.until(book, RUNNING)


def test_measures_have_an_age_and_ask_again_when_old(node: Node, book: App, alice: Person) -> None:
    node.work()
    assert not Use.objects.filter(used_bytes__isnull=False).exists(), "not in its first minute"
    services.measure(actor=actor(alice), app_id=book.id)
    node.work()
    use = Use.objects.get(volume__app=book)
    assert (use.used_bytes, use.asked_at, use.reason) == (len(node.disk[source(book)]), None, "")
    node.disk[source(book)] = b"less"
    with time_machine.travel(timezone.now() + timedelta(hours=7)):
        node.work()
        assert Use.objects.get(pk=use.pk).used_bytes == 4


def test_a_schedule_takes_one_a_night_and_keeps_the_newest(node: Node, book: App, alice: Person) -> None:
    services.set_schedule(actor=actor(alice), app_id=book.id, volume="data", every="daily", keep=2)
    by_hand = taken(node, book, alice)
    now = timezone.now()
    for night in range(1, 5):
        with time_machine.travel(now + timedelta(days=night)):
            node.work()
            node.work(2)
    ready = Snapshot.objects.filter(state=SnapshotState.READY)
    assert ready.filter(scheduled=True).count() == 2
    assert by_hand in ready, "what a person took stays"
    services.clear_schedule(actor=actor(alice), app_id=book.id, volume="data")
    assert not Schedule.objects.exists()


def test_a_schedule_that_finds_no_room_says_so_and_goes_on(node: Node, book: App, alice: Person) -> None:
    services.set_schedule(actor=actor(alice), app_id=book.id, volume="data", every="weekly", keep=2)
    room(book, 0)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        node.work(1)
    schedule = Schedule.objects.get()
    assert schedule.missed == "quota.exceeded"
    assert schedule.next_at > timezone.now() + timedelta(days=8)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        node.work(1)
    told = Notice.objects.filter(person=alice, kind="app.snapshot_missed")
    assert told.count() == 1, "told once, not every night"


def test_a_scheduled_snapshot_that_fails_is_told_once_until_one_comes(
    node: Node, book: App, alice: Person
) -> None:
    services.set_schedule(actor=actor(alice), app_id=book.id, volume="data", every="daily", keep=2)
    told = Notice.objects.filter(person=alice, kind="app.snapshot_missed")
    now, counted = timezone.now(), []
    for night, broken in enumerate([True, True, False, True], start=1):
        node.chain.lab.jobs.trouble.update({"*": Trouble("exit", message="no_space")} if broken else {})
        with time_machine.travel(now + timedelta(days=night)):
            node.work()
            node.work(2)
        node.chain.lab.jobs.trouble.clear()
        counted.append(told.count())
    assert counted == [1, 1, 1, 2]


def test_all_of_it_goes_with_the_app_and_frees_the_quota(node: Node, book: App, alice: Person) -> None:
    taken(node, book, alice)
    remove(alice, book.id)
    node.chain.until(book, GONE)
    node.work()
    assert set(Snapshot.objects.values_list("state", flat=True)) == {SnapshotState.DELETED}
    assert node.chain.left() == {}
    assert Charge.objects.count() == 0


def test_what_was_asked_of_an_app_that_is_not_there_ends(node: Node, book: App, alice: Person) -> None:
    """A request that was not granted: what was to be restored into it says so."""
    snapshot = taken(node, book, alice)
    restore = Restore.objects.create(snapshot=snapshot, app=book, key=uuid4().hex * 2, by_label="alice")
    App.objects.filter(id=book.id).update(gone_at=timezone.now())
    node.work(1)
    restore.refresh_from_db()
    assert (restore.state, restore.reason) == (RestoreState.FAILED, "restore.app_gone")
    assert AppVolume.objects.get(app=book).name == "data"
