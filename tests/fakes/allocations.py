"""Allocations of the fake Nomad: small machines that move one step at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from orchestration.ports import AllocState, TaskEvent
from tests.fakes.troubles import Trouble

LIVE = ("pending", "running")


@dataclass
class FakeAlloc:
    """One allocation. `number` makes its id and its port."""

    number: int
    job_id: str
    tasks: tuple[str, ...]
    job_version: int
    client_status: str = "pending"
    desired_status: str = "run"
    healthy: bool | None = None
    oom_killed: bool = False
    modify_index: int = 0
    waited: int = 0  #: steps spent running and not yet healthy
    canary: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)  #: the job that it was made from, or changed to
    events: dict[str, list[TaskEvent]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A UUID, as Nomad's are."""
        return str(UUID(int=0xA110C << 64 | self.number))

    @property
    def live(self) -> bool:
        """Whether its tasks run or may still run."""
        return self.client_status in LIVE

    def sources(self) -> set[str]:
        """Names of the volumes that it claims."""
        volumes = [group.get("Volumes") or {} for group in self.raw.get("TaskGroups", [])]
        return {each["Source"] for of_group in volumes for each in of_group.values()}

    def say(self, kind: str, message: str, **more: Any) -> None:
        """Add a line to the story of every task."""
        for task in self.tasks:
            told = self.events.setdefault(task, [])
            told.append(TaskEvent(self.number * 10**9 + len(told), kind, message, **more))

    def start(self) -> None:
        """Pending becomes running."""
        self.client_status = "running"
        self.say("Started", "Task started by client")

    def wait_for(self, what: str) -> None:
        """Stay pending on a template that cannot be rendered; said once."""
        if all(event.type != "Template" for told in self.events.values() for event in told):
            self.say("Template", f"Missing: {what}")

    def fail(self, trouble: Trouble, image: str = "") -> None:
        """Go wrong for good, in the way of the trouble."""
        if trouble.kind == "image":
            self.say("Driver Failure", trouble.message or f"Failed to pull `{image}`: no such host")
        elif trouble.kind == "oom":
            self.oom_killed = True
            self.say("Terminated", 'Exit Code: 137, Exit Message: "OOM Killed"', exit_code=137)
        elif trouble.kind == "exit":
            self.say("Terminated", f"Exit Code: {trouble.exit_code}", exit_code=trouble.exit_code)
        else:
            self.say("Setup Failure", trouble.message)
        self.say("Not Restarting", "Policy allows no restarts", fails_task=True)
        self.client_status = "failed"
        self.healthy = False

    def finish(self) -> None:
        """Stopped on demand."""
        self.say("Killing", "Sent interrupt. Waiting 5s before force killing")
        self.say("Terminated", "Exit Code: 0", exit_code=0)
        self.say("Killed", "Task successfully killed")
        self.client_status = "complete"

    def seen(self) -> AllocState:
        """As the port shows it."""
        state = {"pending": "pending", "running": "running"}.get(self.client_status, "dead")
        return AllocState(
            id=self.id,
            job_version=self.job_version,
            client_status=self.client_status,
            desired_status=self.desired_status,
            healthy=self.healthy,
            canary=self.canary,
            node_name="node-1",
            tasks={task: tuple(self.events.get(task, ())) for task in self.tasks},
            task_states=dict.fromkeys(self.tasks, state),
            failed=self.client_status == "failed",
            oom_killed=self.oom_killed,
            modify_index=self.modify_index,
            job_id=self.job_id,
            cpu_mhz=100,
            memory_mib=128,
        )
