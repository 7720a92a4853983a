"""Dynamic host volumes, which python-nomad does not know."""

from typing import Protocol

import requests

from drivers import safe
from drivers.nomad.errors import PART, NotThere

MIB = 1024 * 1024


class Caller(Protocol):
    """What this needs of the client."""

    def raw(self, method: str, *segments: str, body: object = None, **params: str) -> requests.Response:
        """Call Nomad."""
        ...


class Volumes:
    """Volumes of the plugin mkdir: a directory on one node, whose size Nomad does not enforce.

    Their names are not unique in Nomad; the portal's own are, by derivation.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def ids(self, name: str) -> list[str]:
        """Ids of the volumes of that name."""
        wanted = safe.word(PART, name)
        lines = self._caller.raw("GET", "volumes", type="host", filter=f'Name == "{wanted}"').json() or ()
        return [safe.uuid(PART, line["ID"]) for line in lines if line["Name"] == wanted]

    def create(self, name: str, size_mib: int) -> None:
        """Create one for one writing allocation at a time."""
        volume = {
            "Name": safe.word(PART, name),
            "PluginID": "mkdir",
            # Tasks run as no one in particular; Nomad would make the folder 0700 for root (its mkdir plugin),
            # below a folder that only root enters.
            "Parameters": {"mode": "0777"},
            "RequestedCapabilities": [{"AccessMode": "single-node-writer", "AttachmentMode": "file-system"}],
            "RequestedCapacityMinBytes": size_mib * MIB,
            "RequestedCapacityMaxBytes": size_mib * MIB,
        }
        self._caller.raw("PUT", "volume", "host", "create", body={"Volume": volume})

    def delete(self, volume_id: str) -> None:
        """Delete one; gone already is deleted."""
        try:
            self._caller.raw("DELETE", "volume", "host", volume_id, "delete")
        except NotThere:
            return
