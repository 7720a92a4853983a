"""Nomad: its version, its machines, and what each process may do there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import semver
from django.conf import settings

from drivers.nomad import NomadJobs
from kernel.errors import Misconfigured, OutsideConflict
from kernel.names import full_slug
from orchestration.machines import NodeState
from portal.doctor.findings import Report
from portal.doctor.processes import Process

PART = "Nomad"
PROBE = full_slug("paillasse", "doctor", UUID(int=0))  #: a name that no app gets
NEVER = 2**62  #: an index that no job has: what asks for it is refused after the right was looked at
#: process -> what it must be allowed, and what it must not
RIGHTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "web": (frozenset({"list", "nodes", "plan"}), frozenset({"register", "purge"})),
    "worker": (frozenset({"list", "plan", "register"}), frozenset()),
    "watcher": (frozenset({"list", "nodes"}), frozenset({"register", "purge"})),
    "purge": (frozenset({"purge"}), frozenset({"register"})),
}
#: below this version: how much it matters, and what is missing (design 8.13)
ADVICE = (
    ("1.7.0", "error", "nomad.too_old"),
    ("1.11.2", "warning", "nomad.coarse_rights"),
    ("2.0.1", "warning", "nomad.race"),
    ("2.0.4", "warning", "nomad.older"),
)
RESTARTS = "2.0.5"  #: restarts tasks that use Vault about every quarter of an hour, where they let it


def examine(report: Report, processes: list[Process]) -> None:
    """Everything about Nomad."""
    with report.trying(PART):
        _version(report, processes[0].opened.jobs)
    for process in processes:
        _rights(report, process)
    _purging(report, processes)
    with report.trying(PART):
        _machines(report, processes[0].opened.jobs.nodes())


def _version(report: Report, jobs: NomadJobs) -> None:
    told = jobs.version()
    if jobs.edition() == "solo":
        report.ok(PART, "nomad.solo", version=told)
        return
    try:
        version = semver.Version.parse(told.removeprefix("v"))
    except ValueError:
        report.warn(PART, "nomad.unknown_version", version=told)
        return
    report.ok(PART, "part.version", version=told)
    final = version.finalize_version()
    for below, level, code in ADVICE:
        if final < semver.Version.parse(below):
            (report.error if level == "error" else report.warn)(PART, code, version=told)
            return
    if str(final) == RESTARTS:
        report.warn(PART, "nomad.restarts", version=told)


def _rights(report: Report, process: Process) -> None:
    must, must_not = RIGHTS[process.name]
    tries = _tries(process.opened.jobs)
    lacking, beyond = [], []
    with report.trying(PART, process.name):
        for name in sorted(must | must_not):
            may = _allowed(tries[name])
            lacking += [name] if name in must and not may else []
            beyond += [name] if name in must_not and may else []
        for name in lacking:
            report.error(PART, "right.lacking", process.name, right=name)
        for name in beyond:
            report.warn(PART, "right.beyond", process.name, right=name)
        if not lacking and not beyond:
            report.ok(PART, "right.as_meant", process.name)


def _purging(report: Report, processes: list[Process]) -> None:
    """Somebody must purge: the worker, or a process of its own."""
    able = [each for each in processes if each.name in {"worker", "purge"}]
    with report.trying(PART):
        if able and not any(_allowed(_tries(each.opened.jobs)["purge"]) for each in able):
            report.warn(PART, "nomad.nobody_purges")


def _tries(jobs: NomadJobs) -> dict[str, Callable[[], Any]]:
    """Calls that show a right and change nothing: the job does not exist, and the index is no job's."""
    return {
        "list": jobs.list_ours,
        "nodes": lambda: next(jobs.listed("nodes"), None),
        "plan": lambda: jobs.plan(_job()),
        "register": lambda: jobs.register(_job(), expected_index=NEVER),
        "purge": lambda: jobs.stop(PROBE, purge=True),
    }


def _allowed(work: Callable[[], Any]) -> bool:
    """Whether the right is there. Raises Unavailable; a refusal of the content comes after the right."""
    try:
        work()
    except Misconfigured:
        return False
    except OutsideConflict:
        return True
    return True


def _job() -> dict[str, Any]:
    """A job that is sound and never wanted."""
    driver = settings.ALLOWED_DRIVERS[0]
    config: dict[str, Any] = (
        {"image": "paillasse/doctor:1"} if driver == "docker" else {"command": "/bin/true"}
    )
    task = {
        "Name": "app",
        "Driver": driver,
        "Config": config,
        "Resources": {"CPU": 20, "MemoryMB": 16},
    }
    return {
        "ID": PROBE,
        "Name": PROBE,
        "Type": "service",
        "Namespace": settings.NOMAD_NAMESPACE,
        **({"Region": settings.NOMAD_REGION} if settings.NOMAD_REGION else {}),
        "Datacenters": list(settings.NOMAD_DATACENTERS),
        "NodePool": settings.NOMAD_NODE_POOL,
        "TaskGroups": [{"Name": "app", "Count": 1, "Tasks": [task]}],
    }


def _machines(report: Report, nodes: tuple[NodeState, ...]) -> None:
    ready = [each for each in nodes if each.status == "ready" and each.eligible]
    if not ready:
        report.error(PART, "nomad.no_machine", count=len(nodes))
        return
    drivers = {name for each in ready for name, healthy in each.drivers.items() if healthy}
    usable = [name for name in settings.ALLOWED_DRIVERS if name in drivers]
    if usable:
        report.ok(PART, "nomad.machines", count=len(ready), drivers=", ".join(usable))
    else:
        report.error(PART, "nomad.no_driver", drivers=", ".join(settings.ALLOWED_DRIVERS))
