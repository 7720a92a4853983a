"""Fifty ask at once where there is room for ten: exactly ten get it, the others are told the figures."""

import json
import time
from dataclasses import dataclass
from functools import partial
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import urllib3

from benchmarks.bench import ACCEPTED, RAISE, SMALL, TEMPLATE, Bench, at_once, fresh, until
from benchmarks.figures import Figure, median, p99
from stack.demo import token
from stack.parts.portal import manage

ROUNDS = 20
AT_ONCE = 50
ROOM = 10
CONFLICT = 409
ASKERS = ("dana", "alice")  # in turn: what one token may write in a minute is less than all rounds ask
TOLD = ("used", "reserved", "asked", "limit")
_ROOM = (
    "from apps.projects.models import Project; from apps.quotas import selectors, services;"
    "from dataclasses import replace; from kernel.actors import system; from kernel.units import Amounts;"
    "project = Project.objects.get(slug='genomics');"
    "stands = {each.dimension: each for each in selectors.figures(project.id)};"
    "limits = Amounts(**{name: each.limit for name, each in stands.items()});"
    "apps = stands['apps'].used + stands['apps'].reserved;"
    f"limits = replace(limits, apps=apps + {ROOM});"
    "services.set_limit(actor=system('bench'), project=project, limits=limits, reason='benchmark')"
)


@dataclass(frozen=True)
class Answer:
    """What one of the fifty was told, and after how many milliseconds."""

    status: int
    body: dict[str, Any]
    took_ms: float

    @property
    def clean(self) -> bool:
        """Whether it refuses for the quota, and names each figure of what is short."""
        short = self.body.get("shortfalls") or [{}]
        return (
            self.status == CONFLICT
            and self.body.get("code") == "quota.exceeded"
            and all(isinstance(each.get(name), int) for each in short for name in TOLD)
            and all(each["used"] + each["reserved"] + each["asked"] > each["limit"] for each in short)
        )


def contention(bench: Bench) -> list[Figure]:
    """Each round: room for ten, fifty requests at the same moment, then the apps are deleted again.

    The apps are real: while a round's later requests are answered, the worker starts the apps of the earlier.
    """
    bench.project()
    manage(bench.stack.layout.home, ("shell", "-v0", "-c", _ROOM))
    rounds = []
    parts = urlsplit(bench.base)
    with urllib3.HTTPConnectionPool(str(parts.hostname), parts.port, maxsize=AT_ONCE, timeout=30) as pool:
        for number in range(ROUNDS):
            until(lambda: _free(bench) == ROOM, f"there is room for {ROOM}")
            rounds.append(_round(bench, pool, ASKERS[number % len(ASKERS)]))
            bench.delete(each.body["target"]["id"] for each in rounds[-1] if each.status == ACCEPTED)
    manage(bench.stack.layout.home, ("shell", "-v0", "-c", RAISE))
    return _figures(rounds)


def _round(bench: Bench, pool: urllib3.HTTPConnectionPool, asker: str) -> list[Answer]:
    together = Barrier(AT_ONCE)
    bodies = [json.dumps(_wish(bench, fresh("race"))) for _ in range(AT_ONCE)]
    bearer = f"Bearer {token(bench.stack.layout, asker)}"
    headers = {"Authorization": bearer, "Content-Type": "application/json"}
    answers: list[Answer] = at_once([partial(_ask, pool, together, body, headers) for body in bodies])
    return answers


def _wish(bench: Bench, name: str) -> dict[str, Any]:
    parameters = {"title": "Race", "text": "The same for all: what a person sends again is one upload a day"}
    project = bench.project()
    return {
        "project": project, "template": TEMPLATE, "name": name, "parameters": parameters, "resources": SMALL
    }  # fmt: skip


def _ask(pool: urllib3.HTTPConnectionPool, together: Barrier, body: str, headers: dict[str, str]) -> Answer:
    together.wait()
    began = time.perf_counter()
    found = pool.request("POST", "/api/v1/apps/", body=body, headers=headers, retries=False)
    took_ms = (time.perf_counter() - began) * 1000
    return Answer(found.status, found.json(), took_ms)


def _free(bench: Bench) -> int:
    stands = bench.call("GET", f"projects/{bench.project()}/quota/").json()
    return next(int(each["free"]) for each in stands if each["dimension"] == "apps")


def _figures(rounds: list[list[Answer]]) -> list[Figure]:
    approved = [sum(each.status == ACCEPTED for each in answers) for answers in rounds]
    clean = [sum(each.clean for each in answers) for answers in rounds]
    took = [each.took_ms for answers in rounds for each in answers]
    wrong = sum(count != ROOM for count in approved)
    unclean = sum(count != AT_ONCE - ROOM for count in clean)
    name = f"{AT_ONCE} at once, room for {ROOM}"
    return [
        Figure(
            f"{name}: rounds without exactly {ROOM} approved",
            wrong,
            "",
            0,
            f"of {ROUNDS}: {_counts(approved)}",
        ),
        Figure(
            f"{name}: rounds without {AT_ONCE - ROOM} clean refusals",
            unclean,
            "",
            0,
            f"of {ROUNDS}: {_counts(clean)}",
        ),
        Figure(
            f"{name}: p99 of one answer",
            p99(took),
            "ms",
            250,
            f"median {median(took):.0f}, {len(took)} answers",
        ),
    ]


def _counts(found: list[int]) -> str:
    return ", ".join(f"{found.count(each)} x {each}" for each in sorted(set(found)))
