"""The one node: what the machine has, which drivers answer, and the attributes that constraints ask for."""

import os
import platform
import shutil
import socket
import uuid
from pathlib import Path
from typing import Any

import psutil

from solo import VERSION
from solo.canonical import CNI_PLUGINS
from solo.clock import now_ns, rfc3339
from solo.options import Options
from solo.store import Row, Store

ELIGIBLE, INELIGIBLE = "eligible", "ineligible"  #: whether new allocations are placed
_MIB = 1024 * 1024
_FALLBACK_MHZ = 2000  # where the kernel tells no clock rate


def cpu_mhz() -> int:
    """Clock rate times cores, as Nomad counts compute."""
    try:
        frequency = psutil.cpu_freq()
    except (OSError, NotImplementedError):
        frequency = None
    return int(
        (frequency.current if frequency and frequency.current else _FALLBACK_MHZ) * (os.cpu_count() or 1)
    )


def node_id(data_dir: Path) -> str:
    """The node's id, made once and kept."""
    path = data_dir / "node-id"
    if not path.exists():
        path.write_text(str(uuid.uuid4()))
    return path.read_text().strip()


def attributes(options: Options, drivers: dict[str, Row], known: dict[str, str]) -> dict[str, str]:
    """Attributes by their Nomad names. `known` holds those of Consul and OpenBao found so far."""
    os_release = platform.freedesktop_os_release()
    found = {
        "arch": platform.machine(),
        "cpu.arch": "amd64" if platform.machine() == "x86_64" else platform.machine(),
        "cpu.numcores": str(os.cpu_count() or 1),
        "cpu.totalcompute": str(options.cpu_mhz or cpu_mhz()),
        "kernel.arch": platform.machine(),
        "kernel.name": platform.system().lower(),
        "kernel.version": platform.release(),
        "memory.totalbytes": str(psutil.virtual_memory().total),
        "nomad.service_discovery": "false",
        "nomad.version": VERSION,
        "os.name": os_release.get("ID", "linux"),
        "os.version": os_release.get("VERSION_ID", ""),
        "plugins.host_volume.mkdir.version": "0.0.1",
        "unique.hostname": socket.gethostname(),
        "unique.network.ip-address": options.advertise,
        **known,
    }
    for name, driver in drivers.items():
        if driver["Healthy"]:
            found[f"driver.{name}"] = "1"
            found |= {key: value for key, value in driver["Attributes"].items() if key != f"driver.{name}"}
    if drivers.get("docker", {}).get("Healthy"):
        # A group in bridge mode gets Docker's own bridge and published ports: it needs no CNI plugin here.
        found |= {f"plugins.cni.version.{name}": "1.0.0" for name in CNI_PLUGINS}
    return found


def driver_row(name: str, attrs: dict[str, str] | None, problem: str = "") -> Row:
    """One driver's fingerprint; no attributes: it was not found."""
    healthy = attrs is not None
    return {
        "Attributes": {f"driver.{name}": "true", **(attrs or {})} if healthy else {},
        "Detected": healthy,
        "HealthDescription": "Healthy" if healthy else problem,
        "Healthy": healthy,
        "UpdateTime": rfc3339(now_ns()),
    }


def describe(store: Store, options: Options, drivers: dict[str, Row], known: dict[str, str]) -> Row:
    """Write the node's row when it changed, and return it."""
    identity = node_id(options.data_dir)
    old = store.get("nodes", identity) or {}
    fresh = _row(options, identity, drivers, {**_learnt(old), **known})
    if {k: old.get(k) for k in ("Attributes", "NodeResources")} == {
        k: fresh[k] for k in ("Attributes", "NodeResources")
    }:
        return old
    with store.change() as change:
        index, stands = change.index, store.get("nodes", identity) or fresh
        kept = {"SchedulingEligibility": stands["SchedulingEligibility"]}  # people's to change, not ours
        row = {**fresh, **kept, "CreateIndex": old.get("CreateIndex", index), "ModifyIndex": index}
        return change.put("nodes", identity, row)


def _learnt(old: Row) -> dict[str, str]:
    """What was learnt of Consul and OpenBao: kept while they are down, as Nomad keeps it."""
    wanted = ("consul.", "vault.")
    return {key: value for key, value in old.get("Attributes", {}).items() if key.startswith(wanted)}


def _row(options: Options, identity: str, drivers: dict[str, Row], known: dict[str, str]) -> Row:
    return {
        "ID": identity,
        "Name": options.node_name,
        "Address": options.advertise,
        "HTTPAddr": options.bind,
        "Attributes": attributes(options, drivers, known),
        "CSIControllerPlugins": {},
        "CSINodePlugins": {},
        "CgroupParent": "",
        "ComputedClass": "v1:1",
        "Datacenter": options.datacenter,
        "Drain": False,
        "DrainStrategy": None,
        "Drivers": drivers,
        "Events": [],
        "HostNetworks": {},
        "HostVolumes": None,
        "LastDrain": None,
        "Links": {},
        "Meta": {},
        "NodeClass": "",
        "NodePool": "default",
        "NodeResources": _resources(options),
        "ReservedResources": {
            "Cpu": {"CpuShares": 0, "ReservedCpuCores": None},
            "Disk": {"DiskMB": 0},
            "Memory": {"MemoryMB": 0},
            "Networks": {"ReservedHostPorts": ""},
        },
        "SchedulingEligibility": ELIGIBLE,
        "Status": "ready",
        "StatusDescription": "",
        "StatusUpdatedAt": now_ns() // 1_000_000_000,
        "TLSEnabled": False,
    }


def _resources(options: Options) -> dict[str, Any]:
    cores = os.cpu_count() or 1
    network = {
        "CIDR": f"{options.advertise}/32",
        "Device": "lo",
        "IP": options.advertise,
        "MBits": 1000,
        "Mode": "host",
    }
    return {
        "Cpu": {
            "CpuShares": options.cpu_mhz or cpu_mhz(),
            "ReservableCpuCores": list(range(cores)),
            "TotalCpuCores": cores,
        },
        "Devices": None,
        "Disk": {"DiskMB": shutil.disk_usage(options.data_dir).free // _MIB},
        "MaxDynamicPort": options.ports[1],
        "Memory": {"MemoryMB": options.memory_mib or psutil.virtual_memory().total // _MIB},
        "MinDynamicPort": options.ports[0],
        "Networks": [network],
        "NodeNetworks": [],
    }
