"""What is kept of snapshots is what was charged, and what is sent holds little of the portal's memory."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.db import connection
from django.test import AsyncClient, Client

from apps.accounts.models import Person
from apps.volumes import selectors, services
from apps.volumes.enums import SnapshotState
from apps.volumes.models import Snapshot
from apps.workloads.models import App
from tests.apps.volumes.conftest import source
from tests.apps.volumes.node import MIB, Node
from tests.apps.volumes.test_snapshots import room, taken
from tests.cast import BACKEND, actor

PIECE_MAX = MIB  #: bytes of an archive that one reader may hold in memory, however slow
SignedIn = Callable[[Person], Client]


def kept(snapshot: Snapshot) -> int:
    """Bytes in the portal's storage."""
    folder = f"snapshots/{snapshot.id}"
    return sum(default_storage.size(f"{folder}/{name}") for name in default_storage.listdir(folder)[1])


def test_another_try_keeps_nothing_of_the_first(node: Node, book: App, alice: Person) -> None:
    """Else a volume that fills the quota and is emptied leaves parts that nobody is charged for."""
    room(book, 3)
    node.part = MIB
    snapshot = taken(node, book, alice)
    assert (snapshot.state, snapshot.charged_mib, kept(snapshot)) == (SnapshotState.FAILED, 3, 3 * MIB)
    node.disk[source(book)] = b"little"
    services.retry(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work()
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.charged_mib) == (SnapshotState.READY, 1)
    assert kept(snapshot) == snapshot.size_bytes == len(b"little")


def test_an_archive_leaves_in_small_pieces(node: Node, book: App, alice: Person) -> None:
    """A reader who takes none of it costs one piece of memory, not a part of eight MiB."""
    snapshot = taken(node, book, alice)
    path = f"/apps/{book.id}/data/snapshots/{snapshot.id}/download/"

    async def read() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(alice, backend=BACKEND)
        answer = await client.get(path)
        return [piece async for piece in answer.streaming_content]  # type: ignore[attr-defined]

    pieces = async_to_sync(read)()
    assert b"".join(pieces) == node.disk[source(book)]
    assert max(map(len, pieces)) <= PIECE_MAX


def test_a_part_is_read_by_a_restore_in_small_pieces(node: Node, book: App, alice: Person) -> None:
    """Under ASGI a file that is answered as it is would be read into memory whole."""
    snapshot = taken(node, book, alice)
    restore = services.restore(actor=actor(alice), app_id=book.id, snapshot_id=snapshot.id)
    node.work(1)

    async def read() -> list[bytes]:
        answer = await AsyncClient().get(f"/files/snapshots/{restore.key}/1")
        return [piece async for piece in answer.streaming_content]  # type: ignore[attr-defined]

    pieces = async_to_sync(read)()
    assert b"".join(pieces) == node.disk[source(book)]
    assert max(map(len, pieces)) <= PIECE_MAX


def test_what_was_deleted_is_read_by_no_page(node: Node, book: App, alice: Person) -> None:
    """A page of data asks every other second: rows that are history alone, however many, cost it nothing."""
    kept = taken(node, book, alice)
    rows = [
        Snapshot(volume=kept.volume, key=f"{number:064}", state=SnapshotState.DELETED, by_label="alice")
        for number in range(50)
    ]
    Snapshot.objects.bulk_create(rows)
    read: list[int] = []
    with connection.execute_wrapper(_counting(read)):
        standing = selectors.of_app(App.objects.get(id=book.id))
    assert [each.id for each in standing[0].snapshots] == [kept.id]
    assert max(read) == 1


def _counting(read: list[int]) -> Any:
    """Note how many rows each SELECT brings."""

    def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        read.append(context["cursor"].rowcount)
        return found

    return run


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, '{"size_bytes": 1e999}', "NaN", "\xff"])
def test_what_nobody_sends_is_no_snapshot(db: None, body: str) -> None:
    """Whoever finds the address sends what they like: it is refused, and no defect of ours."""
    answer = Client().post(
        f"/files/snapshots/{'0' * 64}/done", body.encode("latin-1"), content_type="application/json"
    )
    assert answer.status_code in {400, 404}
