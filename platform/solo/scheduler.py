"""The scheduler: one thread that works evaluations off, reviews deployments, and retries what had no room."""

import logging
import threading
import uuid
from collections.abc import Callable

from solo import deployments
from solo.clock import SECOND, now_ns
from solo.compare import find
from solo.newalloc import in_place, new_alloc
from solo.placing import Outcome, outcome
from solo.reconcile import reschedule_delay
from solo.state import active, job_key, key_of, new_eval, put_alloc, put_deployment, put_eval, settle
from solo.store import Change, Row, Store

log = logging.getLogger(__name__)
_BLOCKED = "created to place remaining allocations"
_TICK_S = 1.0  # deadlines are looked at this often


class Scheduler:
    """Brings what jobs ask for and what is allocated together. `node` gives the node as it is now."""

    def __init__(self, store: Store, node: Callable[[], Row]) -> None:
        self.store, self.node = store, node
        self._poke = threading.Event()
        self._stop = False
        self._retries: dict[str, int] = {}  #: job key -> when to try failed allocations again
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        store.on_change(self._poke.set)

    def start(self) -> None:
        """Begin; evaluations left over from before are worked off first."""
        self._poke.set()
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way."""
        self._stop = True
        self._poke.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop:
            self._poke.wait(_TICK_S)
            self._poke.clear()
            try:
                self._round()
            except Exception:
                log.exception("scheduling failed")

    def _round(self) -> None:
        self._review()
        self._due()
        while self.store.pending and not self._stop:
            self.process(next(iter(self.store.pending)))

    def _review(self) -> None:
        for deployment in self.store.rows("deployments"):
            if active(deployment):
                with self.store.change() as change:
                    deployments.review(change, self.store.tables["deployments"][deployment["ID"]])
                    settle(change, key_of(deployment))

    def _due(self) -> None:
        for key, when in list(self._retries.items()):
            job = self.store.get("jobs", key)
            if when <= now_ns():
                del self._retries[key]
                if job is not None:
                    with self.store.change() as change:
                        new_eval(change, job, "alloc-failure")

    def unblock(self) -> None:
        """Try again what found no room: something has ended, or the node has changed."""
        blocked = [e for e in self.store.rows("evals") if e["Status"] == "blocked"]
        for evaluation in blocked:
            with self.store.change() as change:
                put_eval(change, {**evaluation, "Status": "pending"})

    def process(self, eval_id: str) -> None:
        """Work one evaluation off, as one change."""
        with self.store.change() as change:
            evaluation = self.store.tables["evals"][eval_id]
            key = key_of(evaluation)
            job = self.store.get("jobs", key)
            allocs = self.store.of_job("allocs", key)
            deployments.cancel_outdated(change, key, job)
            found = outcome(
                self.store, key, job, deployments.of_version(self.store, job), self.node(), now_ns()
            )
            deployment = self._apply(change, evaluation, job, found, allocs)
            self._finish(change, evaluation, found, deployment)
            settle(change, key)
        self._remember_retries(key, found)

    def _apply(
        self, change: Change, evaluation: Row, job: Row | None, found: Outcome, allocs: list[Row]
    ) -> Row | None:
        if job is None or not found.changes():
            deployment = None
        else:
            deployment = deployments.open_for(change, job, found, allocs)
        made: dict[str, str] = {}
        fresh = []
        for placed in found.placed if job else []:
            assert job is not None  # noqa: S101 - for the type checker
            alloc = new_alloc(job, self.node(), placed, evaluation["ID"], deployment, change.index)
            fresh.append(put_alloc(change, alloc, "PlanResult"))
            if placed.place.previous is not None:
                made[placed.place.previous["ID"]] = alloc["ID"]
        for plan in found.groups.values():
            for alloc, why in plan.stop:
                stopped = {
                    "DesiredStatus": "stop",
                    "DesiredDescription": why,
                    "AllocModifyIndex": change.index,
                }
                put_alloc(
                    change, {**alloc, **stopped, "NextAllocation": made.get(alloc["ID"], "")}, "PlanResult"
                )
            for alloc in plan.in_place if job else []:
                assert job is not None  # noqa: S101 - for the type checker
                row = in_place(alloc, job, deployment, change.index, evaluation["ID"])
                fresh.append(put_alloc(change, row, "PlanResult"))
        if deployment is None or job is None:
            return deployment
        noted = deployments.note_placed(deployment, fresh, job)
        if noted != self.store.get("deployments", deployment["ID"]):
            put_deployment(change, noted, "PlanResult")
        return noted

    def _finish(self, change: Change, evaluation: Row, found: Outcome, deployment: Row | None) -> None:
        row = {key: v for key, v in evaluation.items() if key not in ("FailedTGAllocs", "BlockedEval")}
        row |= {
            "Status": "complete",
            "SnapshotIndex": evaluation["ModifyIndex"],
            "PlanAnnotations": {"DesiredTGUpdates": found.updates(), "PreemptedAllocs": None},
            "QueuedAllocations": found.queued(),
        }
        row.pop("StatusDescription", None)
        known = deployment or deployments.of_version(self.store, self.store.get("jobs", key_of(evaluation)))
        if known is not None:
            row["DeploymentID"] = known["ID"]
        if found.failed:
            row["FailedTGAllocs"] = found.failed
            row = self._block(change, evaluation, row, found)
        else:
            self._cancel_blocked(change, evaluation)
        put_eval(change, row)

    def _block(self, change: Change, evaluation: Row, row: Row, found: Outcome) -> Row:
        """One evaluation of the job stays blocked until there is room."""
        blocked = [
            e
            for e in self.store.of_job("evals", key_of(evaluation))
            if e["Status"] == "blocked" and e["ID"] != evaluation["ID"]
        ]
        if evaluation["TriggeredBy"] == "queued-allocs":
            return {**row, "Status": "blocked", "StatusDescription": _BLOCKED}
        for older in blocked:
            put_eval(
                change, {**older, "Status": "canceled", "StatusDescription": "a newer evaluation is blocked"}
            )
        waiting = {
            "ID": str(uuid.uuid4()), "Status": "blocked", "StatusDescription": _BLOCKED,
            "TriggeredBy": "queued-allocs", "PreviousEval": evaluation["ID"], "FailedTGAllocs": found.failed,
            "ClassEligibility": {"v1:1": True}, "SnapshotIndex": evaluation["ModifyIndex"],
        }  # fmt: skip
        kept: Row = {
            k: evaluation[k]
            for k in ("JobID", "Namespace", "Priority", "Type", "JobModifyIndex")
            if k in evaluation
        }
        put_eval(change, {**kept, **waiting})
        return {**row, "BlockedEval": waiting["ID"]}

    def _cancel_blocked(self, change: Change, evaluation: Row) -> None:
        for other in self.store.of_job("evals", key_of(evaluation)):
            if other["Status"] == "blocked" and other["ID"] != evaluation["ID"]:
                text = f'evaluation "{evaluation["ID"]}" successful'
                put_eval(change, {**other, "Status": "canceled", "StatusDescription": text})

    def _remember_retries(self, key: str, found: Outcome) -> None:
        for plan in found.groups.values():
            for alloc in plan.later:
                group = find(alloc["Job"]["TaskGroups"], plan.name)
                policy = group["ReschedulePolicy"] if group else None
                if policy:
                    when = alloc["ModifyTime"] + reschedule_delay(alloc, policy) + SECOND // 100
                    self._retries[key] = min(when, self._retries.get(key, when))


def dry_run(store: Store, job: Row, node: Row) -> Outcome:
    """What registering this job would bring about. Writes nothing."""
    key = job_key(job["Namespace"], job["ID"])
    return outcome(store, key, job, deployments.of_version(store, job), node, now_ns())
