"""What happens to the portal's own processes: they are sent elsewhere, held up, or killed at work."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.flows.halting import halted
from tests.waiting import wait_for

DEATHS = 5  #: after so many the portal gives an app up (apps/workloads/reconcile/claims.py)
BACK_S = 60.0  #: the keeper starts again what ended, slower each time that it ended early
SOON_S = 30.0
AGED_MIN = 16  #: what nobody looked at for a quarter of an hour is not believed any more
Stack = Mapping[str, Any]

_AGE = """
UPDATE workloads_observation SET observed_at = now() - make_interval(mins => %(by)s),
       answered_at = now() - make_interval(mins => %(by)s) WHERE app_id = %(app)s
"""
_GIVEN_UP = "SELECT FROM workloads_claim WHERE app_id = %(app)s AND parked_at IS NOT NULL"
_WORKED_ON = "SELECT FROM workloads_claim WHERE app_id = %(app)s AND claimed_until > now()"
_HOLDER = """
SELECT s.client_port FROM workloads_claim c JOIN pg_stat_activity s ON s.pid = c.holder
 WHERE c.app_id = %(app)s AND c.claimed_until > now() AND s.backend_start = c.holder_since
"""


@contextmanager
def sent_elsewhere(stack: Stack) -> Iterator[Callable[[str], None]]:
    """Have the worker ask addresses at the place that is said, and at the right one again at the end."""
    file = Path(stack["portal"]["env_file"])
    right = file.read_text(encoding="utf-8")

    def send(address: str) -> None:
        text = re.sub(r"(?m)^APPS_CONNECT_TO=.*$", f"APPS_CONNECT_TO={address}", right)
        file.write_text(text, encoding="utf-8")
        _begin_again(stack, "worker")

    try:
        yield send
    finally:
        file.write_text(right, encoding="utf-8")
        _begin_again(stack, "worker")


@contextmanager
def held_up(stack: Stack, app_id: str) -> Iterator[None]:
    """Nobody looks at anything, and a quarter of an hour goes by: the rows say that it did."""
    with _rows(stack) as rows, halted(stack, "watcher"):
        wait_for(
            lambda: rows.execute(_WORKED_ON, {"app": app_id}).fetchone() is None,
            SOON_S,
            "nobody is at work on it",
        )
        with halted(stack, "worker"):
            rows.execute(_AGE, {"app": app_id, "by": AGED_MIN})
            yield


def kill_whoever_works_on(stack: Stack, app_id: str) -> None:
    """Until the portal gives it up. The first may have been at work since before the change it dies of."""
    with _rows(stack) as rows:
        for number in range(DEATHS + 2):
            if (victim := _next(stack, rows, app_id, number)) is None:
                return
            victim.kill()
            psutil.wait_procs([victim], timeout=SOON_S)
    raise AssertionError(f"{DEATHS + 2} workers died of {app_id}, and it is still worked on")


def _next(stack: Stack, rows: psycopg.Connection[Any], app_id: str, number: int) -> psutil.Process | None:
    """Whoever works on the app now; None once it is given up."""

    def look() -> tuple[psutil.Process | None] | None:
        if rows.execute(_GIVEN_UP, {"app": app_id}).fetchone() is not None:
            return (None,)
        found = _at_work(stack, rows, app_id)
        return (found,) if found else None

    (found,) = wait_for(look, SOON_S, f"somebody is at work on it after {number} deaths")
    return found


def _at_work(stack: Stack, rows: psycopg.Connection[Any], app_id: str) -> psutil.Process | None:
    """Which of the worker's processes holds the claim: its end of the session says so."""
    held = rows.execute(_HOLDER, {"app": app_id}).fetchone()
    if held is None:
        return None
    for each in _process(stack, "worker").children():
        with suppress(psutil.NoSuchProcess):  # one that was killed before is listed a moment longer
            if any(end.laddr and end.laddr.port == held[0] for end in each.net_connections("tcp")):
                return each
    return None


def _begin_again(stack: Stack, name: str) -> None:
    """End it; its keeper starts it anew, and it reads its settings."""
    ended = _process(stack, name)
    ended.terminate()
    wait_for(lambda: _record(stack, name)["pid"] != ended.pid, BACK_S, f"{name} was started again")


def _process(stack: Stack, name: str) -> psutil.Process:
    return psutil.Process(_record(stack, name)["pid"])


def _record(stack: Stack, name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(Path(stack["processes"][name]).read_text(encoding="utf-8"))
    return record


@contextmanager
def _rows(stack: Stack) -> Iterator[psycopg.Connection[Any]]:
    """The portal's own database."""
    with closing(psycopg.connect(stack["postgres"]["url"], autocommit=True)) as rows:
        yield rows
