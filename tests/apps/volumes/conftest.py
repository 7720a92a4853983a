"""A template that keeps data, and an app of it that runs."""

from typing import Any

import pytest

from apps.accounts.models import Person
from apps.workloads.models import App
from kernel.names import OutsideNames
from orchestration.states import ObservedState
from tests.apps.volumes.node import Node
from tests.apps.workloads.chain import Chain
from tests.factories import catalogue
from tests.factories.apps import submit

SIZES: dict[str, Any] = {
    "default": "S",
    "sizes": {"S": {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": 20}},
    "bounds": {
        "cpu_mhz": {"min": 20, "max": 8000},
        "memory_mib": {"min": 32, "max": 8192},
        "count": {"min": 1, "max": 1},
        "storage_mib": {"min": 10, "max": 1000000},
    },
}
DATA = [{"name": "data", "destination": "/data"}]


@pytest.fixture
def node(db: None) -> Node:
    """One that runs keepers; the template `book` has the volume `data`, `bare` version 2 has none."""
    catalogue.template("book", resources=SIZES, volumes=DATA)
    return Node(Chain())


@pytest.fixture
def book(node: Node, alice: Person) -> App:
    """An app of alice's that runs and holds five MiB."""
    app = submit(alice, "book", template="book").app
    node.chain.until(app, ObservedState.RUNNING)
    node.disk[source(app)] = b"a day's work" * (5 * 1024 * 1024 // 12)
    return App.objects.get(id=app.id)


def source(app: App, name: str = "data") -> str:
    """The volume's name outside."""
    return OutsideNames(app.slug).volume(name)
