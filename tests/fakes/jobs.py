"""Nomad in memory: compare-and-set registration, and allocations that move when told to."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from drivers import safe
from drivers.nomad.errors import STORAGE
from kernel.errors import Misconfigured, OutsideConflict, OutsideRefused, Unavailable
from kernel.names import is_full_slug, slug_of_volume
from orchestration.machines import NodeState
from orchestration.ports import AllocState, JobLine, JobPlan, JobState, JobStatus, PlacementFailure, Use
from orchestration.specs import VolumeKind
from orchestration.storage import Home, VolumeState
from tests.fakes.allocations import FakeAlloc
from tests.fakes.fakejob import FakeJob
from tests.fakes.faults import Faults, answers
from tests.fakes.troubles import Trouble

PART = "nomad"
MACHINE = NodeState(
    id="00000000-0000-4000-8000-0000000000f1",
    name="node-1",
    status="ready",
    eligible=True,
    datacenter="dc1",
    node_pool="default",
    version="2.0.5",
    drivers={"docker": True, "exec": False},
    cpu_mhz=8000,
    memory_mib=16384,
    disk_mib=100_000,
    allocated_cpu_mhz=0,
    allocated_memory_mib=0,
)


class FakeJobs(Faults):
    """The port `Jobs`. `advance()` moves every job by one step; `trouble` says what goes wrong with which."""

    part = PART

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, FakeJob] = {}
        self.purged: dict[str, FakeJob] = {}  #: jobs that are gone while their allocations still end
        self.volumes: dict[str, int] = {}
        self.kinds: dict[str, VolumeKind] = {}  #: of the volumes
        self.homes: dict[str, Home] = {}  #: of host volumes that stand on another machine than the usual
        self.csi_plugin = "nfs"  #: empty: the lab has none
        self.logs: dict[tuple[str, str], str] = {}  #: (allocation id, stream) -> text
        self.machines = [MACHINE]
        self.uses: dict[str, Use] = {}  #: allocation id -> what it uses, where a test says so
        self.trouble: dict[str, Trouble] = {}  #: job id, or "*" for all
        self.may_purge = True
        self.passing: Callable[[FakeAlloc], bool] = lambda _: True  #: whether the alloc's check passes
        self.missing: Callable[[Mapping[str, Any]], str] = lambda _: ""  #: secret that a job's templates lack
        self.refused: Callable[[Mapping[str, Any]], str] = lambda _: ""  #: why Vault lets a job not log in
        self.keeps: Callable[[Mapping[str, Any]], str] = lambda _: ""  #: what a batch job does and says
        self._index = 100
        self._number = 0

    def next_index(self) -> int:
        """A new index, as every write to Nomad's state takes one."""
        self._index += 1
        return self._index

    def next_number(self) -> int:
        """A number for a new allocation."""
        self._number += 1
        return self._number

    def trouble_of(self, job: Mapping[str, Any]) -> Trouble | None:
        """What goes wrong with a job now."""
        found = self.trouble.get(str(job["ID"]), self.trouble.get("*"))
        return found if found is not None and found.troubles(job) else None

    def advance(self) -> None:
        """Move every job by one step."""
        for job in [*self.jobs.values(), *self.purged.values()]:
            job.step(self)
        self.purged = {name: job for name, job in self.purged.items() if job.live()}

    def collect_garbage(self) -> None:
        """Forget dead jobs, as Nomad does after four hours."""
        self.jobs = {name: job for name, job in self.jobs.items() if job.status() != "dead"}

    def crash(self, job_id: str, *, exit_code: int = 1, oom: bool = False) -> None:
        """Let a running app's allocations fail now; Nomad replaces them at the next steps."""
        for alloc in self.jobs[job_id].live():
            alloc.fail(Trouble("oom" if oom else "exit", exit_code=exit_code))

    def lose_node(self, job_id: str) -> None:
        """The node stops answering: its allocations are lost."""
        for alloc in self.jobs[job_id].live():
            alloc.client_status = "lost"

    def tamper(self, job_id: str, **changes: Any) -> None:
        """Somebody else edits the job behind the portal's back."""
        self.jobs[job_id].accept({**self.jobs[job_id].raw, **changes}, self)

    @staticmethod
    def _check_log(alloc_id: str, task: str, stream: str) -> None:
        safe.uuid(PART, alloc_id)
        safe.word(PART, task)
        if stream not in {"stdout", "stderr"}:
            raise OutsideRefused(PART, f"not a log: {stream!r}")

    @answers
    def status(self, job_id: str) -> JobStatus:
        job = self.jobs.get(safe.job(PART, job_id))
        if job is None:
            gone = self.purged.get(job_id)
            return JobStatus(job=None, allocations=tuple(a.seen() for a in gone.live()) if gone else ())
        return job.seen()

    @answers
    def plan(self, job: Mapping[str, Any]) -> JobPlan:
        standing = self.jobs.get(safe.job(PART, str(job["ID"])))
        group = job["TaskGroups"][0]["Name"]
        trouble = self.trouble_of(job)
        failures: dict[str, PlacementFailure] = {}
        if trouble is not None and trouble.kind == "placement":
            failures[group] = trouble.placement()
        kind, updates = ("Added", {"place": int(job["TaskGroups"][0].get("Count", 1))})
        if standing is not None:
            kind, updates = standing.compare(job)
        index = standing.modify_index if standing else 0
        return JobPlan(kind, {group: updates}, failures, "", index)

    @answers
    def register(self, job: Mapping[str, Any], *, expected_index: int) -> int:
        name = safe.job(PART, str(job.get("ID", "")))
        standing = self.jobs.get(name)
        if not job.get("TaskGroups"):
            raise OutsideRefused("nomad", "1 error occurred:\n\t* Missing job task groups\n\n")
        if expected_index != (standing.modify_index if standing else 0):
            told = (
                "job already exists"
                if expected_index == 0
                else "job exists with conflicting job modify index"
            )
            raise OutsideConflict("nomad", f"Enforcing job modify index {expected_index}: {told}")
        if standing is None:
            standing = self.jobs[name] = FakeJob(name)
        standing.accept(dict(job), self)
        return standing.modify_index

    @answers
    def promote(self, deployment_id: str) -> None:
        name = safe.uuid(PART, deployment_id)
        for job in self.jobs.values():
            if job.seen_deployment().id == name and job.may_promote():
                return job.promote()
        raise OutsideConflict("nomad", "can't update a terminal deployment, or a canary is not healthy")

    @answers
    def stop(self, job_id: str, *, purge: bool = False) -> None:
        if purge and not self.may_purge:
            raise Misconfigured("nomad", "Permission denied")
        job = self.jobs.get(safe.job(PART, job_id))
        if job is None:
            return
        job.stop(self)
        if purge:
            self.purged[job_id] = self.jobs.pop(job_id)

    @answers
    def log_tail(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> str:
        self._check_log(alloc_id, task, stream)
        return self.logs.get((alloc_id, stream), "").encode()[-limit_bytes:].decode(errors="replace")

    @answers
    def log_read(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> Iterator[str]:
        return iter([self.log_tail(alloc_id, task, stream, limit_bytes=limit_bytes)])

    @answers
    def log_follow(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> Iterator[str]:
        self._check_log(alloc_id, task, stream)
        return iter([self.logs.get((alloc_id, stream), "")])

    @answers
    def volume_exists(self, name: str, *, kind: VolumeKind = "host") -> bool:
        return self.kinds.get(safe.word(PART, name)) == kind

    @answers
    def create_volume(self, name: str, *, size_mib: int, kind: VolumeKind = "host") -> None:
        if kind == "csi" and not self.csi_plugin:
            raise Misconfigured(STORAGE, "the lab names no CSI plugin (CSI_PLUGIN_ID)")
        self.volumes.setdefault(safe.word(PART, name), size_mib)
        self.kinds.setdefault(name, kind)

    @answers
    def delete_volume(self, name: str, *, kind: VolumeKind = "host") -> None:
        if self.kinds.get(safe.word(PART, name)) == kind:
            jobs = [*self.jobs.values(), *self.purged.values()]
            if any(name in alloc.sources() for job in jobs for alloc in job.live()):
                raise Unavailable(PART if kind == "host" else STORAGE, f"volume {name} in use")
            home = self.homes.get(name)
            if home is not None and home.away and not home.gone:
                raise Unavailable(PART, "volume cannot be removed from unknown node without force=true")
            self.volumes.pop(name, None)
            self.kinds.pop(name, None)

    @answers
    def volume_homes(self, name: str) -> tuple[Home, ...]:
        stands = self.kinds.get(safe.word(PART, name)) == "host"
        return (self.homes.get(name, Home(MACHINE.name, MACHINE.status)),) if stands else ()

    @answers
    def list_volumes(self) -> tuple[VolumeState, ...]:
        found = ((name, kind) for name, kind in self.kinds.items() if slug_of_volume(name))
        return tuple(
            VolumeState(name, name, kind, MACHINE.id if kind == "host" else "") for name, kind in found
        )

    @answers
    def list_ours(self) -> tuple[JobState, ...]:
        found = [job.seen().job for job in self.jobs.values()]
        return tuple(state for state in found if state and "paillasse.app" in state.meta)

    @answers
    def statuses(self) -> tuple[JobLine, ...]:
        return tuple(job.line() for name, job in self.jobs.items() if is_full_slug(name))

    @answers
    def allocations(self) -> tuple[AllocState, ...]:
        jobs = [*self.jobs.values(), *self.purged.values()]
        return tuple(alloc.seen() for job in jobs for alloc in job.allocations)

    @answers
    def usage(self, alloc_id: str) -> Use | None:
        safe.uuid(PART, alloc_id)
        live = {
            each.id for job in self.jobs.values() for each in job.live() if each.client_status == "running"
        }
        return self.uses.get(alloc_id, Use(20.0, 40.0)) if alloc_id in live else None

    @answers
    def nodes(self) -> tuple[NodeState, ...]:
        return tuple(self.machines)
