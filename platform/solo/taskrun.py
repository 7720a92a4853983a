"""One task's life: set up, start, wait, start again as the policy allows, and end when asked to."""

import logging
import queue
import random
import signal
import threading
from collections.abc import Callable
from typing import Any

from solo import setup, taskevents
from solo.clock import SECOND, duration, now_ns, rfc3339
from solo.errors import Unplaceable
from solo.fields import Fields
from solo.handles import Exit, Handle
from solo.machine import Machine
from solo.paths import AllocPaths
from solo.store import Row

log = logging.getLogger(__name__)
_JITTER = 0.25  # restart delays are lengthened by up to a quarter, as Nomad does
LOOK_S = 5.0  #: between two looks at what templates read; consul-template looks every few minutes
KILL, RESTART, EXIT = "kill", "restart", "exit"


class TaskRun:
    """Runs one task in a thread of its own. `changed` is called after every change of its state."""

    def __init__(
        self, machine: Machine, alloc: Row, task: Fields, paths: AllocPaths, changed: Callable[[], None]
    ) -> None:
        self.machine, self.alloc, self.task, self.paths = machine, alloc, task, paths
        self.name: str = task["Name"]
        self._changed = changed
        self._inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.killed = threading.Event()
        self._lock = threading.Lock()  #: others add events, too
        self.handle: Handle | None = None
        self._restarts: list[int] = []
        saved = (alloc["TaskStates"] or {}).get(self.name)
        self.state: dict[str, Any] = dict(saved) if saved else _fresh()
        if not saved:
            self._tell(taskevents.received())
        self.thread = threading.Thread(
            target=self._run, name=f"task-{alloc['ID'][:8]}-{self.name}", daemon=True
        )

    # What others ask of it.

    def kill(self) -> None:
        """Ask it to end; its thread ends when it has."""
        self.killed.set()
        self._inbox.put((KILL, None))

    def restart(self) -> None:
        """Ask it to end and begin again."""
        self._inbox.put((RESTART, None))

    def send(self, number: int) -> None:
        """Send it a signal."""
        if self.handle is not None:
            self._tell(taskevents.signaling(signal.Signals(number).name))
            self.handle.signal(number)

    @property
    def running(self) -> bool:
        """Whether its program runs."""
        return self.handle is not None and self.state["State"] == "running"

    @property
    def key(self) -> str:
        """Its key among the handles that are written down."""
        return f"{self.alloc['ID']}/{self.name}"

    # Its life.

    def _run(self) -> None:
        try:
            self._live()
        except Exception as error:
            log.exception("task %s", self.key)
            self._fail(taskevents.setup_failure(str(error)))

    def _live(self) -> None:
        if self.state["State"] == "dead":
            return
        again = not self._recovered() and self._again(self._begin())
        while True:
            if again:
                again = self._again(self._begin())
            elif self.state["State"] == "dead":
                return
            else:
                again = self._wait()

    def _again(self, started: bool) -> bool:  # noqa: FBT001 - the answer of _begin
        """After a failed start: whether to try once more."""
        return not started and self.state["State"] != "dead" and not self.killed.is_set()

    def _recovered(self) -> bool:
        record = self.machine.store.get("handles", self.key)
        if record is None:
            return False
        driver = self.machine.drivers.get(self.task["Driver"])
        order = setup.order(self.machine, self.alloc, self.task, self.paths, self._tell)
        self.handle = driver.recover(record["handle"], order, self._exited) if driver else None
        return self.handle is not None

    def _begin(self) -> bool:
        """Set up and start. False when that failed; then the state says whether it may be tried again."""
        try:
            setup.prepare(self.machine, self.alloc, self.task, self.paths, self._tell, self.killed)
            if self.killed.is_set():
                self._dead(failed=False)
                return False
            order = setup.order(self.machine, self.alloc, self.task, self.paths, self._tell)
            self.handle = self.machine.driver(self.task["Driver"]).start(order, self._exited)
        except Unplaceable as error:
            return self._not_begun(error)
        self.machine.write_handle(self.key, self.handle.record())
        now = now_ns()
        self.state |= {"State": "running", "StartedAt": rfc3339(now)}
        self._tell(taskevents.started())
        return True

    def _not_begun(self, error: Unplaceable) -> bool:
        kinds = {
            "driver": taskevents.driver_failure,
            "artifact": taskevents.download_failed,
            "vault": taskevents.killing_because,
            "template": taskevents.killing_because,
        }
        self._tell(kinds.get(error.event, taskevents.setup_failure)(str(error)))
        if not error.recoverable:
            self._dead(failed=True)
        else:
            self._by_policy(Exit(1))
        return False

    def _exited(self, outcome: Exit) -> None:
        self._inbox.put((EXIT, outcome))

    def _wait(self) -> bool:
        """Until something happens. True: begin again."""
        try:
            what, value = self._inbox.get(timeout=LOOK_S if setup.follows(self.task) else None)
        except queue.Empty:
            return self._look_at_templates()
        if what == KILL:
            self._end()
            return False
        if what == RESTART:
            self._tell(taskevents.restart_signaled())
            self._finish_running()
            return self._restarting("", 0)
        self._ended(value)
        if self.task["Lifecycle"] and value.success and not self.task["Lifecycle"].get("Sidecar"):
            self._dead(failed=False)
            return False
        return self._by_policy(value)

    def _look_at_templates(self) -> bool:
        """Do what a template that came out differently asks for. True: begin again."""
        changed = setup.rendered_anew(self.machine, self.alloc, self.task, self.paths)
        if any(item["ChangeMode"] == "restart" for item in changed):
            self._tell(taskevents.restart_signaled("Template with change_mode restart re-rendered"))
            self._finish_running()
            return self._restarting("", 0)
        for name in sorted({item["ChangeSignal"] for item in changed if item["ChangeMode"] == "signal"}):
            self._tell(taskevents.signaling(name, "Template re-rendered"))
            if self.handle is not None:
                self.handle.signal(signal.Signals[name])
        return False

    def _ended(self, outcome: Exit) -> None:
        """Note that the program is gone."""
        self._tell(
            taskevents.terminated(outcome.code, outcome.signal, oom=outcome.oom, message=outcome.message)
        )
        if self.handle is not None:
            self.handle.forget()
        self.handle = None
        self.machine.drop_handle(self.key)

    def _finish_running(self) -> None:
        """End the program: its signal, its time to end, then by force."""
        handle = self.handle
        if handle is None:
            return
        timeout: int = self.task["KillTimeout"]
        self._tell(taskevents.killing(timeout))
        handle.signal(_signal(self.task))
        outcome = self._exit_within(timeout / SECOND)
        if outcome is None:
            handle.kill()
            outcome = self._exit_within(30.0) or Exit(128 + signal.SIGKILL, signal.SIGKILL)
        self._ended(outcome)

    def _exit_within(self, seconds: float) -> Exit | None:
        deadline = now_ns() + int(seconds * SECOND)
        while (left := deadline - now_ns()) > 0:
            try:
                what, value = self._inbox.get(timeout=left / SECOND)
            except queue.Empty:
                return None
            if what == EXIT and isinstance(value, Exit):
                return value
        return None

    def _end(self) -> None:
        delay: int = self.task["ShutdownDelay"]
        if delay and self.handle is not None:
            self._tell(taskevents.shutdown_delay(delay))
            outcome = self._exit_within(delay / SECOND)
            if outcome is not None:
                self._ended(outcome)
        self._finish_running()
        self._tell(taskevents.killed())
        self._dead(failed=False)

    def _by_policy(self, outcome: Exit) -> bool:
        """Begin again, or stay dead. After GetState of Nomad's restart tracker."""
        policy, batch = self.task["RestartPolicy"], self.alloc["Job"]["Type"] in ("batch", "sysbatch")
        if batch and outcome.success:
            self._dead(failed=False)
            return False
        if policy["Attempts"] == 0:
            return self._give_up("Policy allows no restarts")
        now, interval = now_ns(), policy["Interval"]
        self._restarts = [at for at in self._restarts if now - at < interval]
        if len(self._restarts) >= policy["Attempts"]:
            if policy["Mode"] == "fail":
                tries = f"Exceeded allowed attempts {policy['Attempts']} in interval {duration(interval)}"
                return self._give_up(f'{tries} and mode is "fail"')
            return self._restarting(
                "Exceeded allowed attempts, applying a delay", self._restarts[0] + interval - now
            )
        self._restarts.append(now)
        lengthened = int(policy["Delay"] * (1 + random.random() * _JITTER))
        return self._restarting("Restart within policy", lengthened)

    def _give_up(self, reason: str) -> bool:
        self._tell(taskevents.not_restarting(reason))
        self._dead(failed=True)
        return False

    def _restarting(self, reason: str, delay: int) -> bool:
        """Wait, then begin again. False when it was killed meanwhile."""
        self.state |= {
            "State": "pending", "Restarts": self.state["Restarts"] + 1, "LastRestart": rfc3339(now_ns()),
        }  # fmt: skip
        self._tell(taskevents.restarting(reason, delay))
        if self.killed.wait(delay / SECOND):
            self._tell(taskevents.killed())
            self._dead(failed=False)
            return False
        return True

    def _fail(self, event: dict[str, Any]) -> None:
        self._tell(event)
        self._dead(failed=True)

    def _dead(self, *, failed: bool) -> None:
        self.state |= {"State": "dead", "Failed": failed, "FinishedAt": rfc3339(now_ns())}
        self._changed()

    def _tell(self, event: dict[str, Any]) -> None:
        with self._lock:
            self.state = {**self.state, "Events": [*self.state["Events"], event][-taskevents.KEPT :]}
        self._changed()

    def tell(self, event: dict[str, Any]) -> None:
        """Add an event that others found out."""
        self._tell(event)


def _fresh() -> dict[str, Any]:
    return {
        "Events": [], "Failed": False, "FinishedAt": None, "LastRestart": None, "Paused": "", "Restarts": 0,
        "StartedAt": None, "State": "pending",
    }  # fmt: skip


def _signal(task: Fields) -> int:
    """Its kill signal; the drivers' own defaults as Nomad has them."""
    default = "SIGTERM" if task["Driver"] == "docker" else "SIGINT"
    return int(signal.Signals[task["KillSignal"] or default])
