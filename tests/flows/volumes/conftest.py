"""The catalogue of notes, the image of those in containers, and the lives that are lived at once."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.flows.client import Api
from tests.flows.managing import ROOT, manage
from tests.flows.outside import Outside
from tests.flows.volumes import pages, pythons
from tests.flows.volumes.living import LIVES, World

DRIVERS, KINDS = ("exec", "docker"), ("host", "csi")
PEOPLE = ("alice", "bob", "charlie", "dana")


@pytest.fixture(scope="session")
def image(stack: dict[str, Any]) -> None:
    """Build the image of the keeper and of the notes; without an engine neither is a container."""
    if stack["docker_host"]:
        pythons.build(stack["docker_host"])


@pytest.fixture(scope="module")
def catalogue(stack: dict[str, Any], image: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Load the notes beside the lab's own templates, with and without a volume; then the lab's own alone."""
    folder = tmp_path_factory.mktemp("catalogue")
    shutil.copytree(ROOT / "templates" / "catalogue", folder, dirs_exist_ok=True)
    for version, mounts in (("1.0.0", True), ("2.0.0", False)):
        for driver in DRIVERS:
            for kind in KINDS:
                pages.write(folder, driver, kind, version=version, mounts=mounts)
        manage("load_catalogue", str(folder), "--strict")
    yield folder
    manage("load_catalogue")


@pytest.fixture(scope="module")
def lives(
    stack: dict[str, Any], outside: Outside, catalogue: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], None]]:
    """`lives(key)`: wait until the life of this key has ended, and raise what it raised.

    A life is mostly waiting: for the clock's next look, for a task to start. All that were chosen begin at
    the first call, each of a person of its own, whose quota no other takes.
    """
    chosen = {item.callspec.params.get("life") for item in request.session.items if hasattr(item, "callspec")}
    cast = dict(zip(LIVES, itertools.cycle(PEOPLE), strict=False))
    people = {name: Api(stack["portal"]["bind_url"], stack["tokens"][name]) for name in PEOPLE}
    with ThreadPoolExecutor(max_workers=len(LIVES)) as pool:
        begun = {
            key: pool.submit(live, World(stack, people[cast[key]], outside))
            for key, live in LIVES.items()
            if key in chosen
        }
        yield lambda key: begun[key].result()
    for person in people.values():
        person.clear()
