"""A log is taken away by few at a time: each holds a connection of the cluster while its reader takes it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from pytest_django import Settings

from apps.accounts.models import Person
from apps.projects.models import Membership, Project
from apps.telemetry import live as telemetry
from apps.telemetry.live import lines, logs, taking
from apps.workloads import live
from apps.workloads.models import App
from orchestration.states import ObservedState
from tests.apps.telemetry.upstreams import until
from tests.apps.workloads.chain import Chain
from tests.cast import BACKEND
from tests.factories import catalogue
from tests.factories.apps import submit

EACH = 2  #: downloads that one person may have under way


class Connections:
    """What `log_read` opens of the cluster, and lets go of."""

    def __init__(self) -> None:
        self.open = 0

    def read(self, *_which: Any, **_how: Any) -> Iterator[str]:
        self.open += 1
        try:
            for number in range(3):
                yield f"line {number}\n"
        finally:
            self.open -= 1


@pytest.fixture
def cluster(db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Connections:
    settings.LANGUAGE_CODE = "en"
    found, chain = Connections(), Chain()
    monkeypatch.setattr(live, "drivers", chain.lab.drivers)
    monkeypatch.setattr(chain.lab.jobs, "log_read", found.read)
    monkeypatch.setattr(found, "chain", chain, raising=False)
    return found


@pytest.fixture
def path(cluster: Any, alice: Person, genomics: Project) -> str:
    catalogue.template()
    app = submit(alice, project_id=genomics.id).app
    cluster.chain.until(app, ObservedState.RUNNING)
    return f"/apps/{App.objects.get().id}/logs/download/"


async def browser(person: Person) -> AsyncClient:
    client = AsyncClient()
    await client.aforce_login(person, backend=BACKEND)
    return client


async def begun(client: AsyncClient, path: str) -> AsyncIterator[bytes]:
    """A download of which one piece was taken."""
    answer = await client.get(path)
    assert answer.status_code == 200
    pieces: AsyncIterator[bytes] = aiter(answer.streaming_content)  # type: ignore[attr-defined]
    assert await anext(pieces) == b"line 0\n"
    return pieces


def test_a_tail_looks_at_so_many_lines_and_no_more(
    cluster: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two MiB of ends of lines are two million lines: seconds of a processor for each who asks."""
    copy = telemetry.copies(App.objects.get())[0]
    cluster.chain.lab.jobs.logs[copy.id, "stdout"] = "first\n" + "\n" * 500_000 + "last\n"
    looked: list[str] = []

    def shown(raw: str) -> lines.Line:
        looked.append(raw)
        return lines.shown(raw)

    monkeypatch.setattr(logs, "shown", shown)
    found = telemetry.tail(copy, "app", "stdout", telemetry.Asked(words="st", lines=10))
    assert [each.text for each in found] == ["last"]
    assert len(looked) == logs.LOOKED_MAX < 100_000


def test_it_comes_as_text_and_lets_go(cluster: Connections, path: str, alice: Person) -> None:
    async def case() -> None:
        answer = await (await browser(alice)).get(path)
        text = b"".join([piece async for piece in answer.streaming_content])  # type: ignore[attr-defined]
        assert text == b"line 0\nline 1\nline 2\n"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
        assert cluster.open == 0

    async_to_sync(case)()


def test_who_reads_none_of_it_holds_few_connections(
    cluster: Connections, path: str, alice: Person, dana: Person
) -> None:
    """Nomad takes a hundred of one address: a member with patience shut the portal out."""

    async def case() -> None:
        mine = await browser(alice)
        slow = [await begun(mine, path) for _ in range(EACH)]
        refused = await mine.get(path)
        assert refused.status_code == 429
        assert "You are downloading 2 logs already" in refused.content.decode()
        assert "<title>Too much at once" in " ".join(refused.content.decode().split()).replace("> ", ">")
        assert cluster.open == EACH
        other = await begun(await browser(dana), path)
        await slow[0].aclose()  # type: ignore[attr-defined]
        await until(lambda: cluster.open == EACH, "what a reader leaves is let go of")
        await begun(mine, path)
        for each in (slow[1], other):
            await each.aclose()  # type: ignore[attr-defined]

    async_to_sync(case)()


def test_all_together_hold_few(cluster: Connections, path: str, alice: Person, monkeypatch: Any) -> None:
    async def case() -> None:
        monkeypatch.setattr(taking, "DOWNLOADS_MAX", 1)
        mine = await browser(alice)
        slow = await begun(mine, path)
        assert (await mine.get(path)).status_code == 503
        await slow.aclose()  # type: ignore[attr-defined]

    async_to_sync(case)()


@pytest.mark.django_db(transaction=True)
def test_a_right_that_was_taken_away_ends_it(
    cluster: Connections, path: str, alice: Person, dana: Person
) -> None:
    async def case() -> None:
        slow, other = [await begun(await browser(person), path) for person in (alice, dana)]
        await Membership.objects.filter(person=alice).adelete()
        await telemetry.WATCHES.check()
        assert [piece async for piece in slow] == []
        assert [piece async for piece in other] == [b"line 1\n", b"line 2\n"]
        assert cluster.open == 0

    async_to_sync(case)()
