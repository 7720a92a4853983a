"""Ports, the service and its tags: the portal's own, exactly as it would write them."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.names import OutsideNames
from orchestration.policy.rules import PolicyRules, Violation
from orchestration.render.job import PORT, SERVICE_META_APP
from orchestration.render.traefik_tags import CANARY_TAGS, route_of, traefik_tags

SECOND = 1_000_000_000
_SERVICE = "TaskGroups[0].Services[0]"


def services(
    group: Mapping[str, Any], names: OutsideNames, app_id: str, rules: PolicyRules
) -> Iterator[Violation]:
    """What is wrong with how the job wants to be reached."""
    yield from _networks(group)
    found = group.get("Services", [])
    if len(found) > 1:
        yield Violation("policy.service", "TaskGroups[0].Services", str(len(found)))
    for service in found[:1]:
        yield from _service(service, names, app_id)
        yield from _tags(service, names, rules)
        yield from _checks(service)


def _networks(group: Mapping[str, Any]) -> Iterator[Violation]:
    """One dynamic port. Mode host is the network where Nomad takes the port from, not the container's own."""
    found = group.get("Networks", [])
    ports = [port for network in found for port in network.get("DynamicPorts", [])]
    modes = {network.get("Mode") for network in found}
    if (
        len(found) > 1
        or not modes <= {"host"}
        or any(port.get("Label") != PORT for port in ports)
        or len(ports) > 1
    ):
        yield Violation("policy.network", "TaskGroups[0].Networks", str(found)[:80])


def _service(service: Mapping[str, Any], names: OutsideNames, app_id: str) -> Iterator[Violation]:
    wanted = {"Name": names.service, "PortLabel": PORT, "Provider": "consul"}
    for key, value in wanted.items():
        if service.get(key) != value:
            yield Violation("policy.service", f"{_SERVICE}.{key}", str(service.get(key)))
    if service.get("Meta", {}).get(SERVICE_META_APP) != app_id:
        yield Violation("policy.service", f"{_SERVICE}.Meta", str(service.get("Meta")))


def _tags(service: Mapping[str, Any], names: OutsideNames, rules: PolicyRules) -> Iterator[Violation]:
    """Read the route back from the tags, write the tags anew, and compare: no tag of another hand fits in."""
    tags = service.get("Tags", [])
    route = route_of(tags)
    if route is None or traefik_tags(names, route, rules.edge) != tags:
        yield Violation("policy.tags", f"{_SERVICE}.Tags", str(tags)[:200])
        return
    label, _, domain = route.host.partition(".")
    if route.kind != "none" and (not label or domain != rules.apps_domain):
        yield Violation("policy.host", f"{_SERVICE}.Tags", route.host)
    if service.get("CanaryTags", []) != ([*CANARY_TAGS] if tags else []):
        yield Violation("policy.tags", f"{_SERVICE}.CanaryTags", str(service.get("CanaryTags"))[:200])


def _checks(service: Mapping[str, Any]) -> Iterator[Violation]:
    found = service.get("Checks", [])
    if len(found) != 1:
        yield Violation("policy.check", f"{_SERVICE}.Checks", str(len(found)))
    for check in found[:1]:
        path = check.get("Path", "/")
        if check.get("Type") not in {"http", "tcp"} or not path.startswith("/"):
            yield Violation("policy.check", f"{_SERVICE}.Checks[0]", str(check)[:80])
        if check.get("Interval", 0) < SECOND or check.get("Timeout", 0) < SECOND:
            yield Violation("policy.check", f"{_SERVICE}.Checks[0].Interval", str(check.get("Interval")))
