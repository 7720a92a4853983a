"""Volumes of both kinds, which python-nomad does not know."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests

from drivers import safe
from drivers.nomad.errors import PART, STORAGE, NotThere
from kernel.errors import Misconfigured, OutsideError, Unavailable
from kernel.names import slug_of_volume
from orchestration.storage import Home, VolumeState

MIB = 1024 * 1024
#: what a client says of an allocation that will touch nothing any more
ENDED = frozenset({"complete", "failed", "lost"})


class Caller(Protocol):
    """What this needs of the client."""

    def raw(self, method: str, *segments: str, body: object = None, **params: str) -> requests.Response:
        """Call Nomad."""
        ...

    def listed(self, *segments: str, **params: str) -> Iterator[Mapping[str, Any]]:
        """All lines of a list."""
        ...


class Volumes(Protocol):
    """One kind of volumes, by name."""

    def listed(self) -> Iterator[VolumeState]:
        """All of the namespace that have the form of ours."""
        ...

    def exists(self, name: str) -> bool:
        """Whether one stands."""
        ...

    def create(self, name: str, size_mib: int) -> None:
        """Create one."""
        ...

    def delete(self, name: str) -> None:
        """Delete it; gone already is deleted."""
        ...


class HostVolumes:
    """Volumes of the plugin mkdir: a directory on one node, whose size Nomad does not enforce.

    Their names are not unique in Nomad; the portal's own are, by derivation.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def _places(self, name: str) -> dict[str, str]:
        """Its id, and that of its machine; more than one where two creations met."""
        wanted = safe.word(PART, name)
        lines = self._caller.raw("GET", "volumes", type="host", filter=f'Name == "{wanted}"').json() or ()
        named = [line for line in lines if line["Name"] == wanted]
        return {safe.uuid(PART, line["ID"]): safe.uuid(PART, line["NodeID"]) for line in named}

    def _home(self, node_id: str) -> Home:
        try:
            found = self._caller.raw("GET", "node", node_id).json()
        except NotThere:
            return Home(node_id[:8], "")
        return Home(str(found["Name"]), str(found["Status"]), int(found.get("StatusUpdatedAt") or 0))

    def homes(self, name: str) -> tuple[Home, ...]:
        """The machines on which one of that name stands. Needs node read."""
        return tuple(self._home(node_id) for node_id in self._places(name).values())

    def listed(self) -> Iterator[VolumeState]:
        """All of the namespace that have the form of ours."""
        for line in self._caller.listed("volumes", type="host"):
            if slug_of_volume(line["Name"]):
                yield VolumeState(line["ID"], line["Name"], "host", line["NodeID"])

    def exists(self, name: str) -> bool:
        """Whether one of that name stands in the namespace."""
        return bool(self._places(name))

    def create(self, name: str, size_mib: int) -> None:
        """Create one that allocations of its node may write.

        Nomad takes the first machine that has the plugin, be it down (host_volume_endpoint.go, place): so
        those that take no allocations are ruled out.
        """
        volume = {
            "Name": safe.word(PART, name),
            "PluginID": "mkdir",
            "Constraints": [
                {"LTarget": "${node.unique.id}", "Operand": "!=", "RTarget": safe.uuid(PART, node["ID"])}
                for node in self._caller.listed("nodes")
                if (node["Status"], node["SchedulingEligibility"]) != ("ready", "eligible")
            ],
            # Tasks run as no one in particular; Nomad would make the folder 0700 for root (its mkdir plugin),
            # below a folder that only root enters.
            "Parameters": {"mode": "0777"},
            "RequestedCapabilities": [{"AccessMode": "single-node-writer", "AttachmentMode": "file-system"}],
            "RequestedCapacityMinBytes": size_mib * MIB,
            "RequestedCapacityMaxBytes": size_mib * MIB,
        }
        self._caller.raw("PUT", "volume", "host", "create", body={"Volume": volume})

    def delete(self, name: str) -> None:
        """Delete it; gone already is deleted.

        Where Nomad knows the machine no more nobody can erase what it holds, and Nomad forgets the volume
        only by force. Without that it would keep its app for ever. A machine that is down may come back.
        """
        failed: OutsideError | None = None
        for volume_id, node_id in self._places(name).items():
            force = {"force": "true"} if self._home(node_id).gone else {}
            try:
                self._caller.raw("DELETE", "volume", "host", volume_id, "delete", **force)
            except OutsideError as error:
                failed = failed if _says(error, "no such volume") else error
        if failed is not None:
            raise failed


@dataclass(frozen=True)
class CsiPlugin:
    """The lab's plugin, and what it wants to be told of each volume."""

    id: str = ""  #: empty: the lab has none
    parameters: Mapping[str, str] = field(default_factory=dict)


class CsiVolumes:
    """Volumes that a plugin makes, mounted by any node. Their id is the portal's derived name.

    Where a volume does not stand, Nomad answers a deletion with 500 and a text.
    """

    def __init__(self, caller: Caller, plugin: CsiPlugin, namespace: str) -> None:
        self._caller, self._plugin, self._namespace = caller, plugin, namespace

    def _read(self, name: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._caller.raw("GET", "volume", "csi", safe.word(PART, name)).json()
        except NotThere:
            return None
        return found

    def listed(self) -> Iterator[VolumeState]:
        """All of the namespace that have the form of ours."""
        for line in self._caller.listed("volumes", type="csi"):
            if slug_of_volume(line["ID"]):
                yield VolumeState(line["ID"], line["ID"], "csi")

    def exists(self, name: str) -> bool:
        """Whether one of that id stands in the namespace."""
        return self._read(name) is not None

    def create(self, name: str, size_mib: int) -> None:
        """Have the plugin make one that every node may write."""
        if not self._plugin.id:
            raise Misconfigured(STORAGE, "the lab names no CSI plugin (CSI_PLUGIN_ID)")
        body = wanted_csi(name, self._plugin, self._namespace, size_mib)
        self._caller.raw("PUT", "volume", "csi", name, "create", body=body)

    def delete(self, name: str) -> None:
        """Delete it; claims that outlived their allocations are let go first (Nomad issue 27324).

        Nomad has the plugin destroy it before it refuses because of a claim (csi_endpoint.go, Delete), so
        nobody asks it for one that is claimed. Raises Unavailable for as long as it is.
        """
        found = self._read(name)
        if found is None:
            return
        if claims := _claims(found):
            for node in _outlived(found):
                with suppress(Unavailable):  # one machine that does not let go holds up no other
                    self._caller.raw("DELETE", "volume", "csi", name, "detach", node=node)
            raise Unavailable(STORAGE, f"the volume is still claimed by {len(claims)} allocations")
        try:
            self._caller.raw("DELETE", "volume", "csi", name, "delete")
        except OutsideError as error:
            if not _says(error, "volume not found"):
                raise


def _says(error: OutsideError, text: str) -> bool:
    """Whether Nomad said this; what a server hands on for its leader has a word before it."""
    return error.detail.removeprefix("rpc error: ").startswith(text)


def wanted_csi(name: str, plugin: CsiPlugin, namespace: str, size_mib: int) -> dict[str, Any]:
    """What Nomad is asked for: a volume that every node may write."""
    volume = {
        "ID": safe.word(PART, name),
        "Name": name,
        "Namespace": namespace,
        "PluginID": plugin.id,
        "Parameters": dict(plugin.parameters),
        "RequestedCapabilities": [{"AccessMode": "multi-node-multi-writer", "AttachmentMode": "file-system"}],
        "RequestedCapacityMin": size_mib * MIB,
        "RequestedCapacityMax": size_mib * MIB,
    }
    return {"Volumes": [volume]}


def _stubs(volume: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return volume.get("Allocations") or ()


def _claims(volume: Mapping[str, Any]) -> set[str]:
    """The allocations whose claims Nomad still knows, those that it collected among them."""
    counted = {*(volume.get("ReadAllocs") or ()), *(volume.get("WriteAllocs") or ())}
    return counted | {line["ID"] for line in _stubs(volume)}


def _outlived(volume: Mapping[str, Any]) -> list[str]:
    """The nodes on which every allocation that claims it has ended.

    One that is being stopped still writes, and Nomad's own test looks at what is desired of it.
    """
    nodes = {line["NodeID"] for line in _stubs(volume)}
    writing = {line["NodeID"] for line in _stubs(volume) if line.get("ClientStatus") not in ENDED}
    return sorted(safe.uuid(PART, node) for node in nodes - writing)
