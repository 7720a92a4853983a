"""A Nomad in memory that allows some things, and its machines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import Misconfigured, OutsideConflict
from orchestration.machines import NodeState
from portal.doctor import nomad
from portal.doctor.findings import Level, Report


def found(report: Report, level: Level = Level.WARNING) -> set[str]:
    """Codes at this level and worse."""
    return {each.code for each in report.findings if each.level >= level}


@dataclass
class Jobs:
    """A Nomad that allows some things."""

    may: set[str]
    told: str = "2.0.6"
    named: str = ""
    done: list[str] = field(default_factory=list)

    def _need(self, right: str) -> None:
        if right not in self.may:
            raise Misconfigured("nomad", "Permission denied")

    def version(self) -> str:
        return self.told

    def edition(self) -> str:
        return self.named

    def list_ours(self) -> tuple[object, ...]:
        self._need("list")
        return ()

    def listed(self, *_segments: str) -> Iterator[object]:
        self._need("nodes")
        return iter(())

    def nodes(self) -> tuple[NodeState, ...]:
        self._need("nodes")
        return (machine(),)

    def plan(self, job: dict[str, Any]) -> None:
        self._need("plan")
        assert job["ID"] == nomad.PROBE

    def register(self, job: dict[str, Any], *, expected_index: int) -> None:
        self._need("register")
        self.done.append(f"register {job['ID']} at {expected_index}")
        raise OutsideConflict("nomad", "Enforcing job modify index: job does not exist")

    def stop(self, job_id: str, *, purge: bool = False) -> None:
        self._need("purge" if purge else "stop")
        self.done.append(f"stop {job_id}")


def machine(**changes: Any) -> NodeState:
    values: dict[str, Any] = {
        "id": "1",
        "name": "n1",
        "status": "ready",
        "eligible": True,
        "datacenter": "lab",
        "node_pool": "default",
        "version": "2.0.6",
        "drivers": {"docker": True},
        "cpu_mhz": 1,
        "memory_mib": 1,
        "disk_mib": 1,
        "allocated_cpu_mhz": 0,
        "allocated_memory_mib": 0,
    }
    return NodeState(**{**values, **changes})
