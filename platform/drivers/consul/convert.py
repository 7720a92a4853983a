"""Consul's JSON as the port's dataclasses."""

from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.ports import Instance, Tally

Json = Mapping[str, Any]
_ORDER = ("passing", "warning", "critical")  #: from good to bad; anything else counts as the worst


def _badness(check: Json) -> int:
    status = check.get("Status")
    return _ORDER.index(status) if status in _ORDER else len(_ORDER) - 1


def instance(raw: Json) -> Instance:
    """Read one line of a service's health; the node's own checks count too."""
    service, node = raw["Service"], raw.get("Node") or {}
    checks = raw.get("Checks") or ()
    failing = [check for check in checks if _badness(check)]
    return Instance(
        service=service["Service"],
        id=service["ID"],
        address=service.get("Address") or node.get("Address") or "",
        port=service.get("Port") or 0,
        status=_ORDER[max((_badness(check) for check in checks), default=0)],
        output=failing[0].get("Output") or "" if failing else "",
        tags=tuple(service.get("Tags") or ()),
        meta=service.get("Meta") or {},
    )


def standing(checks: Iterable[Json]) -> dict[str, tuple[str, ...]]:
    """Service name -> its checks with their status, in a form that compares."""
    found: dict[str, list[str]] = {}
    for check in checks:
        if name := check.get("ServiceName"):
            found.setdefault(name, []).append(f"{check.get('CheckID')}={check.get('Status')}")
    return {name: tuple(sorted(lines)) for name, lines in found.items()}


def tallies(checks: Iterable[Json]) -> dict[str, Tally]:
    """Service name -> its instances counted; an instance is as bad as its worst check or its node's."""
    nodes: dict[str, int] = {}
    instances: dict[tuple[str, str, str], int] = {}
    for check in checks:
        node, bad = str(check.get("Node")), _badness(check)
        if check.get("ServiceID"):
            key = (str(check.get("ServiceName")), node, str(check["ServiceID"]))
            instances[key] = max(bad, instances.get(key, 0))
        else:
            nodes[node] = max(bad, nodes.get(node, 0))
    found: dict[str, Tally] = {}
    for (name, node, _id), bad in instances.items():
        well, before = not max(bad, nodes.get(node, 0)), found.get(name, Tally(0, 0))
        found[name] = Tally(before.passing + well, before.failing + (not well))
    return found
