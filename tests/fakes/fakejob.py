"""One job of the fake Nomad: its versions, its allocations, its deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from orchestration.deployment import DeploymentState
from orchestration.ports import AllocLine, JobLine, JobState, JobStatus
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
    submitted: int = 0
    stopped: bool = False
    allocations: list[FakeAlloc] = field(default_factory=list)
    deployment: str = "running"
    canaries: int = 0
    promoted: bool = False
    stable: dict[str, Any] | None = None  #: what was last proved good
    blocked: Trouble | None = None

    def live(self) -> list[FakeAlloc]:
        """Allocations whose tasks run or may still run."""
        return [alloc for alloc in self.allocations if alloc.live]

    def current(self) -> list[FakeAlloc]:
        """Live allocations that should stay."""
        return [alloc for alloc in self.live() if alloc.desired_status == "run"]

    @property
    def batch(self) -> bool:
        """Whether it ends by itself."""
        return self.raw.get("Type") == "batch"

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
        group = wanted["TaskGroups"][0]
        standing = [alloc for alloc in self.current() if not alloc.canary]
        old = [alloc for alloc in standing if _replacing(alloc.raw) != _replacing(wanted)]
        canaries = int((group.get("Update") or {}).get("Canary") or 0) if old else 0
        updates = {
            "canary": canaries,
            "destructive_update": 0 if canaries else len(old),
            "in_place_update": len(standing) - len(old),
            "ignore": len(old) if canaries else 0,
            "place": max(0, int(group.get("Count", 1)) - len(standing)),
            "stop": max(0, len(standing) - int(group.get("Count", 1))),
        }
        return "Edited", {name: number for name, number in updates.items() if number}

    def accept(self, wanted: dict[str, Any], world: FakeJobs) -> None:
        """Take a registration: nothing new, an update in place, new allocations, or canaries."""
        if self.version >= 0 and self.compare(wanted)[0] == "None":
            return
        self._retire([alloc for alloc in self.current() if alloc.canary])
        old = [alloc for alloc in self.current() if _replacing(alloc.raw) != _replacing(wanted)]
        update = wanted["TaskGroups"][0].get("Update") or {}
        self.canaries = int(update.get("Canary") or 0) if old else 0
        self.promoted = False
        if not self.canaries:
            self._retire(old)
        self.raw, self.stopped, self.blocked = wanted, False, None
        self.version += 1
        self.modify_index = self.submitted = world.next_index()
        self.deployment = "running"
        for alloc in self.current():
            if alloc not in old:
                alloc.job_version, alloc.healthy, alloc.raw = self.version, None, wanted

    def held_back(self) -> bool:
        """Whether canaries stand, or are to stand, beside the version before."""
        return self.canaries > 0 and not self.promoted and self.deployment == "running"

    def may_promote(self) -> bool:
        """Whether all canaries are healthy."""
        healthy = [alloc for alloc in self.current() if alloc.canary and alloc.healthy]
        return self.held_back() and len(healthy) >= self.canaries

    def promote(self) -> None:
        """The canaries are copies like others from now on; what is older gives way."""
        self.promoted = True
        self._retire([alloc for alloc in self.current() if alloc.job_version != self.version])
        for alloc in self.current():
            alloc.canary = False

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
        mine = [alloc for alloc in self.current() if alloc.canary == self.held_back()]
        wanted = self.canaries if self.held_back() else self.count()
        self._retire(mine[wanted:])
        if self.batch and self.allocations:
            mine = self.allocations  # it had its one try
        if self.deployment != "failed" and len(mine) < wanted:
            self._place(wanted - len(mine), world)
        for alloc in self.current():  # what stands beside canaries goes on too
            self._move(alloc, world)
        self._judge(world)

    def _place(self, number: int, world: FakeJobs) -> None:
        trouble = world.trouble_of(self.raw)
        if trouble is not None and trouble.kind == "placement":
            self.blocked = trouble
            return
        self.blocked = None
        tasks = tuple(task["Name"] for task in self.raw["TaskGroups"][0]["Tasks"])
        for _ in range(number):
            alloc = FakeAlloc(world.next_number(), self.id, tasks, self.version, raw=self.raw)
            alloc.modify_index, alloc.canary = world.next_index(), self.held_back()
            alloc.say("Received", "Task received by client")
            self.allocations.append(alloc)

    def _move(self, alloc: FakeAlloc, world: FakeJobs) -> None:
        trouble = world.trouble_of(alloc.raw)
        kind = trouble.kind if trouble else None
        alloc.modify_index = world.next_index()
        if alloc.client_status == "pending":
            self._start(alloc, world)
        elif self.batch:
            self._end(alloc, trouble, world)
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
        trouble = world.trouble_of(alloc.raw)
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

    @staticmethod
    def _end(alloc: FakeAlloc, trouble: Trouble | None, world: FakeJobs) -> None:
        """A batch job's program ends by itself: it has said on its output what came of it."""
        if trouble and trouble.kind in {"exit", "oom"}:
            world.logs[alloc.id, "stderr"] = trouble.message
            alloc.fail(trouble)
            return
        world.logs[alloc.id, "stdout"] = world.keeps(world.jobs[alloc.job_id].raw)
        alloc.say("Terminated", "Exit Code: 0", exit_code=0)
        alloc.client_status = "complete"

    def _judge(self, world: FakeJobs) -> None:
        """The deployment's verdict; a finished one stays as it is."""
        if self.deployment != "running":
            return
        mine = [alloc for alloc in self.allocations if alloc.job_version == self.version]
        if any(alloc.healthy is False for alloc in mine):
            self.deployment = "failed"
            self._revert(world)
        elif self.held_back():
            update = self.raw["TaskGroups"][0]["Update"]
            if self.may_promote() and update.get("AutoPromote"):
                self.promote()
        elif sum(alloc.healthy is True for alloc in mine) >= self.count():
            self.deployment, self.stable = "successful", self.raw

    def _revert(self, world: FakeJobs) -> None:
        """Back to the newest version that was proved good, where the job asks for that."""
        update = self.raw["TaskGroups"][0].get("Update") or {}
        if update.get("AutoRevert") and self.stable is not None and self.stable != self.raw:
            self.accept(self.stable, world)

    def seen_deployment(self) -> DeploymentState:
        """The newest deployment."""
        told = {
            "successful": "Deployment completed successfully",
            "failed": "Failed due to unhealthy allocations",
        }
        update = self.raw["TaskGroups"][0].get("Update") or {}
        return DeploymentState(
            id=str(uuid5(NAMESPACE_OID, f"{self.id}:{self.version}")),
            job_version=self.version,
            status=self.deployment,
            description=told.get(self.deployment, "Deployment is running"),
            healthy=sum(a.healthy is True for a in self.allocations if a.job_version == self.version),
            desired=self.count(),
            canaries=self.canaries,
            promoted=self.promoted,
            auto_promote=bool(self.canaries and update.get("AutoPromote")),
        )

    def line(self) -> JobLine:
        """As the list of all jobs shows it."""
        allocs = tuple(AllocLine(a.job_version, a.client_status, a.healthy) for a in self.allocations)
        moving = self.deployment == "running" and not self.stopped
        return JobLine(self.id, self.version, self.submitted, self.stopped, allocs, moving)

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
            submitted_ns=self.submitted,
        )
        return JobStatus(
            job=state,
            allocations=tuple(alloc.seen() for alloc in self.allocations),
            deployment=self.seen_deployment(),
            blocked=self.blocked.placement() if self.blocked else None,
        )
