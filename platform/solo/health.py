"""Whether an allocation of a deployment is healthy: tasks run and Consul's checks pass, long enough.

After client/allochealth of Nomad 2.0.5.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from solo import taskevents
from solo.clock import SECOND, duration, now_ns, rfc3339
from solo.compare import find
from solo.consul import ConsulSync
from solo.state import key_of, put_alloc, settle
from solo.store import Row, Store

_LOOK_S = 0.2
_IDLE_S = 2.0


class Watch:
    """Judges allocations that a deployment waits for. `tell` adds a task event to an allocation."""

    def __init__(
        self, store: Store, consul: ConsulSync, tell: Callable[[str, Callable[[], dict[str, Any]]], None]
    ) -> None:
        self.store, self.consul, self._tell = store, consul, tell
        self._first: dict[tuple[str, str], float] = {}
        self._good: dict[tuple[str, str], float] = {}
        self._poke = threading.Event()
        store.on_change(self._poke.set)

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="health", daemon=True).start()

    def _run(self) -> None:
        while True:
            waiting = self._waiting()
            if not waiting:
                self._first.clear()
                self._good.clear()
                self._poke.wait(_IDLE_S)
                self._poke.clear()
                continue
            checks = self.consul.checks()
            for alloc in waiting:
                self._judge(alloc, checks)
            time.sleep(_LOOK_S)

    def _waiting(self) -> list[Row]:
        return [
            a
            for a in self.store.rows("allocs")
            if a["DeploymentID"]
            and a["DesiredStatus"] == "run"
            and (a["DeploymentStatus"] or {}).get("Healthy") is None
        ]

    def _judge(self, alloc: Row, checks: dict[str, list[str]] | None) -> None:
        group = find(alloc["Job"]["TaskGroups"], alloc["TaskGroup"])
        update = group["Update"] if group else None
        if not update or update["HealthCheck"] == "manual":
            return
        key, now = (alloc["ID"], alloc["DeploymentID"]), time.monotonic()
        first = self._first.setdefault(key, now)
        if alloc["ClientStatus"] in ("failed", "complete", "lost"):
            self._unhealthy(alloc, "Unhealthy because of failed task")
            return
        running = alloc["ClientStatus"] == "running" and all(
            state["State"] == "running" or (state["State"] == "dead" and not state["Failed"])
            for state in (alloc["TaskStates"] or {}).values()
        )
        if running and (update["HealthCheck"] != "checks" or self._passing(alloc, checks)):
            if now - self._good.setdefault(key, now) >= update["MinHealthyTime"] / SECOND:
                self._set(alloc, healthy=True)
            return
        self._good.pop(key, None)
        if now - first > update["HealthyDeadline"] / SECOND:
            self._unhealthy(alloc, _late(alloc, update))

    def _passing(self, alloc: Row, checks: dict[str, list[str]] | None) -> bool:
        services = self.consul.services(alloc["ID"])
        if checks is None:
            return False
        expected = _services(alloc)
        if expected and not services:
            return False
        return all(
            len(found := checks.get(s["ID"], [])) == len(s["Checks"])
            and all(status == "passing" for status in found)
            for s in services
        )

    def _unhealthy(self, alloc: Row, why: str) -> None:
        self._tell(alloc["ID"], lambda: taskevents.alloc_unhealthy(why))
        self._set(alloc, healthy=False)

    def _set(self, alloc: Row, *, healthy: bool) -> None:
        set_health(self.store, alloc["ID"], healthy=healthy)


def set_health(store: Store, alloc_id: str, *, healthy: bool) -> None:
    """Write down the judgement."""
    with store.change() as change:
        alloc = store.tables["allocs"][alloc_id]
        status = {
            "Canary": bool((alloc["DeploymentStatus"] or {}).get("Canary")),
            "Healthy": healthy,
            "ModifyIndex": change.index,
            "Timestamp": rfc3339(now_ns()),
        }
        put_alloc(change, {**alloc, "DeploymentStatus": status})
        settle(change, key_of(alloc))


def _services(alloc: Row) -> bool:
    group = find(alloc["Job"]["TaskGroups"], alloc["TaskGroup"]) or {"Services": None, "Tasks": []}
    return bool(group["Services"]) or any(task["Services"] for task in group["Tasks"])


def _late(alloc: Row, update: Row) -> str:
    """Nomad's sentence for what was not reached in time (recording 114)."""
    deadline = duration(update["HealthyDeadline"])
    if alloc["ClientStatus"] != "running":
        return f"Task not running by healthy_deadline of {deadline}"
    least = duration(update["MinHealthyTime"])
    return f"Task not running for min_healthy_time of {least} by healthy_deadline of {deadline}"
