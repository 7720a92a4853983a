"""A whole lab in memory: a registered job becomes allocations, instances, routers and answers, step by step.

lab = Lab()
lab.jobs.register(job, expected_index=0)
lab.advance()        # placed; then running, in Consul, passing, healthy and routed, answering
lab.settle()         # as many steps as it takes
lab.jobs.trouble["genomics-wiki--7f3k2q"] = Trouble("oom")
"""

import re
from collections.abc import Mapping
from typing import Any

from orchestration.ports import Drivers, Instance
from tests.fakes.addresses import FakeAddresses
from tests.fakes.allocations import FakeAlloc
from tests.fakes.jobs import FakeJobs
from tests.fakes.routes import FakeRoutes
from tests.fakes.secrets import FakeSecrets
from tests.fakes.services import FakeServices

_SECRET = re.compile(r'secret "[^"/]+/data/([^"]+)"')
_HOST = re.compile(r"Host\(`([^`]+)`\)")


def _tasks(job: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [task for group in job["TaskGroups"] for task in group["Tasks"]]


class Lab:
    """The five fakes, wired."""

    def __init__(self) -> None:
        self.jobs = FakeJobs()
        self.secrets = FakeSecrets()
        self.services = FakeServices()
        self.routes = FakeRoutes()
        self.addresses = FakeAddresses()
        self.jobs.passing = self._passing
        self.jobs.missing = self._missing
        self.jobs.refused = self._refused

    def drivers(self) -> Drivers:
        """What the engine is given."""
        return Drivers(self.jobs, self.secrets, self.services, self.routes, self.addresses)

    def advance(self, steps: int = 1) -> None:
        """Let time pass. Each part sees what the part before it had at the step's beginning."""
        for _ in range(steps):
            self._answer()
            self.routes.follow(self.services.registered.values())
            self._register()
            self.jobs.advance()

    def settle(self, limit: int = 30) -> None:
        """Let time pass until nothing moves any more."""
        for _ in range(limit):
            before = self._picture()
            self.advance()
            if self._picture() == before:
                return
        raise AssertionError(f"still moving after {limit} steps")

    def _picture(self) -> list[object]:
        stories = [
            (a.id, a.client_status, a.healthy, a.waited, a.job_version, a.canary)
            for job in [*self.jobs.jobs.values(), *self.jobs.purged.values()]
            for a in job.allocations
        ]
        routers = sorted(self.routes.routers.items())
        return [stories, dict(self.services.registered), routers, set(self.addresses.routed)]

    def _answer(self) -> None:
        enabled = [each for each in self.routes.routers.values() if each.status == "enabled"]
        self.addresses.routed = {host for each in enabled for host in _HOST.findall(each.rule)}

    def _register(self) -> None:
        """Running allocations are registered as critical first; a check passes one step later."""
        standing: dict[str, Instance] = {}
        for job in [*self.jobs.jobs.values(), *self.jobs.purged.values()]:
            for alloc in job.live():
                for service in alloc.raw["TaskGroups"][0].get("Services") or ():
                    if alloc.client_status == "running" and alloc.desired_status == "run":
                        instance = self._instance(service, alloc)
                        standing[instance.id] = instance
        self.services.registered = standing

    def _instance(self, service: Mapping[str, Any], alloc: FakeAlloc) -> Instance:
        name = str(service["Name"])
        key = f"_nomad-task-{alloc.id}-group-{name}-http"
        known = self.services.registered.get(key)
        passes = known is not None or not service.get("Checks")
        output = self.services.failing.get(name, "" if passes else "connection refused")
        return Instance(
            service=name,
            id=key,
            address="192.0.2.2",
            port=20000 + alloc.number,
            status="critical" if output else "passing",
            output=output,
            tags=tuple((alloc.canary and service.get("CanaryTags")) or service.get("Tags") or ()),
            meta=dict(service.get("Meta") or {}),
        )

    def _passing(self, alloc: FakeAlloc) -> bool:
        services = alloc.raw["TaskGroups"][0].get("Services") or ()
        mine = [each for each in self.services.registered.values() if alloc.id in each.id]
        return not services or (bool(mine) and all(each.status == "passing" for each in mine))

    def _missing(self, job: Mapping[str, Any]) -> str:
        texts = [
            str(tmpl.get("EmbeddedTmpl", "")) for task in _tasks(job) for tmpl in task.get("Templates") or ()
        ]
        paths = [path for text in texts for path in _SECRET.findall(text)]
        return next((f"vault.read({path})" for path in paths if path not in self.secrets.paths), "")

    def _refused(self, job: Mapping[str, Any]) -> str:
        roles = [task["Vault"].get("Role", "") for task in _tasks(job) if task.get("Vault")]
        return "failed to login with JWT" if any(role not in self.secrets.roles for role in roles) else ""
