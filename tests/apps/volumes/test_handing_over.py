"""An app goes to another project while its volumes' charges move: no ring of locks, both ledgers right."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.projects.models import Project
from apps.projects.selectors import personal_of
from apps.quotas import services as quotas
from apps.quotas.models import Charge
from apps.volumes import services
from apps.volumes.enums import SnapshotState
from apps.volumes.models import Snapshot
from apps.workloads import services as workloads
from apps.workloads.models import App, AppVolume
from apps.workloads.services.volumes import charge
from tests.apps.volumes.node import MIB, Node
from tests.cast import actor
from tests.waiting import wait_for

_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def a_part_comes(volume: AppVolume) -> Callable[[], Any]:
    """A snapshot is being taken, and grows."""
    made = services.take(actor=actor_of(volume), app_id=volume.app_id, volume=volume.name)
    Snapshot.objects.filter(id=made.id).update(state=SnapshotState.TAKING)
    return partial(services.begin_part, key=made.key, number=1, size=3 * MIB)


def one_is_seen_gone(volume: AppVolume) -> Callable[[], Any]:
    """A volume that no release mounts was deleted."""
    services.take(actor=actor_of(volume), app_id=volume.app_id, volume=volume.name)
    volume.refresh_from_db()
    volume.mounted, volume.leaving_at = False, timezone.now()
    volume.save()
    charge(volume)
    return partial(services.volume_gone, volume)


def actor_of(volume: AppVolume) -> Any:
    requester = volume.app.requester
    assert requester is not None
    return actor(requester)


def patient(call: Callable[[], Any]) -> Any:
    """Do it on a connection of its own, which waits for locks as long as it takes."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '60s'")
        return call()
    except Exception as error:  # noqa: BLE001 - the test looks at what was raised
        return error
    finally:
        connection.close()


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepare", [a_part_comes, one_is_seen_gone])
def test_a_volumes_charge_changes_while_its_app_goes(
    node: Node, book: App, alice: Person, dana: Person, genomics: Project, prepare: Any
) -> None:
    """The hand-over has both ledgers when the other one comes; whoever holds it up first is this test."""
    other = prepare(AppVolume.objects.get(app=book))
    mine = personal_of(alice)
    assert mine is not None
    made = workloads.offer(actor=actor(alice), person=alice, app_id=book.id, project=genomics.slug)
    accept = partial(approvals.take_over, actor=actor(dana), person=dana, handover_id=made.id)
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            list(Charge.objects.select_for_update().filter(holder=book.id))
            one = pool.submit(patient, accept)
            wait_for(lambda: waiting() >= 1, 30, "the hand-over waits for the app's charge")
            two = pool.submit(patient, other)
            wait_for(lambda: two.done() or waiting() >= 2, 30, "the other waits, or is done")
        done = [one.result(), two.result()]
    assert not [each for each in done if isinstance(each, Exception)], done
    assert App.objects.get(id=book.id).project == genomics
    assert set(Charge.objects.values_list("project", flat=True)) == {genomics.id}
    assert quotas.recount() == ()
