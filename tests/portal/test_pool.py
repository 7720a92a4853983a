"""Waiting for a connection: long where others use them all, not long where there can be none."""

import runpy
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from psycopg_pool import PoolTimeout

from portal.database import base
from tests.atonce import at_once
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
BURST = 50


def database(monkeypatch: pytest.MonkeyPatch, process: str) -> dict[str, Any]:
    """The settings of a process's database."""
    monkeypatch.setenv("PROCESS", process)
    found: dict[str, Any] = runpy.run_path(str(ROOT / "platform/portal/settings.py"))["DATABASES"]["default"]
    return found


def test_web_waits_three_seconds_at_the_most_for_what_cannot_come(monkeypatch: pytest.MonkeyPatch) -> None:
    web = database(monkeypatch, "web")
    pool = web["OPTIONS"]["pool"]
    assert web["ENGINE"] == "portal.database"
    assert 2 <= pool["timeout"] <= 3
    assert pool["reconnect_timeout"] < pool["timeout"], "in each wait there is an attempt to connect"
    assert 3 * pool["timeout"] <= base.BUSY_S, "a burst that merely queues is served"
    assert web["OPTIONS"]["connect_timeout"] <= 3, "nor does a server that takes no connection hold one up"


def test_others_have_no_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = database(monkeypatch, "worker")
    assert worker["ENGINE"] == "django.db.backends.postgresql"
    assert worker["OPTIONS"]["pool"] is False


def wrapper(**changes: Any) -> base.DatabaseWrapper:
    """One request's way to a pool of the tests' own database; the tests' own connection has none."""
    pool = {"min_size": 1, "max_size": 1, "timeout": 0.05, "reconnect_timeout": 2}
    options = {**connection.settings_dict["OPTIONS"], "pool": pool}
    changes = {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "OPTIONS": options, **changes}
    return base.DatabaseWrapper({**connection.settings_dict, **changes}, alias=DEFAULT_DB_ALIAS)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens, and that nobody else can take."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.django_db
def test_without_a_server_nobody_waits_as_for_a_busy_one(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    """Waiting as long as for a busy pool, this test would never end."""
    monkeypatch.setattr(base, "BUSY_S", float("inf"))
    away = wrapper(HOST="127.0.0.1", PORT=closed_port)
    try:
        for _request in range(3):
            with pytest.raises(OperationalError):
                away.ensure_connection()
    finally:
        away.close_pool()


@pytest.mark.django_db
def test_a_burst_that_merely_queues_is_served() -> None:
    """All wait, each longer than one wait of the pool, while one request has the only connection."""
    held = wrapper()
    held.inc_thread_sharing()
    held.ensure_connection()

    def asked() -> int:
        mine = wrapper()
        with closing(mine), mine.cursor() as cursor:
            cursor.execute("SELECT 1")
            return int(cursor.fetchone()[0])

    def let_go() -> int:
        queued = BURST * 2  # each has waited in vain, some twice
        wait_for(lambda: held.pool.get_stats().get("requests_errors", 0) >= queued, 60, "all have queued")
        held.close()
        return 1

    try:
        assert at_once([let_go, *[asked] * BURST]) == [1] * (BURST + 1)
    finally:
        held.close()
        held.close_pool()


class Full:
    """A pool whose connections are all in use, and a clock that each wait moves on."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, 0

    def open(self) -> None:
        """Opened already."""

    def get_stats(self) -> dict[str, int]:
        return {"connections_errors": 7}

    def getconn(self) -> None:
        self.now += 2.5
        self.waits += 1
        raise PoolTimeout


def test_a_busy_pool_is_waited_for_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Full()
    monkeypatch.setattr(base, "monotonic", lambda: full.now)
    monkeypatch.setattr(base.DatabaseWrapper, "pool", full)
    with pytest.raises(PoolTimeout):
        wrapper().get_new_connection({})
    assert full.waits * 2.5 == base.BUSY_S
