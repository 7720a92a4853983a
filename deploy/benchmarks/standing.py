"""What the portal costs while it stands: memory, pages with many apps, `up` again."""

import json
import time
from pathlib import Path
from typing import Any

import psutil
import requests

from benchmarks.bench import OK, Bench, timed
from benchmarks.figures import Figure, p95
from stack.bringing import bring_up
from stack.layout import StackError
from stack.parts.base import Part
from stack.parts.portal import manage
from stack.portalenv import LAUNCHED

APPS = 1000
LOOKS = 60
SETTLE_S = 20.0
SEED = Path(__file__).parent / "seed.script"


def memory(bench: Bench) -> list[Figure]:
    """PSS of web, worker (with its two children), beat and watcher, at rest (MiB)."""
    time.sleep(SETTLE_S)
    parts = {name: _pss(bench, name) / 2**20 for name in LAUNCHED}
    note = ", ".join(f"{name} {value:.0f}" for name, value in parts.items())
    return [Figure("idle memory of the portal's own processes (PSS)", sum(parts.values()), "MiB", 400, note)]


def _pss(bench: Bench, name: str) -> int:
    record = bench.stack.processes.get(name)
    process = record.process() if record else None
    if process is None:
        raise StackError(f"{name} does not run")
    family = [process, *process.children(recursive=True)]
    return sum(int(member.memory_full_info().pss) for member in family if _lives(member))


def _lives(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def up_again(bench: Bench, parts: list[Part]) -> list[Figure]:
    """The same stack brought up once more, with nothing to do."""
    return [Figure("up again", timed(lambda: bring_up(bench.stack, parts)), "s", 20)]


def pages(bench: Bench) -> list[Figure]:
    """Pages with 1,000 apps in the database, web pinned to one core; the other loops go on."""
    seeded = json.loads(
        manage(bench.stack.layout.home, ("shell", "-v0", "-c", SEED.read_text())).splitlines()[-1]
    )
    figures = [
        Figure(f"queries of {path}: growth from 10 to {APPS} apps", grown, "", 0)
        for path, grown in seeded["growth"].items()
    ]
    record = bench.stack.processes.get("web")
    web = record.process() if record else None
    if web is None:
        raise StackError("web does not run")
    cores = web.cpu_affinity()
    web.cpu_affinity(cores[:1])
    try:
        figures += [_page(bench, path, seeded["session"]) for path in seeded["growth"]]
    finally:
        web.cpu_affinity(cores)
    return figures


def _page(bench: Bench, path: str, session: dict[str, Any]) -> Figure:
    with requests.Session() as browser:
        headers = {"Cookie": f"{session['name']}={session['key']}", "X-Forwarded-Proto": "https"}
        times = []
        for _ in range(LOOKS):
            began = time.perf_counter()
            answer = browser.get(bench.stack.layout.url("portal") + path, headers=headers, timeout=30)
            times.append((time.perf_counter() - began) * 1000)
            if answer.status_code != OK:
                raise StackError(f"{path}: {answer.status_code}")
    return Figure(
        f"page {path} with {APPS} apps, p95", p95(times[5:]), "ms", 100, f"{len(answer.content) // 1024} KiB"
    )
