"""Each test of this folder runs twice: over the fakes, and (marked `stack`) over the real drivers."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from drivers.wiring import Settings
from tests.contract.ports.world import FakeWorld, RealWorld, World, a_slug


def settings_of(stack: dict[str, Any]) -> Settings:
    """The worker's drivers, as the stack file says under `drivers`."""
    known = {field.name for field in fields(Settings)}
    told = {name: value for name, value in stack["drivers"].items() if name in known}
    told["csi_parameters"] = tuple(map(tuple, told["csi_parameters"]))  # JSON has lists alone
    return Settings(**told)


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.stack)])
def world(request: pytest.FixtureRequest, slug: str) -> Iterator[World]:
    """The five ports, and a way to let time pass."""
    found: World
    if request.param == "fake":
        found = FakeWorld()
    else:
        stack = request.getfixturevalue("stack")
        found = RealWorld(settings_of(stack), stack["apps_domain"])
    try:
        yield found
    finally:
        found.clean(slug)


@pytest.fixture
def slug() -> str:
    """The name of this test's app."""
    return a_slug()
