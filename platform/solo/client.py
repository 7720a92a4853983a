"""Nomad's client part: starts and stops what the scheduler decided, and finds running tasks again."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from solo.allocrun import AllocRun
from solo.clock import HOUR, now_ns
from solo.consul import ConsulSync
from solo.machine import Machine
from solo.state import client_done, key_of, put_alloc, settle

log = logging.getLogger(__name__)
_KEPT_NS = HOUR  # ended allocations, evaluations and deployments are forgotten after this
_JOB_KEPT_NS = 4 * HOUR  # and dead jobs after this, as Nomad does
_TICK_S = 60.0


class Client:
    """All allocations of this machine. `freed` is called when one has ended."""

    def __init__(self, machine: Machine, consul: ConsulSync, freed: Callable[[], None]) -> None:
        self.machine, self.consul, self._freed = machine, consul, freed
        self.runs: dict[str, AllocRun] = {}
        self._poke = threading.Event()
        machine.store.on_change(self._poke.set)

    def start(self) -> None:
        """Begin; tasks of before a restart are found again first."""
        self._poke.set()
        threading.Thread(target=self._loop, name="client", daemon=True).start()

    def _loop(self) -> None:
        swept = 0.0
        while True:
            self._poke.wait(_TICK_S)
            self._poke.clear()
            try:
                self._round()
                if time.monotonic() - swept > _TICK_S:
                    swept = time.monotonic()
                    self.collect(now_ns())
            except Exception:
                log.exception("the client failed")

    def _round(self) -> None:
        for alloc in self.machine.store.rows("allocs"):
            run = self.runs.get(alloc["ID"])
            if run is None:
                if not client_done(alloc):
                    self._begin(alloc)
            elif alloc["DesiredStatus"] != "run":
                run.stop()
            else:
                run.refresh()

    def _begin(self, alloc: dict[str, Any]) -> None:
        if alloc["DesiredStatus"] != "run" and not alloc["TaskStates"]:
            with self.machine.store.change() as change:
                done = {"ClientStatus": "complete", "ClientDescription": "All tasks have completed"}
                put_alloc(change, {**alloc, **done})
                settle(change, key_of(alloc))
            return
        self.runs[alloc["ID"]] = AllocRun(self.machine, self.consul, alloc, lambda: self._done(alloc["ID"]))

    def _done(self, alloc_id: str) -> None:
        self.runs.pop(alloc_id, None)
        self._freed()

    def tell(self, alloc_id: str, event: Callable[[], dict[str, Any]]) -> None:
        """Add an event to an allocation's tasks."""
        run = self.runs.get(alloc_id)
        if run is not None:
            run.tell_all(event)

    def collect(self, now: int, *, everything: bool = False) -> None:
        """Forget what ended long ago, files included; `everything`: whatever its age."""
        store = self.machine.store
        before = now if everything else now - _KEPT_NS
        gone_jobs = self._dead_jobs(now if everything else now - _JOB_KEPT_NS)
        kept_jobs = set(store.tables["jobs"]) - gone_jobs
        with store.change() as change:
            for key in gone_jobs:
                change.delete("jobs", key)
                change.delete("versions", key)
                change.delete("scaling", key)
            for alloc in store.rows("allocs"):
                ended = client_done(alloc) and alloc["ModifyTime"] < before
                wanted = alloc["DesiredStatus"] == "run" and key_of(alloc) in kept_jobs
                if ended and not wanted and alloc["ID"] not in self.runs:
                    change.delete("allocs", alloc["ID"])
                    self.machine.paths(alloc["ID"]).remove()
            for table, states in (("evals", ("pending", "blocked")), ("deployments", ("running", "paused"))):
                for row in store.rows(table):
                    newest = table == "deployments" and key_of(row) in kept_jobs
                    if row["Status"] not in states and row["ModifyTime"] < before and not newest:
                        change.delete(table, row["ID"])

    def _dead_jobs(self, before: int) -> set[str]:
        store = self.machine.store
        return {
            key
            for key, job in store.tables["jobs"].items()
            if job["Status"] == "dead"
            and (job["Stop"] or job["Type"] == "batch")
            and job["SubmitTime"] < before
            and all(client_done(a) for a in store.of_job("allocs", key))
        }
