"""Specs of each kind of runtime, a context whose time the test moves, and the rules of a lab."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from kernel.names import OutsideNames
from orchestration.policy import PolicyRules
from orchestration.reconcilers.base import Context
from orchestration.specs import (
    AppSpec,
    Check,
    Database,
    DockerRuntime,
    Edge,
    ExecRuntime,
    File,
    Placement,
    Resources,
    Route,
    Secret,
    Volume,
)

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SLUG = "genomics-wiki--7f3k2q"
APP_ID = "7b0c6d1e-0000-4000-8000-000000000001"
FILES = "http://portal.lab.example:18000"
DIGEST = "ab" * 32

WEB = AppSpec(
    names=OutsideNames(SLUG),
    app_id=APP_ID,
    project_id="7b0c6d1e-0000-4000-8000-0000000000aa",
    project_slug="genomics",
    template="wiki",
    template_version="1.2.0",
    release=3,
    runtime=DockerRuntime(image="lab/wiki:1.4", args=("--listen", "0.0.0.0:8000")),
    resources=Resources(cpu_mhz=200, memory_mib=256),
    port=8000,
    route=Route(kind="http", host="wiki.apps.example.org", accept=(200, 302)),
    check=Check(path="/health"),
    env={"WIKI_TITLE": "Génomique: notes & idées"},
)
SECRET = replace(
    WEB,
    secrets=(
        Secret("password", "generated", env="WIKI_PASSWORD"),
        Secret("key", "generated", file="key.txt"),
    ),
)
MEMBER_SECRET = replace(
    WEB,
    secrets=(
        Secret("password", "generated", env="WIKI_PASSWORD"),
        Secret("api_key", "member", env="API_KEY"),
    ),
)
NOTEBOOK = replace(
    SECRET,
    runtime=ExecRuntime("jupyter", "bin/jupyter-lab", ("--port=${NOMAD_PORT_http}", "--no-browser")),
    placement=Placement(driver="raw_exec", runtimes_dir="/srv/runtimes"),
    port=None,
    volumes=(Volume("work", 1024, "work"),),
)
CLUSTER_EXEC = replace(NOTEBOOK, placement=Placement(driver="exec", runtimes_dir="/opt/paillasse/runtimes"))
EXPLORER = replace(
    WEB,
    files=(
        File(f"{FILES}/files/k3y/{DIGEST}", DIGEST, "data/table.csv"),
        File(f"{FILES}/files/k3y/{DIGEST}", DIGEST, "site", unpack=True, mode="dir"),
    ),
    resources=Resources(cpu_mhz=200, memory_mib=256, count=2, gpus=1),
)
TCP = replace(WEB, route=Route(kind="tcp", host="ldap.apps.example.org"), check=Check(kind="tcp"), port=389)
WORKER = replace(WEB, route=Route(kind="none", host=""), port=None, check=None)

#: one that reads the lab's database, with no secret besides
DATABASE = replace(
    WEB,
    edge=Edge(database_mount="database", database_roles=("reader", "writer")),
    database=Database("reader", username=("PGUSER",), password=("PGPASSWORD",)),
)

RUNTIMES: dict[str, AppSpec] = {
    "docker": WEB,
    "docker-secrets": SECRET,
    "docker-files": EXPLORER,
    "raw-exec": NOTEBOOK,
    "exec": CLUSTER_EXEC,
    "tcp": TCP,
    "no-route": WORKER,
    "docker-database": DATABASE,
}


def rules_for(spec: AppSpec, **changes: Any) -> PolicyRules:
    """The rules of a lab that allows what the examples do."""
    base = PolicyRules(
        placement=spec.placement,
        edge=spec.edge,
        drivers=("docker", "exec", "raw_exec"),
        image_prefixes=("lab/",),
        apps_domain="apps.example.org",
        files_url=FILES,
    )
    return replace(base, **changes)


class Clock:
    """Makes contexts; time passes when the test says so."""

    def __init__(self, spec: AppSpec, rules: PolicyRules | None = None) -> None:
        self.rules = rules or rules_for(spec)
        self.drawn = count(1)
        self.now = START

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def secret(self, length: int) -> str:
        """Another one each time."""
        return f"drawn-{next(self.drawn)}".ljust(length, "x")

    def ctx(self, **more: Any) -> Context:
        """A context of this moment, the change being as old as the clock."""
        return Context(
            **{"now": self.now, "changed_at": START, "rules": self.rules, "new_secret": self.secret, **more}
        )
