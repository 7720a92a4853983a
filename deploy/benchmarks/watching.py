"""Many who watch one app: when their pages tell that it died, and how late the lines of its log come.

All over HTTP, as 200 browsers: each stream is a connection of its own to web. The readers run on the same
cores, so what they take is in the figures too.
"""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from benchmarks.bench import Bench, fresh, until
from benchmarks.browsers import Log, Page, Signs
from benchmarks.figures import Figure, median, p95
from benchmarks.standing import SEED
from stack.layout import StackError
from stack.parts.portal import manage

SCRIPT = SEED.parent / "watching.script"
FULL_S, SHORT_S, WARM_S = 600.0, 60.0, 15.0
BROWSERS, PEOPLE = 200, 25  #: a person follows at most eight logs
APPS, DEATHS = 5, 2  #: Nomad starts a program twice again in five minutes, so that each app dies no oftener


def watching(bench: Bench, *, short: bool) -> list[Figure]:
    """Five apps die twice, each before 200 pages; then a log, for ten minutes or, short, for one."""
    bench.project()
    os.environ["WATCHING_PEOPLE"] = str(PEOPLE)
    told = manage(bench.stack.layout.home, ("shell", "-v0", "-c", SCRIPT.read_text()))
    cookies = json.loads(told.splitlines()[-1])
    took_ms: list[float] = []
    upstreams = 0
    for _ in range(APPS):
        with _app(bench) as app_id:
            pages = _pages(bench, f"/apps/{app_id}/news/", cookies)
            more_ms, upstream = asyncio.run(_deaths(bench, app_id, pages))
            took_ms, upstreams = took_ms + more_ms, max(upstreams, upstream)
    note = f"median {median(took_ms):.0f}, highest {max(took_ms):.0f}, {APPS * DEATHS} deaths"
    with _app(bench) as app_id:
        logs = _pages(bench, f"/apps/{app_id}/logs/stream/", cookies)
        return [
            Figure(f"a death in Nomad to {BROWSERS} open pages, p95", p95(took_ms), "ms", 1000, note),
            Figure("connections of web to Nomad for them", upstreams, "", 0),
            *asyncio.run(_log(bench, logs, SHORT_S if short else FULL_S)),
        ]


@contextmanager
def _app(bench: Bench) -> Iterator[str]:
    answer = bench.ask(fresh("writer"), template="bench-writer", parameters={})
    app_id: str = answer.json()["target"]["id"]
    try:
        until(lambda: _state(bench, app_id) == "running", "the measured app runs")
        yield app_id
    finally:
        bench.delete([app_id])


def _pages(bench: Bench, path: str, cookies: list[str]) -> list[Page]:
    base = bench.stack.layout.url("portal")
    return [Page(base, path, cookies[number % len(cookies)]) for number in range(BROWSERS)]


def _state(bench: Bench, app_id: str) -> str:
    found: str = bench.app(app_id)["observed"]["state"]
    return found


async def _deaths(bench: Bench, app_id: str, pages: list[Page]) -> tuple[list[float], int]:
    """Kill the program: milliseconds until each page is told, and connections of web to Nomad meanwhile."""
    signs = Signs("running")
    readers = [asyncio.create_task(signs.read(number, page)) for number, page in enumerate(pages)]
    took_ms: list[float] = []
    slug = bench.app(app_id)["slug"]
    for _ in range(DEATHS):
        await _until(lambda: _state(bench, app_id) == "running", "the measured app runs again")
        await asyncio.sleep(2)  # what is still told of the start is told
        program = _program(slug)  # found before the clock runs: a thousand programs are looked through
        signs.at.clear()
        began = time.perf_counter()
        program.kill()
        await _until(lambda: len(signs.at) == len(pages), "each page is told")
        took_ms += [(at - began) * 1000 for at in signs.at.values()]
    upstream = _upstreams(bench)
    await _ended(readers)
    return took_ms, upstream


async def _log(bench: Bench, pages: list[Page], seconds: float) -> list[Figure]:
    web, log = _web(bench), Log()
    began = time.monotonic()
    readers = [
        asyncio.create_task(log.read(page, lambda: time.monotonic() - began > WARM_S)) for page in pages
    ]
    await asyncio.sleep(WARM_S)
    used, sizes = web.cpu_times(), []
    while time.monotonic() - began < seconds + WARM_S:
        sizes.append(web.memory_full_info().uss / 2**20)
        await asyncio.sleep(5)
        _raise_early(readers)
    spent, upstream = web.cpu_times(), _upstreams(bench)
    await _ended(readers)
    cores = (spent.user + spent.system - used.user - used.system) / seconds
    third = max(1, len(sizes) // 3)
    growth = statistics.mean(sizes[-third:]) - statistics.mean(sizes[:third])
    rate = log.lines / len(pages) / seconds
    note = f"{rate:.0f} lines/s each, {log.left_out} left out, {cores:.2f} of a core, {seconds:.0f} s"
    return [
        Figure(f"a line of a log to {len(pages)} browsers, p95", p95(log.late_ms), "ms", 500, note),
        Figure("memory of web grown meanwhile (USS)", growth, "MiB", 5, f"from {sizes[0]:.0f}"),
        Figure("connections of web to Nomad for them", upstream, "", 1),
    ]


async def _until(condition: Callable[[], bool], why: str) -> None:
    await asyncio.to_thread(until, condition, why)


async def _ended(readers: list[asyncio.Task[None]]) -> None:
    _raise_early(readers)
    for each in readers:
        each.cancel()
    await asyncio.gather(*readers, return_exceptions=True)


def _raise_early(readers: list[asyncio.Task[None]]) -> None:
    """A reader that ended before its time says why."""
    for each in readers:
        if each.done():
            each.result()
            raise StackError("the portal ended a stream")


def _web(bench: Bench) -> psutil.Process:
    record = bench.stack.processes.get("web")
    process = record.process() if record else None
    if process is None:
        raise StackError("web does not run")
    return process


def _upstreams(bench: Bench) -> int:
    """Connections that web holds to Nomad."""
    port = int(bench.stack.fact("nomad_addr").rpartition(":")[2].rstrip("/"))
    held = _web(bench).net_connections("tcp")
    return sum(1 for each in held if each.raddr and each.raddr.port == port and each.status == "ESTABLISHED")


def _program(slug: str) -> psutil.Process:
    """The program of the app's copy, found by its environment. Raises StackError."""
    for process in psutil.process_iter():
        try:
            environment, command = process.environ(), process.cmdline()
        except psutil.Error:
            continue
        if environment.get("NOMAD_JOB_ID") == slug and "-c" in command:
            return process
    raise StackError(f"no process of {slug}")
