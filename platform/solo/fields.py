"""The fields of a job and their defaults, as Nomad 2.0.5 canonicalises them (recording 034).

A value stands for its default; its type is the type that a request must send. `Blocks` are filled in by
solo.canonical from the same tables.
"""

from typing import Any

from solo.clock import HOUR, MINUTE, SECOND

Fields = dict[str, Any]

JOB: Fields = {
    "ID": "",
    "Name": "",
    "Namespace": "default",
    "Region": "",
    "Type": "service",
    "Priority": 50,
    "AllAtOnce": False,
    "Datacenters": ["*"],
    "NodePool": "default",
    "Meta": None,
    "Payload": None,
    "ConsulNamespace": "",
    "VaultNamespace": "",
    "NomadTokenID": "",
    "ParentID": "",
    "Dispatched": False,
    "DispatchIdempotencyToken": "",
    "Periodic": None,
    "ParameterizedJob": None,
    "Multiregion": None,
    "Affinities": None,
    "Spreads": None,
    "UI": None,
    "VersionTag": None,
    "Stop": False,
    "Stable": False,
    "StatusDescription": "",
}

GROUP: Fields = {
    "Name": "",
    "Count": 1,
    "Meta": None,
    "Affinities": None,
    "Spreads": None,
    "Consul": None,
    "Disconnect": None,
    "MaxClientDisconnect": None,
    "MaxRunDuration": None,
    "PreventRescheduleOnLost": False,
    "Scaling": None,
    "ShutdownDelay": None,
    "StopAfterClientDisconnect": None,
}

TASK: Fields = {
    "Name": "",
    "Driver": "",
    "User": "",
    "Config": None,
    "Env": None,
    "Meta": None,
    "Kind": "",
    "Leader": False,
    "Lifecycle": None,
    "KillTimeout": 5 * SECOND,
    "KillSignal": "",
    "ShutdownDelay": 0,
    "Affinities": None,
    "Actions": None,
    "CSIPluginConfig": None,
    "Consul": None,
    "DispatchPayload": None,
    "Identities": None,
    "ScalingPolicies": None,
    "Schedule": None,
    "Secrets": None,
}

IDENTITY: Fields = {
    "Audience": ["nomadproject.io"],
    "ChangeMode": "",
    "ChangeSignal": "",
    "Env": False,
    "ExtraClaims": None,
    "File": False,
    "Filepath": "",
    "Name": "default",
    "ServiceName": "",
    "TTL": 0,
}

RESOURCES: Fields = {
    "CPU": 100,
    "Cores": 0,
    "MemoryMB": 300,
    "MemoryMaxMB": 0,
    "DiskMB": 0,
    "IOPS": 0,
    "Devices": None,
    "NUMA": None,
    "Networks": None,
    "SecretsMB": 0,
}

LOG_CONFIG: Fields = {"Disabled": False, "MaxFiles": 10, "MaxFileSizeMB": 10}
EPHEMERAL_DISK: Fields = {"Migrate": False, "SizeMB": 300, "Sticky": False}
CONSTRAINT: Fields = {"LTarget": "", "RTarget": "", "Operand": "="}
PORT: Fields = {"HostNetwork": "default", "Label": "", "To": 0, "Value": 0}

RESTART: dict[str, Fields] = {
    "service": {
        "Attempts": 2,
        "Interval": 30 * MINUTE,
        "Delay": 15 * SECOND,
        "Mode": "fail",
        "RenderTemplates": False,
    },
    "batch": {
        "Attempts": 3,
        "Interval": 24 * HOUR,
        "Delay": 15 * SECOND,
        "Mode": "fail",
        "RenderTemplates": False,
    },
}
RESCHEDULE: dict[str, Fields] = {
    "service": {
        "Attempts": 0,
        "Interval": 0,
        "Delay": 30 * SECOND,
        "DelayFunction": "exponential",
        "MaxDelay": HOUR,
        "Unlimited": True,
    },
    "batch": {
        "Attempts": 1,
        "Interval": 24 * HOUR,
        "Delay": 5 * SECOND,
        "DelayFunction": "constant",
        "MaxDelay": 0,
        "Unlimited": False,
    },
}
UPDATE: Fields = {
    "Stagger": 30 * SECOND,
    "MaxParallel": 1,
    "HealthCheck": "checks",
    "MinHealthyTime": 10 * SECOND,
    "HealthyDeadline": 5 * MINUTE,
    "ProgressDeadline": 10 * MINUTE,
    "AutoRevert": False,
    "AutoPromote": False,
    "Canary": 0,
}
MIGRATE: Fields = {
    "MaxParallel": 1,
    "HealthCheck": "checks",
    "MinHealthyTime": 10 * SECOND,
    "HealthyDeadline": 5 * MINUTE,
}
SERVICE: Fields = {
    "Name": "",
    "PortLabel": "",
    "Provider": "consul",
    "Tags": None,
    "CanaryTags": None,
    "Meta": None,
    "CanaryMeta": None,
    "Address": "",
    "AddressMode": "auto",
    "Cluster": "default",
    "Connect": None,
    "EnableTagOverride": False,
    "Identity": None,
    "Kind": "",
    "Namespace": "default",
    "OnUpdate": "require_healthy",
    "TaggedAddresses": None,
    "TaskName": "",
    "Weights": None,
}
CHECK: Fields = {
    "Name": "",
    "Type": "",
    "Path": "",
    "Interval": 0,
    "Timeout": 0,
    "Method": "",
    "Protocol": "",
    "PortLabel": "",
    "AddressMode": "",
    "Args": None,
    "Body": "",
    "CheckRestart": None,
    "Command": "",
    "Expose": False,
    "FailuresBeforeCritical": 0,
    "FailuresBeforeWarning": 0,
    "GRPCService": "",
    "GRPCUseTLS": False,
    "Header": None,
    "InitialStatus": "",
    "Notes": "",
    "OnUpdate": "require_healthy",
    "SuccessBeforePassing": 0,
    "TLSServerName": "",
    "TLSSkipVerify": False,
    "TaskName": "",
}
TEMPLATE: Fields = {
    "SourcePath": "",
    "DestPath": "",
    "EmbeddedTmpl": "",
    "ChangeMode": "restart",
    "ChangeSignal": "",
    "ChangeScript": None,
    "Splay": 5 * SECOND,
    "Perms": "0644",
    "Uid": None,
    "Gid": None,
    "LeftDelim": "{{",
    "RightDelim": "}}",
    "Envvars": False,
    "VaultGrace": 0,
    "Wait": None,
    "ErrMissingKey": False,
    "Once": False,
}
VAULT: Fields = {
    "Role": "",
    "Policies": None,
    "Namespace": "",
    "Cluster": "default",
    "Env": True,
    "DisableFile": False,
    "ChangeMode": "restart",
    "ChangeSignal": "",
    "AllowTokenExpiration": False,
}
ARTIFACT: Fields = {
    "GetterSource": "",
    "GetterOptions": None,
    "GetterHeaders": None,
    "GetterMode": "any",
    "GetterInsecure": False,
    "RelativeDest": "local/",
    "Chown": False,
}
VOLUME: Fields = {
    "Name": "",
    "Type": "",
    "Source": "",
    "ReadOnly": False,
    "AccessMode": "",
    "AttachmentMode": "",
    "MountOptions": None,
    "PerAlloc": False,
    "Sticky": False,
}
MOUNT: Fields = {
    "Volume": "",
    "Destination": "",
    "ReadOnly": False,
    "PropagationMode": "private",
    "SELinuxLabel": "",
}
