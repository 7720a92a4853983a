"""Which recorded exchange of a real Nomad 2.0.5 the portal uses, and what it reads of the answer."""

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


_JOB_LINE = ("[].ID", "[].Name", "[].Namespace", "[].Type", "[].Status", "[].Stop", "[].JobModifyIndex",
             "[].ModifyIndex", "[].SubmitTime", "[].Priority", "[].JobSummary.Summary.{}.Running",
             "[].JobSummary.Summary.{}.Queued", "[].Datacenters.[]")  # fmt: skip
_EVENTS = ("Type", "Time", "DisplayMessage", "Message", "DriverError", "FailsTask", "ExitCode", "Details")
_ALLOC_LINE = (
    "[].ID", "[].Name", "[].Namespace", "[].JobID", "[].JobVersion", "[].TaskGroup", "[].NodeID", "[].NodeName",
    "[].ClientStatus", "[].ClientDescription", "[].DesiredStatus", "[].DesiredDescription", "[].CreateIndex",
    "[].ModifyIndex", "[].CreateTime", "[].ModifyTime", "[].EvalID", "[].NextAllocation",
    "[].TaskStates.{}.State", "[].TaskStates.{}.Failed", "[].TaskStates.{}.Restarts",
    *(f"[].TaskStates.{{}}.Events.[].{name}" for name in _EVENTS),
)  # fmt: skip
_HEALTH = ("[].DeploymentStatus.Healthy", "[].DeploymentStatus.Canary")
_DEPLOYMENT = ("ID", "JobID", "JobVersion", "Status", "StatusDescription", "CreateIndex",
               "TaskGroups.{}.HealthyAllocs", "TaskGroups.{}.DesiredTotal", "TaskGroups.{}.PlacedAllocs",
               "TaskGroups.{}.UnhealthyAllocs", "TaskGroups.{}.DesiredCanaries", "TaskGroups.{}.Promoted",
               "TaskGroups.{}.RequireProgressBy", "TaskGroups.{}.AutoRevert")  # fmt: skip
_METRIC = ("NodesEvaluated", "NodesFiltered", "NodesExhausted", "NodesAvailable", "DimensionExhausted",
           "ConstraintFiltered", "CoalescedFailures")  # fmt: skip
_UPDATES = ("Place", "Stop", "Migrate", "InPlaceUpdate", "DestructiveUpdate", "Canary", "Ignore")
_REGISTERED = ("EvalID", "EvalCreateIndex", "JobModifyIndex", "Index", "Warnings")
_STOPPED = ("EvalID", "EvalCreateIndex", "JobModifyIndex", "Index")
_NODE = ("ID", "Name", "Status", "SchedulingEligibility", "Drain", "Datacenter", "NodePool", "NodeClass",
         "Drivers.{}.Healthy", "Drivers.{}.Detected", "NodeResources.Cpu.CpuShares",
         "NodeResources.Memory.MemoryMB", "NodeResources.Disk.DiskMB", "ReservedResources.Cpu.CpuShares",
         "ReservedResources.Memory.MemoryMB", "ReservedResources.Disk.DiskMB")  # fmt: skip
_JOB = ("ID", "Name", "Namespace", "Type", "Status", "Stop", "Stable", "Version", "JobModifyIndex", "ModifyIndex",
        "CreateIndex", "SubmitTime", "Meta.{}", "Priority", "Region", "NodePool", "Datacenters.[]",
        "TaskGroups.[].Name", "TaskGroups.[].Count", "TaskGroups.[].Update.HealthyDeadline",
        "TaskGroups.[].RestartPolicy.Attempts", "TaskGroups.[].ReschedulePolicy.Unlimited",
        "TaskGroups.[].EphemeralDisk.SizeMB", "TaskGroups.[].Tasks.[].Name", "TaskGroups.[].Tasks.[].Driver",
        "TaskGroups.[].Tasks.[].Config", "TaskGroups.[].Tasks.[].Resources.CPU",
        "TaskGroups.[].Tasks.[].Resources.MemoryMB", "TaskGroups.[].Tasks.[].LogConfig.MaxFiles",
        "TaskGroups.[].Tasks.[].KillTimeout")  # fmt: skip


def _each(prefix: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for name in names)


PINS: tuple[Pin, ...] = (
    # The cluster.
    Pin("001-agent-self", "kept", path="/v1/agent/self",
        reads=("config.Version.Version", "config.ACL.Enabled", "config.Region", "config.Datacenter",
               "member.Tags.build", "member.Status")),
    Pin("002-agent-members", "kept", path="/v1/agent/members",
        reads=("Members.[].Name", "Members.[].Status", "Members.[].Tags.build", "ServerRegion")),
    Pin("003-agent-health", "kept", path="/v1/agent/health", reads=("client.ok", "server.ok")),
    Pin("004-status-leader", "kept", path="/v1/status/leader", reads=(".",)),
    Pin("005-status-peers", "kept", path="/v1/status/peers", reads=("[]",)),
    Pin("006-regions", "kept", path="/v1/regions", reads=("[]",)),
    Pin("007-nodes", "kept", path="/v1/nodes?resources=true&os=true",
        reads=(*_each("[]", _NODE), "[].Version", "[].Attributes.{}")),
    Pin("016-node", "kept", path="/v1/node/{node}", reads=(*_NODE, "Attributes.{}")),
    Pin("017-node-unknown", "kept", path="/v1/node/{unknown}", text=True),
    Pin("008-node-pools", "kept", path="/v1/node/pools", reads=("[].Name",)),
    Pin("009-namespaces", "kept", path="/v1/namespaces", reads=("[].Name", "[].Description")),
    Pin("012-volumes-csi-empty", "kept", path="/v1/volumes?type=csi", reads=(".",)),
    Pin("013-plugins-csi-empty", "kept", path="/v1/plugins?type=csi", reads=(".",)),
    Pin("015-client-stats", "kept", path="/v1/client/stats",
        reads=("Memory.Total", "Memory.Available", "CPU.[].TotalPercent", "DiskStats.[].Size", "Uptime")),
    Pin("011-scheduler-configuration", "kept", path="/v1/operator/scheduler/configuration",
        reads=("SchedulerConfig.MemoryOversubscriptionEnabled", "SchedulerConfig.RejectJobRegistration")),
    Pin("118-gc", "kept", "PUT", "/v1/system/gc"),
    Pin("088-unknown-path", "kept", path="/v1/nothing-here", text=True),
    Pin("089-method-not-allowed", "kept", "DELETE", "/v1/jobs", text=True),
    Pin("223-portal-self", "kept", path="/v1/acl/token/self", reads=("AccessorID", "Name", "Type"),
        ),
    # A job that runs.
    Pin("042-jobs-list", "kept", path="/v1/jobs?meta=true", reads=_JOB_LINE),
    Pin("043-jobs-list-prefix-miss", "kept", path="/v1/jobs?prefix=zzz", reads=(".",)),
    Pin("046-jobs-statuses", "kept", path="/v1/jobs/statuses",
        reads=("[].ID", "[].Status", "[].Stop", "[].Version", "[].GroupCountSum",
               "[].Allocs.[].ClientStatus", "[].Allocs.[].DeploymentStatus.Healthy",
               "[].LatestDeployment.Status", "[].LatestDeployment.StatusDescription")),
    Pin("034-job", "kept", path="/v1/job/{job}", reads=_JOB),
    Pin("024-job-unknown", "kept", path="/v1/job/appweb", text=True),
    Pin("035-job-summary", "kept", path="/v1/job/{job}/summary",
        reads=_each("Summary.{}", ("Running", "Starting", "Failed", "Queued", "Complete", "Lost"))),
    Pin("036-job-allocations", "kept", path="/v1/job/{job}/allocations", reads=(*_ALLOC_LINE, *_HEALTH)),
    Pin("037-job-evaluations", "kept", path="/v1/job/{job}/evaluations",
        reads=("[].ID", "[].Status", "[].TriggeredBy", "[].CreateIndex", "[].JobID", "[].Type",
               "[].QueuedAllocations.{}")),
    Pin("032-deployment-after", "kept", path="/v1/job/{job}/deployment", reads=_DEPLOYMENT),
    Pin("033-deployments", "kept", path="/v1/job/{job}/deployments", reads=_each("[]", _DEPLOYMENT)),
    Pin("038-allocation", "kept", path="/v1/allocation/{alloc}",
        reads=("ID", "JobID", "TaskGroup", "ClientStatus", "DesiredStatus", "NodeID", "NodeName", "DeploymentID",
               "EvalID", "Job.ID", "Job.Version", "AllocatedResources.Shared.DiskMB",
               "AllocatedResources.Tasks.{}.Cpu.CpuShares", "AllocatedResources.Tasks.{}.Memory.MemoryMB",
               "Metrics.NodesEvaluated", "TaskStates.{}.State", "TaskStates.{}.Events.[].DisplayMessage")),
    Pin("041-allocation-unknown", "kept", path="/v1/allocation/{unknown}", text=True),
    Pin("047-allocations-list", "kept", path="/v1/allocations?resources=true",
        reads=(*_ALLOC_LINE, "[].AllocatedResources.Tasks.{}.Cpu.CpuShares",
               "[].AllocatedResources.Tasks.{}.Memory.MemoryMB")),
    Pin("039-allocation-stats", "kept", path="/v1/client/allocation/{alloc}/stats",
        reads=("ResourceUsage.CpuStats.Percent", "ResourceUsage.MemoryStats.RSS", "Tasks", "Timestamp")),
    Pin("040-allocation-checks", "kept", path="/v1/client/allocation/{alloc}/checks", reads=(".",)),
    Pin("050-logs-unknown-task", "kept", path="/v1/client/fs/logs/{alloc}?task=nope&type=stdout&plain=true",
        text=True),
    Pin("060-alloc-signal-bad", "crashed", "PUT", "/v1/client/allocation/{alloc}/signal", text=True),
    Pin("110-blocking-query-timeout", "kept", path="/v1/job/{job}?index=99999999&wait=1s", reads=_JOB),
    Pin("057-scale-status", "scaled", path="/v1/job/{job}/scale",
        reads=("JobID", "JobStopped", "TaskGroups.{}.Desired", "TaskGroups.{}.Running", "TaskGroups.{}.Placed",
               "TaskGroups.{}.Events.[].Count", "TaskGroups.{}.Events.[].PreviousCount",
               "TaskGroups.{}.Events.[].Message")),
    # What changes.
    Pin("025-plan-new", "absent", "POST", "/v1/job/{job}/plan",
        reads=(*_each("Annotations.DesiredTGUpdates.{}", _UPDATES), "Diff.Type", "Diff.Fields.[].Name",
               "Diff.Fields.[].New", "Diff.TaskGroups.[].Updates.{}", "Diff.TaskGroups.[].Objects.[].Name",
               "Diff.TaskGroups.[].Tasks.[].Annotations.[]", "FailedTGAllocs", "JobModifyIndex", "Warnings",
               "NextPeriodicLaunch")),
    Pin("026-validate-ok", "absent", "POST", "/v1/validate/job",
        reads=("DriverConfigValidated", "Error", "ValidationErrors", "Warnings")),
    Pin("027-register-new", "fresh", "POST", "/v1/jobs", reads=_REGISTERED),
    Pin("029-register-same-again", "kept", "POST", "/v1/jobs", reads=_REGISTERED),
    Pin("030-evaluation", "kept", path="/v1/evaluation/{eval}",
        reads=("ID", "Status", "TriggeredBy", "JobID", "DeploymentID", "QueuedAllocations.{}",
               *_each("PlanAnnotations.DesiredTGUpdates.{}", _UPDATES))),
    Pin("052-plan-update", "kept", "POST", "/v1/job/{job}/plan",
        reads=(*_each("Annotations.DesiredTGUpdates.{}", _UPDATES), "Diff.Type", "Diff.Fields.[].Name",
               "Diff.Fields.[].Old", "Diff.Fields.[].New", "Diff.TaskGroups.[].Type",
               "Diff.TaskGroups.[].Updates.{}", "JobModifyIndex", "FailedTGAllocs")),
    Pin("055-scale-while-deploying", "deploying", "POST", "/v1/job/{job}/scale", text=True),
    Pin("061-alloc-stop", "replaced", "POST", "/v1/allocation/{alloc}/stop", reads=("EvalID", "Index")),
    Pin("112-stop", "fresh", "DELETE", "/v1/job/{job}", reads=_STOPPED),
    Pin("116-purge", "fresh", "DELETE", "/v1/job/{job}?purge=true", reads=_STOPPED),
    Pin("117-job-purged", "absent", path="/v1/job/{job}", text=True),
    Pin("113-job-stopped", "stopped", path="/v1/job/{job}", reads=_JOB),
    Pin("115-register-stopped-again", "stopped", "POST", "/v1/jobs", reads=_REGISTERED),
    Pin("090-deregister-unknown", "absent", "DELETE", "/v1/job/never-existed", reads=_STOPPED),
    # What goes wrong.
    Pin("028-register-cas-conflict", "kept", "POST", "/v1/jobs", text=True),
    Pin("020-register-unknown-namespace", "recorded", "POST", "/v1/jobs", text=True),
    Pin("075-register-unknown-region", "recorded", "POST", "/v1/jobs", text=True),
    Pin("079-register-empty", "recorded", "POST", "/v1/jobs", text=True),
    Pin("080-register-null-job", "recorded", "POST", "/v1/jobs", text=True),
    Pin("081-register-no-groups", "recorded", "POST", "/v1/jobs", text=True),
    Pin("082-register-bad-type", "recorded", "POST", "/v1/jobs", text=True),
    Pin("084-register-id-space", "recorded", "POST", "/v1/jobs", text=True),
    Pin("085-register-bad-priority", "recorded", "POST", "/v1/jobs", text=True),
    Pin("086-register-wrong-json-type", "recorded", "POST", "/v1/jobs", text=True),
    Pin("087-validate-bad", "recorded", "POST", "/v1/validate/job",
        reads=("Error", "ValidationErrors.[]", "Warnings")),
    Pin("069-plan-too-big", "too_big", "POST", "/v1/job/{job}/plan",
        reads=(*_each("FailedTGAllocs.{}", _METRIC), "JobModifyIndex")),
    Pin("071-evaluation-too-big", "too_big", path="/v1/evaluation/{eval}",
        reads=("BlockedEval", "Status", *_each("FailedTGAllocs.{}", _METRIC))),
    Pin("074-evaluation-no-datacenter", "no_datacenter", path="/v1/evaluation/{eval}",
        reads=("BlockedEval", "Status", *_each("FailedTGAllocs.{}", _METRIC))),
    Pin("077-allocations-crash", "crashed", path="/v1/job/{job}/allocations", reads=(*_ALLOC_LINE, *_HEALTH)),
    Pin("078-logs-crash-stderr", "crashed", path="/v1/client/fs/logs/{alloc}?task=main&type=stderr&plain=true",
        text=True),
    Pin("092-allocations-batch", "batch", path="/v1/job/{job}/allocations",
        reads=(*_ALLOC_LINE, "[].DeploymentStatus")),
    Pin("093-logs-batch", "batch", path="/v1/client/fs/logs/{alloc}?task=main&type=stdout&plain=true", text=True),
    Pin("094-logs-batch-framed", "batch",
        path="/v1/client/fs/logs/{alloc}?task=main&type=stdout&follow=false", reads=("Data", "File", "Offset")),
    # Namespaces and volumes.
    Pin("018-namespace-create", "recorded", "POST", "/v1/namespace/genomics"),
    Pin("019-namespace-read", "space", path="/v1/namespace/genomics",
        reads=("Name", "Description", "Capabilities.DisabledTaskDrivers.[]", "Meta.{}")),
    Pin("021-register-namespace-disabled-driver", "space", "POST", "/v1/jobs", text=True),
    Pin("022-namespace-delete", "space", "DELETE", "/v1/namespace/genomics"),
    Pin("023-namespace-delete-unknown", "no_space", "DELETE", "/v1/namespace/genomics", text=True),
    Pin("103-host-volume-create", "recorded", "PUT", "/v1/volume/host/create",
        reads=("Volume.ID", "Volume.Name", "Volume.Namespace", "Volume.HostPath", "Volume.State", "Index",
               "Warnings")),
    Pin("104-host-volumes", "volume", path="/v1/volumes?type=host",
        reads=("[].ID", "[].Name", "[].Namespace", "[].State", "[].NodeID", "[].PluginID")),
    # Rights.
    Pin("203-anonymous-jobs", "nobody", path="/v1/jobs", text=True),
    Pin("205-unknown-token", "unknown", path="/v1/jobs", text=True),
    Pin("206-malformed-token", "malformed", path="/v1/jobs", text=True),
    Pin("204-anonymous-register", "nobody", "POST", "/v1/jobs", text=True),
)  # fmt: skip
