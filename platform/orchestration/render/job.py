"""An AppSpec as a Nomad job: the inner dict of ``POST /v1/jobs``. Durations are nanoseconds, as Nomad's are.

Every block that the portal decides is written out, also when empty, so that drift shows what somebody added.
Meta holds stable ids only: any change of it replaces allocations (Nomad's scheduler/util.go, tasksUpdated).
The release number stands in the service's Meta, which changes in place.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import Refused
from kernel.names import OutsideNames, is_slug
from orchestration.render.literal import interpolated
from orchestration.render.task import task
from orchestration.render.traefik_tags import CANARY_TAGS, traefik_tags
from orchestration.specs import SURGE, AppSpec, Check, Volume, VolumeKind

SECOND = 1_000_000_000
GROUP = "app"
PORT = "http"
META_APP = "paillasse.app"
META_RESTART = "paillasse.restart"
SERVICE_META_APP = "paillasse-app"
SERVICE_META_RELEASE = "paillasse-release"
PRIORITY = 50
EPHEMERAL_MIB = 300
#: how a volume may be mounted. Nomad lets allocations of one node share the first (so a keeper gets in beside
#: the app); the second is shared by all nodes
ACCESS: Mapping[VolumeKind, str] = {"host": "single-node-writer", "csi": "multi-node-multi-writer"}
PROGRESS_MARGIN_S = 60  #: Nomad wants the progress deadline beyond the healthy deadline


def has_service(spec: AppSpec) -> bool:
    """Whether the app listens, and so has a port and a Consul service."""
    return spec.port is not None or spec.route.kind != "none"


def render_job(spec: AppSpec) -> dict[str, Any]:
    """The job; raises Refused, naming the field, for what must not be sent."""
    place = spec.placement
    return {
        "ID": spec.names.job_id,
        "Name": spec.names.job_id,
        "Type": "service",
        "Namespace": place.namespace,
        **({"Region": place.region} if place.region else {}),
        "Datacenters": list(place.datacenters),
        "NodePool": place.node_pool,
        "Priority": PRIORITY,
        "Meta": _meta(spec),
        "TaskGroups": [_group(spec)],
    }


def _meta(spec: AppSpec) -> dict[str, str]:
    meta = {META_APP: spec.app_id, "paillasse.project": spec.project_id, "paillasse.template": spec.template}
    return {**meta, META_RESTART: spec.restart_token} if spec.restart_token else meta


def _group(spec: AppSpec) -> dict[str, Any]:
    return {
        "Name": GROUP,
        "Count": spec.resources.count,
        "Constraints": _constraints(spec),
        "EphemeralDisk": {"SizeMB": EPHEMERAL_MIB},
        "Update": _update(spec),
        "RestartPolicy": _restart(spec),
        "ReschedulePolicy": _reschedule(),
        "ShutdownDelay": spec.shutdown_delay_s * SECOND,
        "Networks": _networks(spec),
        "Services": [_service(spec)] if has_service(spec) else [],
        "Volumes": group_volumes(spec.names, spec.volumes),
        "Tasks": [task(spec)],
    }


def _constraints(spec: AppSpec) -> list[dict[str, str]]:
    """On a cluster, exec runtimes stand only where an engineer put them and said so in the node's meta."""
    runtime = getattr(spec.runtime, "runtime", None)
    if runtime is None or spec.placement.driver != "exec":
        return []
    return [{"LTarget": "${meta.paillasse_runtimes}", "Operand": "set_contains", "RTarget": runtime}]


def _update(spec: AppSpec) -> dict[str, Any]:
    return {
        "MaxParallel": 1,
        "HealthCheck": "checks",
        "MinHealthyTime": SECOND,
        "HealthyDeadline": spec.healthy_deadline_s * SECOND,
        "ProgressDeadline": (spec.healthy_deadline_s + PROGRESS_MARGIN_S) * SECOND,
        "AutoRevert": True,
        **(
            {"Canary": SURGE, "AutoPromote": spec.auto_promote}
            if spec.strategy == "canary"
            else {"Canary": 0}
        ),
    }


def _restart(spec: AppSpec) -> dict[str, Any]:
    """Two quick tries, then the allocation fails and says why."""
    interval = max(300, spec.healthy_deadline_s)
    return {"Attempts": 2, "Delay": 2 * SECOND, "Interval": interval * SECOND, "Mode": "fail"}


def _reschedule() -> dict[str, Any]:
    """One try elsewhere; Nomad fails the deployment as soon as no try is left."""
    return {
        "Attempts": 1,
        "Interval": 600 * SECOND,
        "Delay": 5 * SECOND,
        "DelayFunction": "constant",
        "Unlimited": False,
    }


def _networks(spec: AppSpec) -> list[dict[str, Any]]:
    """Host mode: the docker driver maps the port itself, so that no CNI plugin is needed on the nodes."""
    if not has_service(spec):
        return []
    port: dict[str, Any] = {"Label": PORT}
    if spec.port is not None and spec.placement.driver == "docker":
        port["To"] = spec.port
    return [{"Mode": "host", "DynamicPorts": [port]}]


def _service(spec: AppSpec) -> dict[str, Any]:
    tags = traefik_tags(spec.names, spec.route, spec.edge)
    return {
        "Name": spec.names.service,
        "PortLabel": PORT,
        "Provider": "consul",
        "Tags": tags,
        "CanaryTags": [*CANARY_TAGS] if tags else [],
        "Meta": {SERVICE_META_APP: spec.app_id, SERVICE_META_RELEASE: str(spec.release)},
        "Checks": [_check(spec.check or Check(kind="tcp"))],
    }


def _check(check: Check) -> dict[str, Any]:
    if check.kind == "http" and not check.path.startswith("/"):
        raise Refused("check.path", field="check.path", path=check.path)
    return {
        "Name": "alive",
        "Type": check.kind,
        **({"Path": interpolated(check.path, "check.path")} if check.kind == "http" else {}),
        "Interval": check.interval_s * SECOND,
        "Timeout": check.timeout_s * SECOND,
    }


def group_volumes(names: OutsideNames, volumes: Sequence[Volume]) -> dict[str, Any]:
    """The group's volumes; raises Refused for a name that is none."""
    for volume in volumes:
        if not is_slug(volume.name):
            raise Refused("volume.name", field=f"volumes.{volume.name}", name=volume.name)
    return {
        volume.name: {
            "Name": volume.name,
            "Type": volume.kind,
            "Source": names.volume(volume.name),
            "ReadOnly": False,
            "AccessMode": ACCESS[volume.kind],
            "AttachmentMode": "file-system",
        }
        for volume in volumes
    }
