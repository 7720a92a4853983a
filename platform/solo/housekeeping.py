"""What is looked at now and then: drivers, Consul's and OpenBao's versions, sizes of output files."""

import logging
import threading
from collections.abc import Callable

from solo import logs, node
from solo.consul import ConsulSync
from solo.machine import Machine
from solo.state import client_done
from solo.store import Row

log = logging.getLogger(__name__)
_EVERY_S = 5.0
_MIB = 1024 * 1024


class Housekeeping:
    """One thread for all of it. `changed` is called when the node has become another."""

    def __init__(self, machine: Machine, consul: ConsulSync, changed: Callable[[], None]) -> None:
        self._machine, self._consul, self._changed = machine, consul, changed
        self._stop = threading.Event()

    def fingerprint(self) -> None:
        """Look what this machine offers, and write it down where it changed."""
        known = self._consul.fingerprint()
        if self._machine.vault is not None:
            known |= self._machine.vault.fingerprint()
        drivers = {name: self._driver(name) for name in self._machine.drivers}
        store = self._machine.store
        before = store.table_index["nodes"]
        node.describe(store, self._machine.options, drivers, known)
        if store.table_index["nodes"] != before:
            self._changed()

    def _driver(self, name: str) -> Row:
        old = (self._machine.store.get("nodes", self._machine.node_id) or {}).get("Drivers", {}).get(name)
        try:
            fresh = node.driver_row(name, self._machine.drivers[name].fingerprint())
        except OSError as error:
            fresh = node.driver_row(name, None, str(error))
        same = old and old["Healthy"] == fresh["Healthy"] and old["Attributes"] == fresh["Attributes"]
        return old if same else fresh

    def run(self) -> None:
        """Until the process ends."""
        while not self._stop.wait(_EVERY_S):
            try:
                self.fingerprint()
                self._rotate()
            except Exception:
                log.exception("housekeeping failed")

    def _rotate(self) -> None:
        for alloc in self._machine.store.rows("allocs"):
            if client_done(alloc):
                continue
            directory = self._machine.paths(alloc["ID"]).logs
            group: Row = next(
                (g for g in alloc["Job"]["TaskGroups"] if g["Name"] == alloc["TaskGroup"]), {"Tasks": []}
            )
            for task in group["Tasks"]:
                config = task["LogConfig"]
                for kind in ("stdout", "stderr"):
                    logs.rotate(
                        directory, task["Name"], kind, config["MaxFileSizeMB"] * _MIB, config["MaxFiles"]
                    )
