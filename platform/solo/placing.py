"""A whole job's decisions made concrete: which copies fit, with which ports, and which do not and why."""

from dataclasses import dataclass, field
from typing import Any

from solo.compare import find
from solo.feasible import exhaust, judge, needs, used
from solo.fields import Fields
from solo.ports import assign, taken
from solo.reconcile import GroupPlan, Place, decide
from solo.state import client_done
from solo.store import Row, Store


@dataclass(frozen=True)
class Placed:
    """One copy that fits."""

    group: Fields
    place: Place
    ports: list[Row]
    metric: dict[str, Any]


@dataclass
class Outcome:
    """All decisions about one job."""

    groups: dict[str, GroupPlan]
    placed: list[Placed] = field(default_factory=list)
    failed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def updates(self) -> dict[str, dict[str, int]]:
        """DesiredTGUpdates."""
        return {name: plan.updates() for name, plan in self.groups.items()}

    def queued(self) -> dict[str, int]:
        """Copies by group that found no place."""
        missing = dict.fromkeys(self.groups, 0)
        for name, metric in self.failed.items():
            missing[name] = 1 + metric["CoalescedFailures"]
        return missing

    def changes(self) -> bool:
        """Whether there is anything to do or to wait for."""
        return bool(self.placed or self.failed) or any(p.stop or p.in_place for p in self.groups.values())


def outcome(
    store: Store, key: str, job: Fields | None, deployment: Row | None, node: Row, now: int
) -> Outcome:
    """Decide about a job as the store stands now. Writes nothing."""
    allocs = store.of_job("allocs", key)
    result = Outcome(decide(job, allocs, deployment, now))
    if job is None:
        return result
    stopping = {alloc["ID"] for plan in result.groups.values() for alloc, _ in plan.stop}
    everywhere = [a for a in store.rows("allocs") if not client_done(a)]
    running = [a for a in everywhere if a["DesiredStatus"] == "run" and a["ID"] not in stopping]
    held, busy = used(running), taken(everywhere)
    limits = (node["NodeResources"]["MinDynamicPort"], node["NodeResources"]["MaxDynamicPort"])
    for name, plan in result.groups.items():
        group = find(job["TaskGroups"], name)
        for place in plan.place if group else []:
            assert group is not None  # noqa: S101 - for the type checker
            fits, metric = judge(job, group, node, held, store.volumes())
            ports: list[Row] = []
            if fits:
                ports, problem = assign(group, node["Address"], limits, busy)
                if problem:
                    fits = False
                    exhaust(metric, group, problem)
            if fits:
                result.placed.append(Placed(group, place, ports, metric))
                held = {k: held[k] + v for k, v in needs(group).items()}
            else:
                _fail(result, plan, place, metric)
    return result


def _fail(result: Outcome, plan: GroupPlan, place: Place, metric: dict[str, Any]) -> None:
    """What cannot be replaced keeps running."""
    if plan.name in result.failed:
        result.failed[plan.name]["CoalescedFailures"] += 1
    else:
        result.failed[plan.name] = metric
    if place.previous is not None:
        plan.stop = [(alloc, why) for alloc, why in plan.stop if alloc["ID"] != place.previous["ID"]]
