"""One job of the fake Nomad: its versions, its allocations, its deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestration.ports import DeploymentState, JobState, JobStatus
from tests.fakes.allocations import FakeAlloc
from tests.fakes.troubles import Trouble

if TYPE_CHECKING:
    from tests.fakes.jobs import FakeJobs

PATIENCE = 3  #: steps after which a deployment gives up on an allocation that does not get healthy
_IN_PLACE = (
    "Count",
    "Services",
    "Constraints",
    "Affinities",
    "Spreads",
    "Update",
    "RestartPolicy",
    "ReschedulePolicy",
)


def _replacing(job: Mapping[str, Any]) -> Any:
    """The part of a job whose change replaces its allocations (facts/nomad.md 3.2)."""
    groups = [{k: v for k, v in group.items() if k not in _IN_PLACE} for group in job["TaskGroups"]]
    return [job.get("Meta"), groups]


@dataclass
class FakeJob:
    """A registered job. Only its first task group is run: the portal renders one."""

    id: str
    raw: dict[str, Any] = field(default_factory=dict)
    version: int = -1
    modify_index: int = 0
    stopped: bool = False
    allocations: list[FakeAlloc] = field(default_factory=list)
    deployment: str = "running"
    blocked: Trouble | None = None

    def live(self) -> list[FakeAlloc]:
        """Allocations whose tasks run or may still run."""
        return [alloc for alloc in self.allocations if alloc.live]

    def current(self) -> list[FakeAlloc]:
        """Live allocations that should stay."""
        return [alloc for alloc in self.live() if alloc.desired_status == "run"]

    def count(self) -> int:
        """Copies that the job asks for."""
        return int(self.raw["TaskGroups"][0].get("Count", 1))

    def status(self) -> str:
        """Nomad's word for the whole job."""
        if self.stopped:
            return "running" if self.live() else "dead"
        return "running" if self.live() else "pending"

    def compare(self, wanted: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
        """Diff type and updates of a plan."""
        if dict(wanted) == self.raw and not self.stopped:
            return "None", {"ignore": self.count()}
        if _replacing(wanted) == _replacing(self.raw) and not self.stopped:
            return "Edited", {"in_place_update": self.count()}
        return "Edited", {"destructive_update": len(self.current())} if self.current() else {
            "place": self.count()
        }

    def accept(self, wanted: dict[str, Any], world: FakeJobs) -> None:
        """Take a registration: nothing new, an update in place, or new allocations."""
        if self.version >= 0:
            kind, updates = self.compare(wanted)
            if kind == "None":
                return
            if "in_place_update" not in updates:
                self._retire(self.current())
        self.raw, self.stopped, self.blocked = wanted, False, None
        self.version += 1
        self.modify_index = world.next_index()
        self.deployment = "running"
        for alloc in self.current():
            alloc.job_version, alloc.healthy = self.version, None

    def stop(self, world: FakeJobs) -> None:
        """Deregister without purging."""
        if not self.stopped:
            self.version += 1
            self.modify_index = world.next_index()
        self.stopped, self.blocked = True, None
        self._retire(self.current())

    @staticmethod
    def _retire(allocations: list[FakeAlloc]) -> None:
        for alloc in allocations:
            alloc.desired_status = "stop"

    def step(self, world: FakeJobs) -> None:
        """Move by one step: end what must end, place what is missing, move what stands."""
        for alloc in self.live():
            if alloc.desired_status == "stop":
                alloc.finish()
        if self.stopped:
            return
        standing = self.current()
        self._retire(standing[self.count() :])
        if self.deployment != "failed" and len(standing) < self.count():
            self._place(self.count() - len(standing), world)
        for alloc in standing[: self.count()]:
            self._move(alloc, world)
        self._judge()

    def _place(self, number: int, world: FakeJobs) -> None:
        trouble = world.trouble_of(self.id)
        if trouble is not None and trouble.kind == "placement":
            self.blocked = trouble
            return
        self.blocked = None
        tasks = tuple(task["Name"] for task in self.raw["TaskGroups"][0]["Tasks"])
        for _ in range(number):
            alloc = FakeAlloc(
                world.next_number(), self.id, tasks, self.version, modify_index=world.next_index()
            )
            alloc.say("Received", "Task received by client")
            self.allocations.append(alloc)

    def _move(self, alloc: FakeAlloc, world: FakeJobs) -> None:
        trouble = world.trouble_of(self.id)
        kind = trouble.kind if trouble else None
        alloc.modify_index = world.next_index()
        if alloc.client_status == "pending":
            self._start(alloc, world)
        elif alloc.healthy is None and trouble and kind in {"exit", "oom"}:
            alloc.fail(trouble)
        elif alloc.healthy is None and kind != "unhealthy" and world.passing(alloc):
            alloc.healthy = True
        elif alloc.healthy is None:
            alloc.waited += 1
            if alloc.waited >= PATIENCE and kind == "unhealthy":
                alloc.healthy = False
                alloc.say(
                    "Alloc Unhealthy",
                    "Task not running for min_healthy_time of 10s by healthy_deadline of 5m0s",
                )

    def _start(self, alloc: FakeAlloc, world: FakeJobs) -> None:
        trouble = world.trouble_of(self.id)
        if trouble and trouble.kind == "image":
            alloc.fail(
                trouble, image=str(self.raw["TaskGroups"][0]["Tasks"][0].get("Config", {}).get("image", ""))
            )
        elif why := world.refused(self.raw):
            alloc.fail(Trouble("slow", message=why))
        elif lacking := world.missing(self.raw):
            alloc.wait_for(lacking)
        elif trouble is None or trouble.kind != "slow":
            alloc.start()

    def _judge(self) -> None:
        """The deployment's verdict; a finished one stays as it is."""
        if self.deployment != "running":
            return
        mine = [alloc for alloc in self.allocations if alloc.job_version == self.version]
        if any(alloc.healthy is False for alloc in mine):
            self.deployment = "failed"
        elif sum(alloc.healthy is True for alloc in mine) >= self.count():
            self.deployment = "successful"

    def seen(self) -> JobStatus:
        """As the port shows it."""
        raw = {**self.raw, "JobModifyIndex": self.modify_index, "Version": self.version, "Stop": self.stopped}
        state = JobState(
            id=self.id,
            version=self.version,
            modify_index=self.modify_index,
            stopped=self.stopped,
            status=self.status(),
            meta=self.raw.get("Meta") or {},
            raw=raw,
        )
        told = {
            "successful": "Deployment completed successfully",
            "failed": "Failed due to unhealthy allocations",
        }
        deployment = DeploymentState(
            id=f"{self.id}:{self.version}",
            job_version=self.version,
            status=self.deployment,
            description=told.get(self.deployment, "Deployment is running"),
            healthy=sum(a.healthy is True for a in self.allocations if a.job_version == self.version),
            desired=self.count(),
        )
        return JobStatus(
            job=state,
            allocations=tuple(alloc.seen() for alloc in self.allocations),
            deployment=deployment,
            blocked=self.blocked.placement() if self.blocked else None,
        )
