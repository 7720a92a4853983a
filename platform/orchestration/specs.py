"""What an app is, as data: everything that rendering needs, and nothing that the outside may change.

`apps.workloads` builds an AppSpec from PostgreSQL; `render` turns it into a Nomad job, a Vault policy and
Traefik tags; the reconcilers compare those with what stands outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from kernel.names import OutsideNames
from kernel.units import Amounts

Desired = Literal["present", "stopped", "asleep", "archived", "absent"]


Strategy = Literal["rolling", "canary"]

#: Copies that a canary release runs beside those that stand, until it is promoted or given up: Nomad's
#: canaries. A rolling release replaces one copy after the other and has none.
SURGE = 1


@dataclass(frozen=True)
class Resources:
    """What each copy of the app gets, and how many copies."""

    cpu_mhz: int
    memory_mib: int
    count: int = 1
    storage_mib: int = 0  #: sum of its persistent volumes
    gpus: int = 0

    def charge(self) -> Amounts:
        """What the quota is charged: copies times size; storage once."""
        return Amounts(
            apps=1,
            cpu_mhz=self.cpu_mhz * self.count,
            memory_mib=self.memory_mib * self.count,
            storage_mib=self.storage_mib,
            gpus=self.gpus * self.count,
        )

    def charge_beside(self, *standing: "Resources") -> Amounts:
        """The same while these are canaries beside what stands: nothing of that ends before they are let in.

        So going back to what stands never needs more than is held already.
        """
        whole = self.charge()
        for each in standing:
            whole = whole.larger(each.charge())
        size = Amounts(cpu_mhz=self.cpu_mhz, memory_mib=self.memory_mib, gpus=self.gpus)
        return sum((size for _ in range(SURGE)), whole)


@dataclass(frozen=True)
class DockerRuntime:
    """A container image. `command` and `args` are whole values, never a shell line."""

    image: str
    command: str | None = None
    args: tuple[str, ...] = ()
    user: str | None = None
    work_dir: str | None = None
    readonly_rootfs: bool = False


@dataclass(frozen=True)
class ExecRuntime:
    """A program that stands on the node below RUNTIMES_DIR (ADR on runtimes). Drivers exec and raw_exec."""

    runtime: str  #: folder below RUNTIMES_DIR, e.g. "datasette"
    command: str  #: path inside that folder, e.g. "bin/datasette"
    args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """Consul's health check. Seconds."""

    kind: Literal["http", "tcp"] = "http"
    path: str = "/"
    interval_s: int = 2
    timeout_s: int = 2


@dataclass(frozen=True)
class Route:
    """How the outside reaches the app. kind none: it has no address."""

    kind: Literal["http", "tcp", "none"]
    host: str  #: full host name, e.g. wiki.apps.example.org
    path: str = "/"  #: path that the prober asks
    accept: tuple[int, ...] = (200,)  #: status codes that count as an answer


@dataclass(frozen=True)
class Secret:
    """A secret by name; its value is never in a spec."""

    name: str  #: key in the KV path, e.g. "password"
    source: Literal["generated", "member"]
    env: str | None = None  #: environment variable of the task that carries it
    file: str | None = None  #: or file below the task's secrets directory
    length: int = 24  #: characters, for generated ones
    label: Mapping[str, str] = field(default_factory=dict)
    on_change: Literal["restart", "signal", "none"] = "none"  #: what a running task is done when it changes
    signal: str = ""  #: e.g. SIGHUP; for files alone, an environment cannot change while a program runs


@dataclass(frozen=True)
class Database:
    """A login of the lab's database, of each task's own: made by OpenBao for its lease, and gone with it."""

    role: str  #: OpenBao's role that makes it
    username: tuple[str, ...]  #: environment variables of the task that carry its name
    password: tuple[str, ...]


VolumeKind = Literal["host", "csi"]


@dataclass(frozen=True)
class Volume:
    """A persistent directory that outlives allocations and releases."""

    name: str
    size_mib: int
    destination: str  #: path in the task; relative ones are below NOMAD_TASK_DIR
    kind: VolumeKind = "host"  #: on one node's disk, or at the storage that the lab's CSI plugin reaches


@dataclass(frozen=True)
class File:
    """An uploaded file that Nomad fetches as an artifact, checked by its digest."""

    url: str  #: opened only by this release's key; the same for the release's whole life
    sha256: str
    destination: str  #: below the task's local/ directory
    unpack: bool = False
    mode: Literal["file", "dir"] = "file"


@dataclass(frozen=True)
class Placement:
    """Where the lab lets jobs run."""

    namespace: str = "default"
    region: str = ""
    datacenters: tuple[str, ...] = ("*",)
    node_pool: str = "default"
    driver: str = "docker"  #: the one driver chosen for this app among those allowed
    runtimes_dir: str = "/opt/paillasse/runtimes"


@dataclass(frozen=True)
class Edge:
    """The lab's own names in Traefik, and how Vault is mounted."""

    entrypoint_http: str = "web"
    entrypoint_https: str = "websecure"
    http_middlewares: tuple[str, ...] = ("http-to-https@file",)
    tls_options: str = "intermediate@file"
    kv_mount: str = "paillasse"
    jwt_mount: str = "jwt-nomad"
    database_mount: str = ""  #: of OpenBao's database engine; empty: the lab offers none
    database_roles: tuple[str, ...] = ()  #: of that engine, those that apps may have


@dataclass(frozen=True)
class AppSpec:
    """One release of one app, ready to be rendered."""

    names: OutsideNames
    app_id: str
    project_id: str
    project_slug: str
    template: str
    template_version: str
    release: int
    runtime: DockerRuntime | ExecRuntime
    resources: Resources
    port: int | None  #: port inside the container; exec runtimes get NOMAD_PORT_http
    route: Route
    check: Check | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    database: Database | None = None
    volumes: tuple[Volume, ...] = ()
    kept: tuple[Volume, ...] = ()  #: those of earlier releases: they stand, mounted nowhere, until the purge
    files: tuple[File, ...] = ()
    placement: Placement = field(default_factory=Placement)
    edge: Edge = field(default_factory=Edge)
    healthy_deadline_s: int = 300
    kill_timeout_s: int = 10
    shutdown_delay_s: int = 0  #: seconds in which Traefik drains before the task is stopped
    strategy: Strategy = "rolling"
    auto_promote: bool = False  #: canaries are let in as soon as they are healthy; else a person says so
    promoted: bool = False  #: somebody said so of this release
    restart_token: str = ""  #: changes only when a person asked to restart by replacing


@dataclass(frozen=True)
class KeeperSpec:
    """One piece of work on a volume: a batch job that ends by itself (ADR 0049)."""

    names: OutsideNames
    app_id: str
    project_id: str
    work_id: UUID
    work: Literal["measure", "snapshot", "restore"]
    volume: Volume
    placement: Placement
    image: str  #: with driver docker: any image with Python
    url: str = ""  #: opened only by the key of this one snapshot; measuring needs none
    sha256: str = ""  #: of what is restored
    parts: int = 0  #: in which it is kept
    ca: str = ""  #: certificates by which the portal is known, PEM; empty: those of the system
