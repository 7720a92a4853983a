"""The seam: five ports drawn by our need. Drivers implement them; tests/fakes pass the same contract suite.

Every method raises kernel.errors.OutsideError or a child of it: Unavailable (look again; the outcome of a
write is unknown), OutsideConflict, OutsideRefused, Misconfigured. A missing object is None or an empty tuple,
and is only ever said after the server itself said so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from orchestration.deployment import DeploymentState
from orchestration.machines import NodeState
from orchestration.specs import VolumeKind
from orchestration.storage import Home, VolumeState


@dataclass(frozen=True)
class JobState:
    """A Nomad job as it stands."""

    id: str
    version: int
    modify_index: int  #: JobModifyIndex: the number for compare-and-set
    stopped: bool
    status: str  #: pending, running, dead
    meta: Mapping[str, str]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    submitted_ns: int = 0  #: when this version was registered: a job purged and made anew has another


@dataclass(frozen=True)
class AllocLine:
    """An allocation in the list of all jobs."""

    job_version: int
    client_status: str  #: pending, running, complete, failed, lost, unknown
    healthy: bool | None  #: the deployment's verdict


@dataclass(frozen=True)
class JobLine:
    """A job in the list of all, with what a look at it alone would tell of its health."""

    id: str
    version: int
    submitted_ns: int
    stopped: bool
    allocations: tuple[AllocLine, ...] = ()  #: those that ended too, until Nomad forgets them
    moving: bool = False  #: its newest deployment is under way


@dataclass(frozen=True)
class TaskEvent:
    """One line of an allocation's story."""

    at_ns: int
    type: str
    message: str
    exit_code: int | None = None
    fails_task: bool = False


@dataclass(frozen=True)
class AllocState:
    """An allocation, as far as the portal reads it."""

    id: str
    job_version: int
    client_status: str  #: pending, running, complete, failed, lost, unknown
    desired_status: str  #: run, stop, evict
    healthy: bool | None  #: the deployment's verdict
    canary: bool
    node_name: str
    tasks: Mapping[str, tuple[TaskEvent, ...]]
    task_states: Mapping[str, str]  #: task -> pending, running, dead
    failed: bool
    oom_killed: bool
    modify_index: int = 0
    job_id: str = ""
    cpu_mhz: int = 0  #: its limits, its tasks together; 0 where the list that told of it has none
    memory_mib: int = 0

    @property
    def runs(self) -> bool:
        """Whether it runs and should."""
        return self.client_status == "running" and self.desired_status == "run"


@dataclass(frozen=True)
class Use:
    """What an allocation uses now, its tasks together."""

    cpu_mhz: float
    memory_mib: float


@dataclass(frozen=True)
class PlacementFailure:
    """Why a group could not be placed, in Nomad's own figures."""

    nodes_evaluated: int
    nodes_filtered: int
    nodes_exhausted: int
    dimensions: Mapping[str, int]  #: "memory" -> number of nodes
    constraints: Mapping[str, int]  #: constraint text -> number of nodes
    nodes_available: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class JobStatus:
    """All that observing one job needs, read in as few calls as can be."""

    job: JobState | None
    allocations: tuple[AllocState, ...] = ()  #: where the job is gone, those that still run
    deployment: DeploymentState | None = None
    blocked: PlacementFailure | None = None


@dataclass(frozen=True)
class JobPlan:
    """What Nomad would do."""

    diff_type: str  #: None, Added, Edited, Deleted
    updates: Mapping[
        str, Mapping[str, int]
    ]  #: group -> {place, stop, in_place_update, destructive_update, ...}
    failures: Mapping[str, PlacementFailure]
    warnings: str
    modify_index: int
    diff: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Jobs(Protocol):
    """Nomad, through its HTTP API."""

    def status(self, job_id: str) -> JobStatus:
        """The job with its allocations, newest deployment and why it cannot be placed, if so."""
        ...

    def plan(self, job: Mapping[str, Any]) -> JobPlan:
        """What registering would do; changes nothing."""
        ...

    def register(self, job: Mapping[str, Any], *, expected_index: int) -> int:
        """Register by compare-and-set (0: only if new); returns the new JobModifyIndex.

        Raises OutsideConflict where the comparison was lost.
        """
        ...

    def promote(self, deployment_id: str) -> None:
        """Let a deployment's canaries in: the older version's allocations give way to them.

        Raises OutsideConflict where it has ended, or its canaries are not all healthy any more.
        """
        ...

    def stop(self, job_id: str, *, purge: bool = False) -> None:
        """Deregister; nothing happens where no such job stands. Purging needs its own right."""
        ...

    def log_tail(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> str:
        """The last bytes of stdout or stderr, decoded; empty where the allocation kept none."""
        ...

    def log_read(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> Iterator[str]:
        """The same last bytes, piece by piece, for what is too long to hold."""
        ...

    def log_follow(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> Iterator[str]:
        """The same last bytes, then what is written, until the task ends; empty text is a sign of life."""
        ...

    def volume_exists(self, name: str, *, kind: VolumeKind = "host") -> bool:
        """Whether a dynamic host volume, or a CSI volume, of that name stands."""
        ...

    def create_volume(self, name: str, *, size_mib: int, kind: VolumeKind = "host") -> None:
        """Make a volume; one that stands is left as it is. Misconfigured where the lab has no such plugin."""
        ...

    def delete_volume(self, name: str, *, kind: VolumeKind = "host") -> None:
        """Delete a volume with what it holds, if one stands; on a machine that Nomad forgot, forget it.

        Raises Unavailable while it is claimed, or its machine is away; claims that outlived are let go.
        """
        ...

    def volume_homes(self, name: str) -> tuple[Home, ...]:
        """The machines on which host volumes of that name stand: one, or none where none stands."""
        ...

    def list_volumes(self) -> tuple[VolumeState, ...]:
        """All volumes of the namespace whose names have the form of ours, of both kinds."""
        ...

    def list_ours(self) -> tuple[JobState, ...]:
        """All jobs that carry our mark (Meta paillasse.app). A listing tells no version: it is -1."""
        ...

    def statuses(self) -> tuple[JobLine, ...]:
        """All jobs of the namespace whose ids have the form of ours, with their allocations, in one call."""
        ...

    def allocations(self) -> tuple[AllocState, ...]:
        """All allocations of jobs whose ids have the form of ours, ended ones too, with limits."""
        ...

    def usage(self, alloc_id: str) -> Use | None:
        """What an allocation uses now; None where it does not run, or its machine knows no figures yet."""
        ...

    def nodes(self) -> tuple[NodeState, ...]:
        """The machines, with what is free on them."""
        ...


@dataclass(frozen=True)
class SecretState:
    """What is known of a KV path without reading its values."""

    path: str
    version: int  #: 0: nothing was written yet
    keys: tuple[str, ...]  #: names that custom metadata says were written
    metadata: Mapping[str, str]
    updated_at: str = ""
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)  #: key -> when it was written, by whom


@dataclass(frozen=True)
class SecretNames:
    """Full slugs of the apps that have each of the three things that the portal writes there."""

    paths: frozenset[str]
    policies: frozenset[str]
    roles: frozenset[str]


class Secrets(Protocol):
    """OpenBao or Vault."""

    def secret_state(self, path: str) -> SecretState | None:
        """What is known of a path; None where it does not exist."""
        ...

    def write_secret(
        self, path: str, values: Mapping[str, str], *, cas: int, metadata: Mapping[str, str]
    ) -> int:
        """Add or replace these keys (others stay) if the version is still `cas`; returns the new version.

        The worker may write and not read, so it uses KV v2 patch where the path exists.
        """
        ...

    def read_secret(self, path: str) -> Mapping[str, str]:
        """Values, for a reveal that was audited. Needs the second right (design 8.2)."""
        ...

    def destroy_secret(self, path: str) -> None:
        """Remove the path with all versions and metadata."""
        ...

    def policy(self, name: str) -> str | None:
        """Text of a policy."""
        ...

    def write_policy(self, name: str, text: str) -> None:
        """Create or replace a policy."""
        ...

    def delete_policy(self, name: str) -> None:
        """Delete a policy; nothing happens where none stands."""
        ...

    def role(self, name: str) -> Mapping[str, Any] | None:
        """A JWT role as the server holds it, its defaults filled in."""
        ...

    def write_role(self, name: str, role: Mapping[str, Any]) -> None:
        """Create or replace a JWT role."""
        ...

    def delete_role(self, name: str) -> None:
        """Delete a JWT role; nothing happens where none stands."""
        ...

    def list_ours(self) -> tuple[str, ...]:
        """Full slugs that still have a path, a policy or a role with our prefix."""
        ...

    def names(self) -> SecretNames:
        """The same, each kind by itself, in three calls."""
        ...


@dataclass(frozen=True)
class Instance:
    """One instance of a Consul service with its checks' worst status."""

    service: str
    id: str
    address: str
    port: int
    status: str  #: passing, warning, critical
    output: str  #: of the first check that does not pass
    tags: tuple[str, ...]
    meta: Mapping[str, str]


@dataclass(frozen=True)
class Tally:
    """How the instances of a service are."""

    passing: int
    failing: int  #: warning or critical


class Services(Protocol):
    """Consul, read only: Nomad registers."""

    def instances(self, service: str) -> tuple[Instance, ...]:
        """Instances of a service, whatever their checks say."""
        ...

    def list_ours(self) -> tuple[str, ...]:
        """Names of the services that have the form of ours."""
        ...

    def tallies(self) -> Mapping[str, Tally]:
        """Each service of ours with its instances counted, in one call. Instances without a check are not."""
        ...


@dataclass(frozen=True)
class RouterState:
    """A router as Traefik runs it."""

    name: str
    status: str  #: enabled, warning, disabled
    rule: str
    errors: tuple[str, ...]
    service: str
    provider: str


class Routes(Protocol):
    """Traefik's API, read only."""

    def router(self, name: str, provider: str = "consulcatalog") -> RouterState | None:
        """An http or tcp router by its name."""
        ...

    def routers_of_host(self, host: str) -> tuple[RouterState, ...]:
        """Every router whose rule names the host, the portal's or not."""
        ...

    def list_ours(self) -> tuple[str, ...]:
        """Names of routers that have the form of ours."""
        ...

    def statuses(self) -> Mapping[str, str]:
        """Each router that has the form of ours with its status, in one call for http and one for tcp."""
        ...


@dataclass(frozen=True)
class Answer:
    """What an address said. status None: no answer, `error` says why in one word."""

    status: int | None
    error: str = ""  #: refused, timeout, tls, dns, reset
    detail: str = ""
    elapsed_ms: int = 0
    from_portal: bool = False  #: the portal's own explaining page answered, not the app


class Addresses(Protocol):
    """Asks an app's public address as its users do."""

    def ask(self, host: str, path: str = "/") -> Answer:
        """Ask once, following no redirect."""
        ...


@dataclass(frozen=True)
class Drivers:
    """The five, opened with one process's rights."""

    jobs: Jobs
    secrets: Secrets
    services: Services
    routes: Routes
    addresses: Addresses
