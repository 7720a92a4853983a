"""What must happen to a job's allocations, group by group. Pure: rows in, decisions out.

After the allocation reconciler of Nomad 2.0.5, for one node.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from solo.compare import destructive, find
from solo.fields import Fields
from solo.state import active, client_done
from solo.store import Row

NOT_NEEDED = "alloc not needed due to job update"
UPDATED = "alloc is being updated due to job update"
MIGRATED = "alloc is being migrated"
RESCHEDULED = "alloc was rescheduled because it failed"


@dataclass(frozen=True)
class Place:
    """One allocation to make."""

    index: int
    previous: Row | None = None
    canary: bool = False
    rescheduled: bool = False


@dataclass
class GroupPlan:
    """What one group needs now."""

    name: str
    place: list[Place] = field(default_factory=list)
    stop: list[tuple[Row, str]] = field(default_factory=list)
    in_place: list[Row] = field(default_factory=list)
    ignore: int = 0
    later: list[Row] = field(default_factory=list)  #: failed, to be tried again after a delay
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def updating(self) -> bool:
        """Whether allocations of an older version change."""
        return bool(self.in_place or self.counts.get("DestructiveUpdate") or self.counts.get("Canary"))

    def updates(self) -> dict[str, int]:
        """DesiredTGUpdates as plans and evaluations show it."""
        keys = ("Canary", "DestructiveUpdate", "Disconnect", "Ignore", "InPlaceUpdate", "Migrate", "Place",
                "Preemptions", "Reconnect", "RescheduleLater", "RescheduleNow", "Stop")  # fmt: skip
        own = {"Ignore": self.ignore, "InPlaceUpdate": len(self.in_place), "RescheduleLater": len(self.later)}
        return {key: {**own, **self.counts}.get(key, 0) for key in keys}

    def count(self, key: str, number: int = 1) -> None:
        """Add to one of the counts."""
        self.counts[key] = self.counts.get(key, 0) + number


def alloc_index(alloc: Row) -> int:
    """The number in an allocation's name."""
    match = re.search(r"\[(\d+)\]$", alloc["Name"])
    return int(match[1]) if match else 0


def same_version(alloc: Row, job: Fields) -> bool:
    """Whether the allocation was made for this very version of the job."""
    return bool(alloc["JobVersion"] == job["Version"] and alloc["Job"]["CreateIndex"] == job["CreateIndex"])


def is_canary(alloc: Row) -> bool:
    """Whether it was placed as a canary."""
    return bool((alloc["DeploymentStatus"] or {}).get("Canary"))


def may_reschedule(alloc: Row, policy: Fields | None) -> bool:
    """Whether the policy allows one more attempt for this failed allocation."""
    if not policy:
        return False
    tries = len((alloc["RescheduleTracker"] or {"Events": []})["Events"])
    return bool(policy["Unlimited"]) or tries < int(policy["Attempts"])


def reschedule_delay(alloc: Row, policy: Fields) -> int:
    """Nanoseconds to wait after a failure."""
    tries = len((alloc["RescheduleTracker"] or {"Events": []})["Events"])
    base: int = policy["Delay"]
    if policy["DelayFunction"] == "constant":
        return base
    return int(min(base * 2**tries, policy["MaxDelay"] or base))


def decide(job: Fields | None, allocs: list[Row], deployment: Row | None, now: int) -> dict[str, GroupPlan]:
    """Decisions by group. `deployment` is the newest of this version of the job; no job: it was purged."""
    names = [group["Name"] for group in job["TaskGroups"]] if job else []
    names += [name for name in dict.fromkeys(a["TaskGroup"] for a in allocs) if name not in names]
    plans = {}
    for name in names:
        wanted = [a for a in allocs if a["TaskGroup"] == name and a["DesiredStatus"] == "run"]
        group = find(job["TaskGroups"], name) if job and not job["Stop"] else None
        if job is None or group is None:
            plans[name] = _stop_all(name, wanted)
        else:
            plans[name] = _Group(job, group, wanted, deployment, now).plan()
    return {name: plan for name, plan in plans.items() if _says_something(plan, job)}


def _says_something(plan: GroupPlan, job: Fields | None) -> bool:
    """A group that is gone and has nothing left is not mentioned."""
    known = job is not None and find(job["TaskGroups"], plan.name) is not None
    return known or bool(plan.stop)


def _stop_all(name: str, wanted: list[Row]) -> GroupPlan:
    plan = GroupPlan(name, stop=[(alloc, NOT_NEEDED) for alloc in wanted if not client_done(alloc)])
    plan.count("Stop", len(plan.stop))
    return plan


class _Group:
    """One group of a job that is to run."""

    def __init__(
        self, job: Fields, group: Fields, wanted: list[Row], deployment: Row | None, now: int
    ) -> None:
        self.job, self.group, self.now = job, group, now
        self.plan_ = GroupPlan(group["Name"])
        self.deployment = deployment
        self.state: dict[str, Any] = (deployment or {}).get("TaskGroups", {}).get(group["Name"], {})
        self.live = self._without_done(wanted)

    def plan(self) -> GroupPlan:
        """Go through canaries, numbers, updates."""
        canaries, normal = self._split_canaries()
        old = [a for a in normal if not same_version(a, self.job)]
        replace = [a for a in old if destructive(a["Job"], self.job, self.group["Name"])]
        update = self.group["Update"]
        wants_canaries = bool(update and update["Canary"] and replace and not self.state.get("Promoted"))
        if wants_canaries and update is not None:
            self._place_canaries(update["Canary"] - len(canaries), canaries, replace)
        replace = self._adjust_number(normal, replace)
        stopped = {a["ID"] for a, _ in self.plan_.stop}
        keep = [a for a in normal if a["ID"] not in stopped]
        changed = [a for a in keep if a in old and a not in replace and not client_done(a)]
        self.plan_.in_place = changed
        swap = [] if wants_canaries else replace[: self._room()]
        for alloc in swap:
            self.plan_.stop.append((alloc, UPDATED))
            self.plan_.place.append(Place(alloc_index(alloc), previous=alloc))
            self.plan_.count("DestructiveUpdate")
        self.plan_.ignore = len(keep) - len(changed) - len(swap) + len(canaries)
        return self.plan_

    def _without_done(self, wanted: list[Row]) -> list[Row]:
        """Those that count: running ones, finished batch ones, failed ones that nothing replaces."""
        live = []
        for alloc in wanted:
            if (alloc["DesiredTransition"] or {}).get("Migrate"):
                self._replace(alloc, MIGRATED, "Migrate")
            elif (alloc["DesiredTransition"] or {}).get("ForceReschedule") and alloc[
                "ClientStatus"
            ] == "failed":
                self._replace(alloc, RESCHEDULED, "RescheduleNow", rescheduled=True)
            elif (alloc["ClientStatus"] == "complete" and self.job["Type"] != "batch") or (
                alloc["ClientStatus"] == "failed" and self._retry(alloc)
            ):
                continue
            else:
                live.append(alloc)
        return live

    def _replace(self, alloc: Row, why: str, count: str, *, rescheduled: bool = False) -> None:
        self.plan_.stop.append((alloc, why))
        self.plan_.place.append(Place(alloc_index(alloc), alloc, is_canary(alloc), rescheduled))
        self.plan_.count(count)

    def _retry(self, alloc: Row) -> bool:
        """Whether a failed allocation is replaced now. An older version's is left to the update."""
        policy = self.group["ReschedulePolicy"]
        if not same_version(alloc, self.job) or not may_reschedule(alloc, policy) or self._halted():
            return False
        if self.now < alloc["ModifyTime"] + reschedule_delay(alloc, policy):
            self.plan_.later.append(alloc)
            return False
        self._replace(alloc, RESCHEDULED, "RescheduleNow", rescheduled=True)
        return True

    def _halted(self) -> bool:
        return bool(self.deployment and self.deployment["Status"] in ("failed", "paused"))

    def _split_canaries(self) -> tuple[list[Row], list[Row]]:
        """Canaries of the deployment under way, and the rest; stray canaries of earlier ones are stopped."""
        canaries, normal = [], []
        for alloc in self.live:
            current = self.deployment is not None and alloc["DeploymentID"] == self.deployment["ID"]
            if not is_canary(alloc) or (current and self.state.get("Promoted")):
                normal.append(alloc)
            elif current and same_version(alloc, self.job):
                canaries.append(alloc)
            else:
                self.plan_.stop.append((alloc, NOT_NEEDED))
                self.plan_.count("Stop")
        return canaries, normal

    def _place_canaries(self, missing: int, canaries: list[Row], replace: list[Row]) -> None:
        taken = {alloc_index(a) for a in canaries}
        names = [alloc_index(a) for a in replace if alloc_index(a) not in taken]
        for position in range(0 if self._halted() else missing):
            index = names[position] if position < len(names) else self.group["Count"] + position
            self.plan_.place.append(Place(index, canary=True))
            self.plan_.count("Canary")

    def _adjust_number(self, normal: list[Row], replace: list[Row]) -> list[Row]:
        """Stop what is too many, place what is missing. Returns what is still to be replaced."""
        planned = len([p for p in self.plan_.place if not p.canary])
        surplus = len(normal) + planned - self.group["Count"]
        # Old ones whose work a promoted canary took over go first, then the highest numbers.
        order = sorted(normal, key=lambda a: (a in replace, alloc_index(a)), reverse=True)
        for alloc in order[: max(0, surplus)]:
            self.plan_.stop.append((alloc, NOT_NEEDED))
            self.plan_.count("Stop")
        used = {alloc_index(a) for a in normal} | {p.index for p in self.plan_.place if not p.canary}
        free = [n for n in range(self.group["Count"] + len(used)) if n not in used]
        for index in free[: max(0, -surplus)]:
            self.plan_.place.append(Place(index))
            self.plan_.count("Place")
        gone = {a["ID"] for a in order[: max(0, surplus)]}
        return [a for a in replace if a["ID"] not in gone]

    def _room(self) -> int:
        """How many may be replaced at once: max_parallel, less those not yet known healthy."""
        update = self.group["Update"]
        if not update or not update["MaxParallel"]:
            return len(self.live)
        if self._halted():
            return 0
        if self.deployment is None or not active(self.deployment):
            return int(update["MaxParallel"])
        mine = [a for a in self.live if a["DeploymentID"] == self.deployment["ID"]]
        if any((a["DeploymentStatus"] or {}).get("Healthy") is False for a in mine):
            return 0
        waiting = [a for a in mine if (a["DeploymentStatus"] or {}).get("Healthy") is None]
        return max(0, int(update["MaxParallel"]) - len(waiting))
