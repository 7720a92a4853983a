"""Apps that go wrong: their image, their templates, a registry, and room in dana's project."""

import contextlib
import io
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from stack.parts.docker import archive
from tests.flows.client import Api
from tests.flows.managing import ROOT, manage
from tests.flows.reasons import mishaps
from tests.flows.reasons.registry import registry

LIMITS = {"apps": 60, "cpu_mhz": 200_000, "memory_mib": 400_000, "gpus": 4}


@pytest.fixture(scope="session")
def image(stack: dict[str, Any]) -> None:
    """Build the images of the apps that go wrong."""
    host = stack["docker_host"]  # without an engine these tests are not chosen: their apps are containers
    with contextlib.closing(docker.DockerClient(base_url=host)) as client:
        for tag, folder in ((mishaps.IMAGE, "image"), (mishaps.HOLLOW, "hollow")):
            context = archive(Path(__file__).parent / folder, ROOT / "var/parts/busybox/bin/busybox")
            client.images.build(fileobj=io.BytesIO(context), custom_context=True, tag=tag, rm=True)


@pytest.fixture(scope="module")
def templates(
    stack: dict[str, Any], image: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[threading.Event]:
    """Load the templates beside the lab's own, for each module anew; afterwards the lab's own alone.

    Their registry lets go of what it keeps waiting once the event is set.
    """
    port = int(stack["portal"]["bind_url"].rpartition(":")[2]) + 90
    folder = tmp_path_factory.mktemp("catalogue")
    shutil.copytree(ROOT / "templates" / "catalogue", folder, dirs_exist_ok=True)
    mishaps.write(folder, port)
    manage("load_catalogue", str(folder), "--strict")
    with registry(port) as let_go:
        yield let_go
    manage("load_catalogue")


@pytest.fixture(scope="session")
def roomy(stack: dict[str, Any]) -> Iterator[str]:
    """Dana's shared project with room for all of them; afterwards as it was."""
    bob = Api(stack["portal"]["bind_url"], stack["tokens"]["bob"])
    dana = Api(stack["portal"]["bind_url"], stack["tokens"]["dana"])
    project = dana.project("shared")["id"]
    before = {each["dimension"]: each["limit"] for each in bob.get(f"projects/{project}/quota/")}
    _limit(bob, project, LIMITS)
    yield project
    _limit(bob, project, {name: before[name] for name in LIMITS})


def _limit(bob: Api, project: str, limits: dict[str, int]) -> None:
    tag = bob.call("GET", f"projects/{project}/quota/").headers["ETag"]
    body = {"limits": limits, "reason": "apps that go wrong"}
    answer = bob.call("PATCH", f"projects/{project}/quota/", json=body, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
