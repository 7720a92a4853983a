"""Fixtures of the flows: each of the cast with a token, what stands outside, and a clean table afterwards."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from tests.flows.client import Api
from tests.flows.outside import Outside


@pytest.fixture(scope="session")
def outside(stack: dict[str, Any]) -> Outside:
    """Nomad, OpenBao, Consul and Traefik, read past the portal."""
    return Outside(stack)


@pytest.fixture
def api(stack: dict[str, Any]) -> Iterator[Callable[[str], Api]]:
    """`api("alice")`: the portal's API as that person; what a test leaves of its apps is deleted after it."""
    opened: dict[str, Api] = {}

    def open_for(name: str) -> Api:
        return opened.setdefault(name, Api(stack["portal"]["bind_url"], stack["tokens"][name]))

    yield open_for
    for person in opened.values():
        person.clear()


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Give names that no earlier test took."""
    return lambda stem: f"{stem}-{uuid4().hex[:6]}"


@pytest.fixture
def process(stack: dict[str, Any]) -> Callable[[str], psutil.Process]:
    """`process("worker")`: a process of the portal as its keeper last recorded it."""

    def find(name: str) -> psutil.Process:
        record = json.loads(Path(stack["processes"][name]).read_text(encoding="utf-8"))
        return psutil.Process(record["pid"])

    return find
