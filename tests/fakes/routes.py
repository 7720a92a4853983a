"""Traefik in memory: routers from the tags of passing instances, and routers of others."""

import re
from collections.abc import Iterable

from drivers import safe
from drivers.traefik import convert
from orchestration.ports import Instance, RouterState
from tests.fakes.faults import Faults, answers

_TAG = re.compile(r"traefik\.(?:http|tcp)\.routers\.(?P<name>[^.]+)\.(?P<field>[\w.]+)=(?P<value>.*)")


def routers_of(instance: Instance) -> dict[str, dict[str, str]]:
    """Router name -> its fields, as an instance's tags say."""
    found: dict[str, dict[str, str]] = {}
    for tag in instance.tags:
        if match := _TAG.fullmatch(tag):
            found.setdefault(match["name"], {})[match["field"]] = match["value"]
    return found


class FakeRoutes(Faults):
    """The port `Routes`. `broken`: routers that Traefik disables, with why."""

    part = "traefik"

    def __init__(self) -> None:
        super().__init__()
        self.routers: dict[tuple[str, str], RouterState] = {}  #: by (name, provider)
        self.broken: dict[str, str] = {}

    def put(self, name: str, rule: str, *, provider: str = "consulcatalog", service: str = "other") -> None:
        """Let somebody's router stand."""
        errors = (self.broken[name],) if name in self.broken else ()
        status = "disabled" if errors else "enabled"
        self.routers[name, provider] = RouterState(name, status, rule, errors, service, provider)

    def follow(self, instances: Iterable[Instance]) -> None:
        """Take over the tags of the instances that pass, as the Consul catalogue provider does."""
        known = {
            name for name, provider in self.routers if provider == "consulcatalog" and convert.is_ours(name)
        }
        wanted: set[str] = set()
        for instance in instances:
            if instance.status == "critical" or "traefik.enable=true" not in instance.tags:
                continue
            for name, fields in routers_of(instance).items():
                wanted.add(name)
                self.put(name, fields.get("rule", ""), service=fields.get("service", instance.service))
        for name in known - wanted:
            del self.routers[name, "consulcatalog"]

    @answers
    def router(self, name: str, provider: str = "consulcatalog") -> RouterState | None:
        return self.routers.get((safe.word(self.part, name), safe.word(self.part, provider)))

    @answers
    def routers_of_host(self, host: str) -> tuple[RouterState, ...]:
        wanted = safe.host(self.part, host)
        return tuple(each for each in self.routers.values() if wanted in convert.hosts(each.rule))

    @answers
    def list_ours(self) -> tuple[str, ...]:
        return tuple(sorted(name for name, _ in self.routers if convert.is_ours(name)))

    @answers
    def statuses(self) -> dict[str, str]:
        return {name: state.status for (name, _), state in self.routers.items() if convert.is_ours(name)}
