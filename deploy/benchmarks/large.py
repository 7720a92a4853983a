"""A lab of 500 members: each page's time and queries, and ColdFront's list of allocations beside them.

ColdFront has as many allocations as there are requests here, on the same PostgreSQL and the same core.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import requests

from benchmarks.bench import OK, Bench, until
from benchmarks.coldfront import coldfront
from benchmarks.figures import Figure, median, p95
from stack.layout import StackError
from stack.parts.portal import manage

LOOKS = 60
WARM = 5
GOAL_MS = 150
SEED = Path(__file__).parent / "large.script"
SEALED_EVERY_S = 1.0
_UNSEALED = "from apps.audit.models import Unsealed; print(Unsealed.objects.count())"


def large(bench: Bench) -> list[Figure]:
    """500 members, 200 projects, 5,000 requests, 100,000 events; web pinned to one core, the loops go on."""
    seeded = json.loads(
        manage(bench.stack.layout.home, ("shell", "-v0", "-c", SEED.read_text())).splitlines()[-1]
    )
    until(lambda: _unsealed(bench) == 0, "the audit is sealed", SEALED_EVERY_S)
    record = bench.stack.processes.get("web")
    web = record.process() if record else None
    if web is None:
        raise StackError("web does not run")
    session = seeded["session"]
    headers = {"Cookie": f"{session['name']}={session['key']}", "X-Forwarded-Proto": "https"}
    figures = []
    with _on_one_core(web):
        for path, queries in seeded["queries"].items():
            times, answer = _looked(bench.stack.layout.url("portal") + path, headers)
            note = _note(times, queries, answer)
            figures.append(Figure(f"large: page {path}, p95", p95(times), "ms", GOAL_MS, note))
    figures += [
        Figure(f"large: growth of queries of {path}", grown, "", 0)
        for path, grown in seeded["growth"].items()
    ]
    return [*figures, _peer(bench)]


def _unsealed(bench: Bench) -> int:
    told = manage(bench.stack.layout.home, ("shell", "-v0", "-c", _UNSEALED))
    return int(told.splitlines()[-1])


def _peer(bench: Bench) -> Figure:
    with coldfront(bench) as peer, _on_one_core(peer.process):
        times, answer = _looked(peer.address, {"Cookie": peer.cookie})
    note = _note(times, peer.queries, answer)
    return Figure(f"large: ColdFront's list of {peer.rows} allocations, p95", p95(times), "ms", note=note)


def _note(times: list[float], queries: object, answer: requests.Response) -> str:
    return f"median {median(times):.0f}, {queries} queries, {len(answer.content) // 1024} KiB"


def _looked(address: str, headers: dict[str, str]) -> tuple[list[float], requests.Response]:
    """Milliseconds of each look at a page after the first few, and the last answer."""
    times = []
    with requests.Session() as browser:
        for _ in range(LOOKS):
            began = time.perf_counter()
            answer = browser.get(address, headers=headers, timeout=30, allow_redirects=False)
            times.append((time.perf_counter() - began) * 1000)
            if answer.status_code != OK:
                raise StackError(f"{address}: {answer.status_code}")
    return times[WARM:], answer


@contextmanager
def _on_one_core(process: psutil.Process) -> Iterator[None]:
    """Keep each of its threads on the first core; threads made meanwhile stay where their maker is."""
    cores = set(os.sched_getaffinity(process.pid))
    _keep_on(process, {min(cores)})
    try:
        yield
    finally:
        _keep_on(process, cores)


def _keep_on(process: psutil.Process, cores: set[int]) -> None:
    for thread in process.threads():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(thread.id, cores)
