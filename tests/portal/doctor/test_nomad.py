"""Nomad: advice for each version, rights of each process, machines."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytest_django import Settings as DjangoSettings

from kernel.errors import Unavailable
from orchestration.machines import NodeState
from portal.doctor import nomad
from portal.doctor.findings import Level, Report
from portal.doctor.processes import Process
from tests.portal.doctor.nomads import Jobs, found, machine


def process(name: str, jobs: Any = None, **more: Any) -> Process:
    """A process whose Nomad is a fake."""
    return cast(
        "Process", SimpleNamespace(name=name, opened=SimpleNamespace(jobs=jobs, **more), has_vault=True)
    )


VERSIONS = [
    ("1.6.9", Level.ERROR, "nomad.too_old"),
    ("1.7.0", Level.WARNING, "nomad.coarse_rights"),
    ("1.11.1", Level.WARNING, "nomad.coarse_rights"),
    ("1.11.2", Level.WARNING, "nomad.race"),
    ("2.0.0", Level.WARNING, "nomad.race"),
    ("2.0.3", Level.WARNING, "nomad.older"),
    ("2.0.4", Level.OK, "part.version"),
    ("2.0.5", Level.WARNING, "nomad.restarts"),
    ("2.0.5+ent", Level.WARNING, "nomad.restarts"),
    ("2.0.6", Level.OK, "part.version"),
    ("v2.1.0", Level.OK, "part.version"),
    ("2.1.0-beta.1", Level.OK, "part.version"),
    ("two", Level.WARNING, "nomad.unknown_version"),
]


@pytest.mark.parametrize(("version", "level", "code"), VERSIONS, ids=[each[0] for each in VERSIONS])
def test_advice_for_each_version_of_nomad(version: str, level: Level, code: str) -> None:
    report = Report()
    nomad._version(report, cast("Any", Jobs(set(), version)))
    worst = max(report.findings, key=lambda each: each.level)
    assert (worst.level, worst.code) == (level, code)


def test_solo_is_called_what_it_is() -> None:
    report = Report()
    nomad._version(report, cast("Any", Jobs(set(), "2.0.5", "solo")))
    assert [(each.level, each.code) for each in report.findings] == [(Level.OK, "nomad.solo")]


RIGHTS = [
    ("web", {"list", "nodes", "plan"}, {}),
    ("web", {"list", "nodes"}, {"right.lacking": "plan"}),
    ("web", {"list", "nodes", "plan", "register"}, {"right.beyond": "register"}),
    ("worker", {"list", "plan", "register"}, {}),
    ("worker", {"list", "plan", "register", "purge"}, {}),
    ("worker", {"list", "plan"}, {"right.lacking": "register"}),
    ("watcher", {"list", "nodes"}, {}),
    ("watcher", {"list", "nodes", "purge"}, {"right.beyond": "purge"}),
    ("purge", {"purge"}, {}),
    ("purge", set(), {"right.lacking": "purge"}),
]


@pytest.mark.parametrize(("name", "may", "wanted"), RIGHTS)
def test_what_a_process_may_in_nomad(name: str, may: set[str], wanted: dict[str, str]) -> None:
    report, jobs = Report(), Jobs(may)
    nomad._rights(report, process(name, jobs))
    told = {each.code: each.facts["right"] for each in report.findings if each.level}
    assert told == wanted
    assert all(nomad.PROBE in each for each in jobs.done), "no job but one that does not exist"


def test_nobody_purges() -> None:
    for may, codes in ((set(), {"nomad.nobody_purges"}), ({"purge"}, set())):
        report = Report()
        nomad._purging(report, [process("worker", Jobs(may))])
        assert found(report) == codes


MACHINES = [
    ("none", (), "nomad.no_machine"),
    ("down", (machine(status="down"),), "nomad.no_machine"),
    ("drained", (machine(eligible=False),), "nomad.no_machine"),
    ("without the driver", (machine(drivers={"docker": False, "exec": True}),), "nomad.no_driver"),
    ("ready", (machine(), machine(status="down")), "nomad.machines"),
]


@pytest.mark.parametrize(("reason", "nodes", "code"), MACHINES, ids=[each[0] for each in MACHINES])
def test_machines(reason: str, nodes: tuple[NodeState, ...], code: str, settings: DjangoSettings) -> None:
    settings.ALLOWED_DRIVERS = ["docker"]
    report = Report()
    nomad._machines(report, nodes)
    assert [each.code for each in report.findings] == [code], reason


def test_a_part_that_does_not_answer_is_one_finding_of_its_own() -> None:
    class Down(Jobs):
        def version(self) -> str:
            raise Unavailable("nomad", "connection refused")

        def list_ours(self) -> tuple[object, ...]:
            raise Unavailable("nomad", "connection refused")

    report = Report()
    nomad.examine(report, [process("web", Down({"plan", "nodes"}))])
    assert found(report, Level.ERROR) == {"part.unavailable"}
    assert not report.sound
