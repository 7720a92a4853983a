"""What running tasks share: the store, the drivers, the directories, OpenBao, the signer."""

from dataclasses import dataclass, field
from pathlib import Path

from solo.errors import Unplaceable
from solo.handles import Driver
from solo.identity import Signer
from solo.options import Options
from solo.paths import AllocPaths, RunAs
from solo.store import Row, Store
from solo.vault import Vault


@dataclass
class Machine:
    """One machine, as tasks need it."""

    options: Options
    store: Store
    user: RunAs
    signer: Signer
    vault: Vault | None
    drivers: dict[str, Driver] = field(default_factory=dict)
    node_id: str = ""

    def paths(self, alloc_id: str) -> AllocPaths:
        """An allocation's directories."""
        return AllocPaths(self.options.data_dir / "alloc" / alloc_id)

    @property
    def volumes_dir(self) -> Path:
        """Where host volumes are made."""
        return self.options.data_dir / "host_volumes"

    @property
    def csi_dir(self) -> Path:
        """Where what a CSI plugin would keep elsewhere is made."""
        return self.options.data_dir / "csi_volumes"

    def node(self) -> Row:
        """The node's row."""
        return self.store.tables["nodes"][self.node_id]

    def driver(self, name: str) -> Driver:
        """A driver by name. Raises Unplaceable when there is none."""
        if name not in self.drivers:
            raise Unplaceable(f'failed to find driver "{name}"', event="driver")
        return self.drivers[name]

    def write_handle(self, key: str, handle: Row) -> None:
        """Write down how to find a task again."""
        with self.store.change() as change:
            change.put("handles", key, {"handle": handle})

    def drop_handle(self, key: str) -> None:
        """Forget it."""
        with self.store.change() as change:
            change.delete("handles", key)
