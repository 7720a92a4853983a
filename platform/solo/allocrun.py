"""One allocation's life: its tasks, their services in Consul, and its state as others see it."""

import threading
from collections.abc import Callable
from typing import Any

from solo.clock import SECOND
from solo.compare import find
from solo.consul import ConsulSync
from solo.fields import Fields
from solo.machine import Machine
from solo.registrations import registrations
from solo.state import key_of as job_of
from solo.state import put_alloc, settle
from solo.store import Row
from solo.taskrun import TaskRun

_DESCRIPTIONS = {
    "pending": "No tasks have started",
    "running": "Tasks are running",
    "complete": "All tasks have completed",
    "failed": "Failed tasks",
}


class AllocRun:
    """Runs an allocation. `ended` is called once, when nothing of it runs any more."""

    def __init__(self, machine: Machine, consul: ConsulSync, alloc: Row, ended: Callable[[], None]) -> None:
        self.machine, self.consul, self.id = machine, consul, alloc["ID"]
        self._ended, self._stopping = ended, threading.Event()
        self._registered = False
        self._write_lock = threading.Lock()
        group = find(alloc["Job"]["TaskGroups"], alloc["TaskGroup"]) or {"Tasks": []}
        paths = machine.paths(self.id)
        self._quiet = True  # while it is made, nothing is written
        self.tasks = {t["Name"]: TaskRun(machine, alloc, t, paths, self._changed) for t in group["Tasks"]}
        self._quiet = False
        self._modified = alloc["AllocModifyIndex"]
        threading.Thread(target=self._run, name=f"alloc-{self.id[:8]}", daemon=True).start()

    @property
    def alloc(self) -> Row:
        """Its row as it is now."""
        return self.machine.store.tables["allocs"][self.id]

    def _group(self) -> Fields:
        alloc = self.alloc
        group = find(alloc["Job"]["TaskGroups"], alloc["TaskGroup"])
        return group or {"Tasks": [], "ShutdownDelay": None}

    def _run(self) -> None:
        first: list[TaskRun] = []
        rest: list[TaskRun] = []
        for task in self.tasks.values():
            hook = (task.task["Lifecycle"] or {}).get("Hook", "")
            early = hook == "prestart" and not task.task["Lifecycle"].get("Sidecar")
            (first if early else rest).append(task)
        for batch in (first, rest):
            for task in batch:
                task.thread.start()
            for task in batch:
                task.thread.join()
        self._deregister()
        self._changed()
        self._ended()

    def _changed(self) -> None:
        """Write the tasks' states down, and register the services once all run."""
        if self._quiet:
            return
        with self._write_lock, self.machine.store.change() as change:
            alloc = self.alloc
            states = {name: dict(task.state) for name, task in self.tasks.items()}
            status = _client_status(states)
            new = {"ClientStatus": status, "ClientDescription": _DESCRIPTIONS[status], "TaskStates": states}
            if any(alloc[key] != value for key, value in new.items()):
                put_alloc(change, {**alloc, **new})
                settle(change, job_of(alloc))
        if status == "running" and not self._stopping.is_set() and not self._registered:
            self.register()

    def register(self) -> None:
        """Tell Consul of its services, as its job says now."""
        running = all(task.running for task in self.tasks.values() if not task.task["Lifecycle"])
        if running:
            self._registered = True
            self.consul.register(self.id, registrations(self.alloc, self.machine.node()))

    def _deregister(self) -> None:
        self._registered = False
        self.consul.deregister(self.id)

    def refresh(self) -> None:
        """Its job changed in place: tags and checks may be others."""
        if self._modified != self.alloc["AllocModifyIndex"]:
            self._modified = self.alloc["AllocModifyIndex"]
            if self._registered:
                self.register()

    def stop(self) -> None:
        """Out of Consul first, then the group's delay, then the tasks."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        threading.Thread(target=self._stop, name=f"stop-{self.id[:8]}", daemon=True).start()

    def _stop(self) -> None:
        was_registered = self._registered
        self._deregister()
        delay = self._group()["ShutdownDelay"]
        if delay and was_registered:
            threading.Event().wait(delay / SECOND)
        for task in self.tasks.values():
            task.kill()

    def tell_all(self, event: Callable[[], dict[str, Any]]) -> None:
        """Add an event to each task."""
        for task in self.tasks.values():
            task.tell(event())


def _client_status(states: dict[str, dict[str, Any]]) -> str:
    if any(state["State"] == "dead" and state["Failed"] for state in states.values()):
        return "failed"
    if any(state["State"] == "running" for state in states.values()):
        return "running"
    if any(state["State"] == "pending" for state in states.values()):
        return "pending"
    return "complete"
