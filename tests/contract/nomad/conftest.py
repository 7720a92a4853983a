"""Each test of this folder runs over solo, and over a real Nomad where CONTRACT_NOMAD_ADDR names one.

./deploy/test sets it: to the NOMAD_ADDR that it was given, or to the Nomad that it started.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import stack as stack_file
from tests.contract.nomad import examples, servers
from tests.contract.nomad.target import Target


def _whole() -> list[str]:
    """Who uses the stack's Consul and OpenBao: a Nomad with others of its own does not."""
    known = servers.REAL and stack_file.FILE.is_file()
    in_stack = known and stack_file.load()["nomad"]["url"] == servers.REAL.rstrip("/")
    return servers.TARGETS if in_stack else ["solo"]


@pytest.fixture(scope="session")
def solo_alone() -> Iterator[servers.Solo]:
    """A solo that knows no Consul and no OpenBao."""
    with _reachable() as folder, servers.solo(folder) as server:
        yield server


@pytest.fixture(scope="session")
def solo_in_stack(stack: dict[str, Any]) -> Iterator[servers.Solo]:
    """A solo that uses the stack's Consul and OpenBao."""
    consul, vault = stack["consul"], stack["vault"]
    options = {"consul": consul["url"], "consul_token": consul["token"], "vault": vault["url"]}
    with _reachable() as folder, servers.solo(folder, **options) as server:
        yield server


@contextlib.contextmanager
def _reachable() -> Iterator[Path]:
    """A folder that the unprivileged user of solo's tasks may walk through: pytest's own it may not."""
    with tempfile.TemporaryDirectory(prefix="solo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def real_nomad() -> Target:
    """The Nomad at CONTRACT_NOMAD_ADDR."""
    return servers.real(servers.REAL)


@pytest.fixture(scope="session", params=servers.TARGETS)
def nomad(request: pytest.FixtureRequest) -> Target:
    """The server asked, for what needs neither Consul nor OpenBao."""
    if request.param == "nomad":
        found: Target = request.getfixturevalue("real_nomad")
        return found
    server: servers.Solo = request.getfixturevalue("solo_alone")
    return server.target()


@pytest.fixture(scope="session", params=_whole())
def whole(request: pytest.FixtureRequest) -> Target:
    """The server asked, with the stack's Consul and OpenBao. For tests marked `stack`."""
    if request.param == "nomad":
        found: Target = request.getfixturevalue("real_nomad")
        return found
    server: servers.Solo = request.getfixturevalue("solo_in_stack")
    return server.target()


@pytest.fixture(scope="session")
def kept(nomad: Target) -> Iterator[dict[str, Any]]:
    """A job that runs during all tests, and its allocation."""
    job = examples.sleeper("kept")
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        yield {"job": job, "alloc": nomad.wait_alloc(job["ID"], "running")["ID"]}
