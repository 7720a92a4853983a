"""The catalogue of notes, and the image of those in containers."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.managing import ROOT, manage
from tests.flows.volumes import pages, pythons

DRIVERS, KINDS = ("exec", "docker"), ("host", "csi")


@pytest.fixture(scope="session")
def image(stack: dict[str, Any]) -> None:
    """Build the image of the keeper and of the notes; without an engine neither is a container."""
    if stack["docker_host"]:
        pythons.build(stack["docker_host"])


@pytest.fixture(scope="module")
def catalogue(stack: dict[str, Any], image: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Load the notes beside the lab's own templates; afterwards the lab's own alone."""
    folder = tmp_path_factory.mktemp("catalogue")
    shutil.copytree(ROOT / "templates" / "catalogue", folder, dirs_exist_ok=True)
    for driver in DRIVERS:
        for kind in KINDS:
            pages.write(folder, driver, kind)
    manage("load_catalogue", str(folder), "--strict")
    yield folder
    manage("load_catalogue")
