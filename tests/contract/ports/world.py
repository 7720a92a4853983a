"""Where the contract is tried: the lab in memory, or the servers that deploy/test brought up."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

from drivers.wiring import Settings, open_all
from kernel.names import OutsideNames, full_slug
from orchestration.ports import Drivers
from orchestration.render import render_keeper
from orchestration.specs import KeeperSpec, Placement, Volume
from tests import stack as stack_file
from tests.fakes import Lab, Trouble
from tests.waiting import wait_for

T = TypeVar("T")
SECOND = 1_000_000_000
DEADLINE_S = 60.0
TOO_MUCH_MIB = 9_000_000
#: Tasks run as another user, who may not see into this interpreter's environment.
PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
CHECK = {"Name": "alive", "Type": "http", "Path": "/", "Interval": SECOND, "Timeout": SECOND}
SERVICE = {"PortLabel": "http", "Provider": "consul", "Checks": [CHECK]}
SERVE = ["-u", "-m", "http.server", "--directory", "${NOMAD_TASK_DIR}", "${NOMAD_PORT_http}"]


class World(Protocol):
    """What a contract test needs."""

    drivers: Drivers
    domain: str

    def until(self, condition: Callable[[], T | None], why: str) -> T: ...
    def breaks(self, job: dict[str, Any], kind: str) -> dict[str, Any]: ...
    def serves(self, alloc_id: str) -> None: ...
    def keeper(self, slug: str, work: UUID, volume: Volume) -> dict[str, Any]: ...
    def clean(self, slug: str) -> None: ...


def _driver() -> str:
    """A driver of processes that the portal's namespace allows: on a Nomad never raw_exec."""
    real = stack_file.FILE.is_file() and stack_file.load()["nomad"]["kind"] == "real"
    return "exec" if real else "raw_exec"


def a_slug() -> str:
    """A name that no other test uses."""
    return full_slug("contract", "port", uuid4())


def a_job(slug: str, *, host: str = "", count: int = 1) -> dict[str, Any]:
    """A web server of a few MiB that every machine with Python can run."""
    names = OutsideNames(slug)
    rule = f"Host(`{host}`)"
    router = f"traefik.http.routers.{names.router('web', rule)}"
    tags = [
        "traefik.enable=true",
        f"{router}.rule={rule}",
        f"{router}.entrypoints=websecure",
        f"{router}.tls=true",
    ]
    return {
        "ID": slug,
        "Name": slug,
        "Type": "service",
        "Datacenters": ["*"],
        "Meta": {"paillasse.app": slug},
        "TaskGroups": [_group(slug, tags if host else [], count)],
    }


def a_keeper(slug: str, work: UUID, volume: Volume, placement: Placement) -> dict[str, Any]:
    """A batch job that measures a volume."""
    return render_keeper(
        KeeperSpec(
            names=OutsideNames(slug),
            app_id=slug,
            project_id="contract",
            work_id=work,
            work="measure",
            volume=volume,
            placement=placement,
            image="",
        )
    )


def _group(slug: str, tags: list[str], count: int) -> dict[str, Any]:
    return {
        "Name": "app",
        "Count": count,
        "Update": {
            "MinHealthyTime": SECOND // 2,
            "HealthyDeadline": 50 * SECOND,
            "ProgressDeadline": 60 * SECOND,
        },
        "RestartPolicy": {"Attempts": 0, "Mode": "fail", "Interval": 30 * SECOND, "Delay": SECOND},
        "ReschedulePolicy": {"Attempts": 0, "Unlimited": False},
        "Networks": [{"Mode": "host", "DynamicPorts": [{"Label": "http"}]}],
        "Services": [
            {"Name": slug, "PortLabel": "http", "Provider": "consul", "Tags": tags, "Checks": [CHECK]}
        ],
        "Tasks": [
            {
                "Name": "app",
                "Driver": _driver(),
                "Config": {"command": PYTHON, "args": SERVE},
                "KillTimeout": 2 * SECOND,
                "Resources": {"CPU": 50, "MemoryMB": 64},
            }
        ],
    }


class FakeWorld:
    """The five fakes, moved step by step."""

    domain = "apps.example.org"

    def __init__(self) -> None:
        self.lab = Lab()
        self.drivers = self.lab.drivers()

    def until(self, condition: Callable[[], T | None], why: str) -> T:
        """Move the lab until the condition holds."""
        for _ in range(30):
            if found := condition():
                return found
            self.lab.advance()
        raise AssertionError(f"never: {why}")

    def breaks(self, job: dict[str, Any], kind: str) -> dict[str, Any]:
        """Let a job go wrong."""
        troubles = {"exit": Trouble("exit", exit_code=3), "placement": Trouble("placement")}
        self.lab.jobs.trouble[job["ID"]] = troubles[kind]
        return job

    def serves(self, alloc_id: str) -> None:
        """Let a task write what the real one does for each check."""
        self.lab.jobs.logs[alloc_id, "stderr"] = '192.0.2.2 - - "GET / HTTP/1.1" 200 -\n' * 3

    def keeper(self, slug: str, work: UUID, volume: Volume) -> dict[str, Any]:
        """A job that measures a volume, which the lab in memory finds empty."""
        self.lab.jobs.keeps = lambda _job: '{"used_bytes": 4096, "files": 0}\n'
        return a_keeper(slug, work, volume, Placement(driver="raw_exec"))

    def clean(self, slug: str) -> None:
        """Nothing outlives the test."""


@dataclass
class RealWorld:
    """The servers, under names of the test's own."""

    settings: Settings
    domain: str
    drivers: Drivers = field(init=False)

    def __post_init__(self) -> None:
        opened = open_all(self.settings)
        self.drivers = Drivers(opened.jobs, opened.secrets, opened.services, opened.routes, opened.addresses)

    def until(self, condition: Callable[[], T | None], why: str) -> T:
        """Wait for the condition."""
        found = wait_for(condition, DEADLINE_S, why)
        assert found is not None
        return found

    def breaks(self, job: dict[str, Any], kind: str) -> dict[str, Any]:
        """Change a job so that it goes wrong."""
        task = job["TaskGroups"][0]["Tasks"][0]
        if kind == "placement":
            task["Resources"] = {"CPU": 50, "MemoryMB": TOO_MUCH_MIB}
        else:
            task["Config"] = {"command": PYTHON, "args": ["-c", "import sys; sys.exit(3)"]}
        return job

    def serves(self, alloc_id: str) -> None:
        """Consul's check asks it by itself."""

    def keeper(self, slug: str, work: UUID, volume: Volume) -> dict[str, Any]:
        """A job that measures a volume, with the Python that stands on the node."""
        folder = stack_file.load()["runtimes_dir"]
        place = Placement(self.settings.nomad_namespace, driver=_driver(), runtimes_dir=folder)
        return a_keeper(slug, work, volume, place)

    def clean(self, slug: str) -> None:
        """Take away what a test left."""
        names, secrets = OutsideNames(slug), self.drivers.secrets
        if self.drivers.jobs.status(slug).job is not None:
            self.drivers.jobs.stop(slug, purge=True)
        secrets.destroy_secret(names.secret_path)
        secrets.delete_policy(names.vault_policy)
        secrets.delete_role(names.vault_role)
