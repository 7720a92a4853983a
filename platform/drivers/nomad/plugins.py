"""The lab's CSI plugin as Nomad knows it, and what a token may do with it: for who sets a lab up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drivers.nomad.errors import NotThere
from drivers.nomad.volumes import Caller, CsiPlugin, wanted_csi
from kernel.errors import Misconfigured, OutsideError

NOBODY = "paillasse-doctor"  #: a plugin that no lab has, so that nothing is made
_NOWHERE = "00000000-0000-4000-8000-000000000000"
#: what Nomad says once it has looked at the right: there is no such plugin, and no such volume
_AFTER_THE_RIGHT = ("no CSI plugin named", "volume not found", "no such volume")


@dataclass(frozen=True)
class PluginState:
    """A plugin with its halves: controllers make volumes, one on each machine mounts them."""

    provider: str
    version: str
    controllers: int  #: healthy ones
    controllers_expected: int
    nodes: int
    nodes_expected: int
    creates: bool  #: it has controllers, and they make volumes


class CsiSetup:
    """Reads the plugin, and tries rights without a change."""

    def __init__(self, caller: Caller, plugin: CsiPlugin, namespace: str) -> None:
        self._caller, self._plugin, self._namespace = caller, plugin, namespace

    def state(self) -> PluginState | None:
        """The lab's plugin; None where Nomad knows none of that name. Needs plugin read."""
        try:
            found = self._caller.raw("GET", "plugin", "csi", self._plugin.id).json()
        except NotThere:
            return None
        return PluginState(
            provider=str(found.get("Provider") or ""),
            version=str(found.get("Version") or ""),
            controllers=int(found["ControllersHealthy"]),
            controllers_expected=int(found["ControllersExpected"]),
            nodes=int(found["NodesHealthy"]),
            nodes_expected=int(found["NodesExpected"]),
            creates=bool(found["ControllerRequired"]) and _creates(found.get("Controllers") or {}),
        )

    def rights(self, name: str) -> frozenset[str]:
        """Which of create, delete and detach the token may. No volume of this name is there."""
        return frozenset(right for right, work in self._tries(name).items() if _allowed(work))

    def _tries(self, name: str) -> Mapping[str, Callable[[], Any]]:
        path = ("volume", "csi", name)
        body = wanted_csi(name, CsiPlugin(NOBODY), self._namespace, 1)
        return {
            "create": lambda: self._caller.raw("PUT", *path, "create", body=body),
            "delete": lambda: self._caller.raw("DELETE", *path, "delete"),
            "detach": lambda: self._caller.raw("DELETE", *path, "detach", node=_NOWHERE),
        }


def _creates(controllers: Mapping[str, Any]) -> bool:
    """As Nomad looks at it: controllers of one plugin are all alike."""
    infos = (each.get("ControllerInfo") or {} for each in controllers.values())
    return any(info.get("SupportsCreateDelete") for info in infos)


def _allowed(work: Callable[[], Any]) -> bool:
    try:
        work()
    except OutsideError as error:
        if error.detail.removeprefix("rpc error: ").startswith(_AFTER_THE_RIGHT):
            return True
        if isinstance(error, Misconfigured):
            return False
        raise
    return True
