"""An allocation's services as Consul's agent takes them, with the ids that Nomad gives."""

import hashlib
from typing import Any

from solo.clock import duration
from solo.compare import find
from solo.fields import Fields
from solo.store import Row
from solo.taskenv import Dirs, base_env, interpolator

PREFIX = "_nomad-task-"
OWNER = "solo-node"  # meta key: which solo registered it


def registrations(alloc: Row, node: Row) -> list[dict[str, Any]]:
    """Payloads for /v1/agent/service/register."""
    group = find(alloc["Job"]["TaskGroups"], alloc["TaskGroup"])
    found = []
    if group is not None:
        first, owner = group["Tasks"][0], f"group-{group['Name']}"
        found += [_one(alloc, node, first, service, owner) for service in group["Services"] or []]
        for task in group["Tasks"]:
            found += [_one(alloc, node, task, service, task["Name"]) for service in task["Services"] or []]
    return found


def _one(alloc: Row, node: Row, task: Fields, raw: Fields, owner: str) -> dict[str, Any]:
    nowhere = Dirs("", "", "")
    service = interpolator(base_env(alloc, task, node, nowhere, mapped=False), node)(raw)
    address, port = _address(alloc, service["PortLabel"], service["Address"] or node["Address"])
    name, label = service["Name"], service["PortLabel"]
    identity = f"{PREFIX}{alloc['ID']}-{owner}-{name}-{label}"
    canary = bool((alloc["DeploymentStatus"] or {}).get("Canary"))
    tags = (service["CanaryTags"] or service["Tags"]) if canary else service["Tags"]
    meta = {**(service["Meta"] or {}), **((service["CanaryMeta"] or {}) if canary else {})}
    payload: dict[str, Any] = {
        "ID": identity,
        "Name": name,
        "Tags": tags or [],
        "Meta": {**meta, "external-source": "nomad", OWNER: node["ID"]},
        "Address": address,
        "EnableTagOverride": service["EnableTagOverride"],
        "Checks": [
            c for check in service["Checks"] or [] if (c := _check(alloc, check, identity, address, port))
        ],
    }
    if port:
        payload["Port"] = port
    return payload


def _address(alloc: Row, label: str, default: str) -> tuple[str, int]:
    if label.isdigit():
        return default, int(label)
    for port in alloc["AllocatedResources"]["Shared"]["Ports"] or []:
        if port["Label"] == label:
            return port["HostIP"], port["Value"]
    return default, 0


def _check(alloc: Row, check: Fields, identity: str, address: str, port: int) -> dict[str, Any] | None:
    """One check; the kinds that the portal uses. Consul runs it, at the interval the job says."""
    if check["PortLabel"]:
        address, port = _address(alloc, check["PortLabel"], address)
    digest = hashlib.sha256(
        f"{identity}/{check['Name']}/{check['Type']}/{check['Path']}".encode()
    ).hexdigest()
    payload: dict[str, Any] = {
        "CheckID": f"_nomad-check-{digest[:40]}",
        "Name": check["Name"],
        "Interval": duration(check["Interval"]),
        "Timeout": duration(check["Timeout"]),
        "Status": check["InitialStatus"] or "critical",
    }
    if check["Type"] == "http":
        scheme = check["Protocol"] or "http"
        payload["HTTP"] = f"{scheme}://{address}:{port}{check['Path'] or '/'}"
        payload["Method"] = check["Method"]
        payload["Header"] = check["Header"] or {}
        payload["TLSSkipVerify"] = check["TLSSkipVerify"]
    elif check["Type"] == "tcp":
        payload["TCP"] = f"{address}:{port}"
    else:
        return None
    for ours, theirs in (("SuccessBeforePassing",) * 2, ("FailuresBeforeCritical",) * 2):
        if check[ours]:
            payload[theirs] = check[ours]
    return payload
