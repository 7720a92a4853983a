"""What the portal reads of Nomad's answers, by kind of object: places of values, as shapes.py names them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pin:
    """One recorded exchange, asked again of a state that was lived.

    `scene` names the state (see test_recordings), `path` may hold its ids. The body sent is the recorded one
    unless the scene has its own. `text`: the error text must be the same, with names as the scene says.
    """

    recording: str
    scene: str
    method: str = "GET"
    path: str = ""
    reads: tuple[str, ...] = ()
    may_be_null: frozenset[str] = field(default_factory=frozenset)
    text: bool = False


JOB_LINE = (
    "[].ID",
    "[].Name",
    "[].Namespace",
    "[].Type",
    "[].Status",
    "[].Stop",
    "[].JobModifyIndex",
    "[].ModifyIndex",
    "[].SubmitTime",
    "[].Priority",
    "[].JobSummary.Summary.{}.Running",
    "[].JobSummary.Summary.{}.Queued",
    "[].Datacenters.[]",
)
EVENTS = ("Type", "Time", "DisplayMessage", "Message", "DriverError", "FailsTask", "ExitCode", "Details")
ALLOC_LINE = (
    "[].ID",
    "[].Name",
    "[].Namespace",
    "[].JobID",
    "[].JobVersion",
    "[].TaskGroup",
    "[].NodeID",
    "[].NodeName",
    "[].ClientStatus",
    "[].ClientDescription",
    "[].DesiredStatus",
    "[].DesiredDescription",
    "[].CreateIndex",
    "[].ModifyIndex",
    "[].CreateTime",
    "[].ModifyTime",
    "[].EvalID",
    "[].NextAllocation",
    "[].TaskStates.{}.State",
    "[].TaskStates.{}.Failed",
    "[].TaskStates.{}.Restarts",
    *(f"[].TaskStates.{{}}.Events.[].{name}" for name in EVENTS),
)
HEALTH = ("[].DeploymentStatus.Healthy", "[].DeploymentStatus.Canary")
DEPLOYMENT = (
    "ID",
    "JobID",
    "JobVersion",
    "Status",
    "StatusDescription",
    "CreateIndex",
    "TaskGroups.{}.HealthyAllocs",
    "TaskGroups.{}.DesiredTotal",
    "TaskGroups.{}.PlacedAllocs",
    "TaskGroups.{}.UnhealthyAllocs",
    "TaskGroups.{}.DesiredCanaries",
    "TaskGroups.{}.Promoted",
    "TaskGroups.{}.RequireProgressBy",
    "TaskGroups.{}.AutoRevert",
)
METRIC = (
    "NodesEvaluated",
    "NodesFiltered",
    "NodesExhausted",
    "NodesAvailable",
    "DimensionExhausted",
    "ConstraintFiltered",
    "CoalescedFailures",
)
UPDATES = ("Place", "Stop", "Migrate", "InPlaceUpdate", "DestructiveUpdate", "Canary", "Ignore")
REGISTERED = ("EvalID", "EvalCreateIndex", "JobModifyIndex", "Index", "Warnings")
STOPPED = ("EvalID", "EvalCreateIndex", "JobModifyIndex", "Index")
NODE = (
    "ID",
    "Name",
    "Status",
    "SchedulingEligibility",
    "Drain",
    "Datacenter",
    "NodePool",
    "NodeClass",
    "Drivers.{}.Healthy",
    "Drivers.{}.Detected",
    "NodeResources.Cpu.CpuShares",
    "NodeResources.Memory.MemoryMB",
    "NodeResources.Disk.DiskMB",
    "ReservedResources.Cpu.CpuShares",
    "ReservedResources.Memory.MemoryMB",
    "ReservedResources.Disk.DiskMB",
)
JOB = (
    "ID",
    "Name",
    "Namespace",
    "Type",
    "Status",
    "Stop",
    "Stable",
    "Version",
    "JobModifyIndex",
    "ModifyIndex",
    "CreateIndex",
    "SubmitTime",
    "Meta.{}",
    "Priority",
    "Region",
    "NodePool",
    "Datacenters.[]",
    "TaskGroups.[].Name",
    "TaskGroups.[].Count",
    "TaskGroups.[].Update.HealthyDeadline",
    "TaskGroups.[].RestartPolicy.Attempts",
    "TaskGroups.[].ReschedulePolicy.Unlimited",
    "TaskGroups.[].EphemeralDisk.SizeMB",
    "TaskGroups.[].Tasks.[].Name",
    "TaskGroups.[].Tasks.[].Driver",
    "TaskGroups.[].Tasks.[].Config",
    "TaskGroups.[].Tasks.[].Resources.CPU",
    "TaskGroups.[].Tasks.[].Resources.MemoryMB",
    "TaskGroups.[].Tasks.[].LogConfig.MaxFiles",
    "TaskGroups.[].Tasks.[].KillTimeout",
)


def each(prefix: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for name in names)
