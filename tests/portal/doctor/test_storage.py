"""The lab's CSI plugin: is it there, well and able, and may the processes that need it use it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytest_django import Settings as DjangoSettings

from drivers.nomad import PluginState
from kernel.errors import Misconfigured
from portal.doctor import storage
from portal.doctor.findings import Level, Report
from portal.doctor.processes import Process

ALL = frozenset({"create", "delete", "detach"})
WELL = {"controllers": 1, "controllers_expected": 1, "nodes": 2, "nodes_expected": 2, "creates": True}


class Csi:
    """What a token finds."""

    def __init__(self, held: frozenset[str], found: PluginState | None) -> None:
        self.held, self.found = held, found

    def state(self) -> PluginState | None:
        return self.found

    def rights(self, name: str) -> frozenset[str]:
        assert name.startswith("paillasse-doctor--"), "no volume but one that does not exist"
        return self.held


def process(name: str, csi: object) -> Process:
    return cast("Process", SimpleNamespace(name=name, opened=SimpleNamespace(jobs=SimpleNamespace(csi=csi))))


def plugin(**changes: Any) -> PluginState:
    return PluginState(provider="nfs.csi.k8s.io", version="4", **{**WELL, **changes})


def examined(*processes: Process) -> set[tuple[Level, str]]:
    report = Report()
    storage.examine(report, list(processes))
    return {(each.level, each.code) for each in report.findings if each.code != "right.as_meant"}


@pytest.fixture(autouse=True)
def lab(settings: DjangoSettings) -> None:
    settings.CSI_PLUGIN_ID = "nfs"


PLUGINS: list[tuple[PluginState | None, Level, str]] = [
    (plugin(), Level.OK, "csi.well"),
    (None, Level.ERROR, "csi.unknown"),
    (plugin(controllers=0, creates=False), Level.ERROR, "csi.no_controller"),
    (plugin(creates=False), Level.ERROR, "csi.makes_none"),
    (plugin(nodes=0), Level.ERROR, "csi.no_node"),
    (plugin(nodes=1), Level.WARNING, "csi.ailing"),
    (plugin(controllers=1, controllers_expected=2), Level.WARNING, "csi.ailing"),
]


@pytest.mark.parametrize(("found", "level", "code"), PLUGINS)
def test_how_the_plugin_is(found: PluginState | None, level: Level, code: str) -> None:
    assert examined(process("worker", Csi(ALL, found))) == {(level, code)}


RIGHTS = [
    ("worker", ALL, set()),
    ("worker", frozenset({"detach"}), {"create"}),
    ("worker", frozenset({"create", "delete"}), {"detach"}),
    ("purge", frozenset({"delete", "detach"}), set()),
    ("purge", frozenset({"create", "detach"}), {"delete"}),
]


@pytest.mark.parametrize(("name", "held", "lacking"), RIGHTS)
def test_who_may_use_it(name: str, held: frozenset[str], lacking: set[str]) -> None:
    report = Report()
    storage.examine(report, [process("web", None), process(name, Csi(held, plugin()))])
    told = {(each.process, each.facts["right"]) for each in report.findings if each.code == "csi.right"}
    assert told == {(name, right) for right in lacking}


def test_a_lab_without_a_plugin_is_told_nothing(settings: DjangoSettings) -> None:
    settings.CSI_PLUGIN_ID = ""
    assert examined(process("worker", None)) == set()


def test_who_asks_for_no_volume_is_not_tried() -> None:
    assert examined(process("web", None), process("watcher", None)) == set()


def test_a_token_that_may_read_no_plugin_is_one_finding() -> None:
    class Closed(Csi):
        def state(self) -> PluginState | None:
            raise Misconfigured("nomad", "Permission denied")

    assert examined(process("worker", Closed(ALL, None))) == {(Level.ERROR, "part.misconfigured")}
