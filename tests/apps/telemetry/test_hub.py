"""Many browsers, one stream of the cluster: shared, bounded, resumed, and let go of."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any
from uuid import UUID

import pytest

from apps.telemetry.live import hub as hub_module
from apps.telemetry.live import watch as watch_module
from apps.telemetry.live.hub import Hub
from apps.telemetry.live.lines import Known
from apps.telemetry.live.logs import TAIL_BYTES
from apps.telemetry.live.ring import BYTES_MAX
from apps.telemetry.live.stream import BATCH_BYTES, Source
from apps.telemetry.live.watch import Watches
from apps.telemetry.selectors import Who
from kernel.errors import Refused, Unavailable
from tests.apps.telemetry.upstreams import FakeLog, Reader, until

APP = UUID(int=1)
SOURCE = Source(APP, "00000000-0000-4000-8000-00000000000a", "app", "stdout")


class Lab:
    """A hub over a log that the test writes; `out` are those whose rights are gone."""

    def __init__(self) -> None:
        self.log, self.out = FakeLog(), set[UUID]()
        self.watches = Watches(self._still)
        self.hub = Hub(self.log.follow, self.watches)

    def _still(self, whos: Collection[Who]) -> set[Who]:
        return {each for each in whos if each.person_id not in self.out}

    def read(self, person: int = 1, source: Source = SOURCE) -> Reader:
        """Somebody opens the page."""
        return Reader(self.hub.watch(Who(UUID(int=person), APP, session="s"), source))


def on_a_loop(case: Callable[[Lab], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a case on a loop of its own."""

    def run() -> None:
        async def go() -> None:
            await case(Lab())

        asyncio.run(go())

    run.__name__, run.__doc__ = case.__name__, case.__doc__
    return run


@on_a_loop
async def test_all_readers_share_one_upstream_and_the_last_closes_it(lab: Lab) -> None:
    readers = [lab.read(person) for person in range(1, 201)]
    lab.log.pieces.put("one\ntwo\n")
    await until(lambda: all(each.texts == ["one", "two"] for each in readers), "everybody read it")
    assert lab.log.opened == 1
    for each in readers[1:]:
        await each.leave()
    lab.log.pieces.put("three\n")
    await until(lambda: readers[0].texts[-1:] == ["three"], "who stays reads on")
    assert lab.log.closed == 0
    await readers[0].leave()
    await until(lambda: lab.log.closed == 1, "an upstream that nobody watches is let go of")
    assert lab.hub.upstreams == 0


@on_a_loop
async def test_who_comes_later_sees_what_was_before(lab: Lab) -> None:
    first = lab.read()
    lab.log.pieces.put("old\n")
    await until(lambda: first.texts == ["old"], "the first reads")
    late = lab.read(2)
    await until(lambda: late.texts == ["old"], "the late one too")
    assert lab.log.opened == 1
    await first.leave()
    await late.leave()


@on_a_loop
async def test_a_cut_is_said_and_nothing_is_shown_twice(lab: Lab) -> None:
    reader = lab.read()
    lab.log.pieces.put("first line\nsecond\n")
    await until(lambda: reader.texts == ["first line", "second"], "it reads")
    lab.log.pieces.put(Unavailable("nomad", "cut"))
    await until(lambda: any(each["state"] == "away" for each in reader.said("state")), "the cut is said")
    assert reader.said("state")[-1]["part"] == "nomad"
    assert reader.said("state")[-1]["since"]
    lab.log.pieces.put("st line\nsecond\nthird\n")  # the end once more, beginning within a line
    await until(lambda: reader.texts[-1:] == ["third"], "it goes on by itself")
    assert reader.texts == ["first line", "second", "third"]
    assert reader.said("state")[-1]["state"] == "live"
    await reader.leave()


@on_a_loop
async def test_after_its_end_a_task_that_starts_again_is_followed(lab: Lab) -> None:
    reader = lab.read()
    lab.log.pieces.put("bye\n")
    lab.log.pieces.put(None)
    await until(lambda: any(each["state"] == "ended" for each in reader.said("state")), "the end is said")
    lab.log.pieces.put("bye\nhello again\n")
    await until(
        lambda: reader.texts == ["bye", "hello again"], "what is new follows, what was known does not"
    )
    await reader.leave()


@on_a_loop
async def test_a_slow_reader_loses_lines_and_holds_up_nobody(lab: Lab) -> None:
    slow_watch = lab.hub.watch(Who(UUID(int=9), APP, session="s"), SOURCE)
    slow = aiter(slow_watch)
    await anext(slow)
    quick = lab.read()
    sent = 0
    for _ in range(20):
        lab.log.pieces.put("".join(f"line {sent + n}\n" for n in range(300)))
        sent += 300
        await quick.has(sent)
    assert lab.hub.held < 2 * 1024 * 1024
    told = (await anext(slow)).decode()
    assert "event: left-out" in told, "what it missed is said before what is left"
    left_out = int(told.split('"lines":')[1].split("}")[0])
    assert left_out >= sent - 2_000
    assert f"line {left_out}" in (await anext(slow)).decode()
    await slow.aclose()  # type: ignore[attr-defined]
    await quick.leave()


@on_a_loop
async def test_a_flood_is_bounded_and_says_what_it_left_out(lab: Lab) -> None:
    reader = lab.read()
    lab.log.pieces.put("".join(f"{n}\n" for n in range(50_000)))
    await until(lambda: reader.texts[-1:] == ["49999"], "the newest come")
    left_out = sum(each["lines"] for each in reader.said("left-out"))
    assert left_out + len(reader.texts) == 50_000, "each line was shown or counted"
    await reader.leave()


@on_a_loop
async def test_long_lines_take_no_more_room_than_short_ones(lab: Lab) -> None:
    """What is kept is bounded in bytes too, and so is what one event brings to each who watches."""
    reader = lab.read()
    lab.log.pieces.put("".join(f"{n:03}{'x' * 16_000}\n" for n in range(400)))
    await until(lambda: any(each.startswith("399") for each in reader.texts), "the last comes")
    assert lab.hub.held <= BYTES_MAX
    assert reader.longest <= 2 * BATCH_BYTES
    assert len(reader.texts) + sum(each["lines"] for each in reader.said("left-out")) == 400
    await reader.leave()


def test_what_is_remembered_of_long_lines_is_bounded() -> None:
    """Two thousand lines of 64 KiB were 128 MiB a stream, forty times; a cut repeats 64 KiB of them alone."""
    known, lines = Known(), [f"{n:04}{'x' * 60_000}" for n in range(2_000)]
    assert all(known.fresh(line) for line in lines)
    assert known.held <= 8 * TAIL_BYTES
    known.again()
    assert [line for line in (lines[-2][-5_000:], lines[-1], "new") if known.fresh(line)] == ["new"]
    assert not known.gap


@on_a_loop
async def test_a_right_that_was_taken_away_ends_the_stream(lab: Lab) -> None:
    out, stays = lab.read(1), lab.read(2)
    await until(lambda: out.events and stays.events, "both watch")
    lab.out.add(UUID(int=1))
    await lab.watches.check()
    await until(out.task.done, "the stream is over")
    assert out.said("end") == [{"reason": "rights"}]
    assert not stays.task.done()
    await stays.leave()


@on_a_loop
async def test_how_many_one_person_may_follow(lab: Lab) -> None:
    readers = [lab.read() for _ in range(hub_module.LOGS_EACH)]
    await until(lambda: all(each.events for each in readers), "as many as may")
    with pytest.raises(Refused) as refused:
        lab.read()
    assert (refused.value.code, refused.value.params["limit"]) == ("streams.too_many", hub_module.LOGS_EACH)
    other = lab.read(2)
    await readers.pop().leave()
    readers += [lab.read(), other]
    for each in readers:
        await each.leave()


@on_a_loop
async def test_how_many_upstreams_there_may_be(lab: Lab) -> None:
    sources = [Source(APP, f"{n:08}", "app", "stdout") for n in range(hub_module.UPSTREAMS_MAX + 1)]
    readers = [lab.read(n, each) for n, each in enumerate(sources[:-1])]
    await until(lambda: lab.hub.upstreams == hub_module.UPSTREAMS_MAX, "all are open")
    with pytest.raises(Refused) as refused:
        lab.read(99, sources[-1])
    assert refused.value.code == "streams.busy"
    for each in readers:
        await each.leave()


def test_a_page_that_left_before_its_first_byte_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab()
    for _ in range(hub_module.LOGS_EACH):
        lab.hub.watch(Who(UUID(int=1), APP), SOURCE)
    monkeypatch.setattr(watch_module, "STARTS_WITHIN_S", -1.0)
    lab.hub.watch(Who(UUID(int=1), APP), SOURCE)
