"""A KeeperSpec as a Nomad batch job: it mounts the one volume, does its work, and ends."""

from importlib.resources import files
from typing import Any

from kernel.errors import Refused
from orchestration.render.job import GROUP, SECOND, group_volumes
from orchestration.render.literal import literal, relative_path
from orchestration.render.task import EXEC_DRIVERS, PIDS_LIMIT
from orchestration.specs import KeeperSpec

TASK = "keep"
META_WORK = "paillasse.work"
META_KEEPER = "paillasse.keeper"  #: the app: not the mark of an app's own job
RUNTIME = "keeper"  #: folder below RUNTIMES_DIR that holds Python
MOUNT = "volume"  #: below the task's own directory
CPU_MHZ, MEMORY_MIB = 100, 128
PROGRAM = files("orchestration.render").joinpath("programs/keep.py").read_text(encoding="utf-8")


def render_keeper(spec: KeeperSpec) -> dict[str, Any]:
    """The job; raises Refused for what must not be sent."""
    place, job_id = spec.placement, spec.names.keeper(spec.work_id)
    return {
        "ID": job_id,
        "Name": job_id,
        "Type": "batch",
        "Namespace": place.namespace,
        **({"Region": place.region} if place.region else {}),
        "Datacenters": list(place.datacenters),
        "NodePool": place.node_pool,
        "Priority": 40,
        "Meta": {META_KEEPER: spec.app_id, "paillasse.project": spec.project_id, META_WORK: spec.work},
        "TaskGroups": [_group(spec)],
    }


def _group(spec: KeeperSpec) -> dict[str, Any]:
    """One try: the portal looks at how it went, and a person may have it tried again."""
    return {
        "Name": GROUP,
        "Count": 1,
        "Constraints": _constraints(spec),
        "EphemeralDisk": {"SizeMB": 64},
        "RestartPolicy": {"Attempts": 0, "Delay": SECOND, "Interval": 300 * SECOND, "Mode": "fail"},
        "ReschedulePolicy": {"Attempts": 0, "Interval": 0, "Unlimited": False},
        "Volumes": group_volumes(spec.names, (spec.volume,)),
        "Tasks": [_task(spec)],
    }


def _constraints(spec: KeeperSpec) -> list[dict[str, str]]:
    if spec.placement.driver != "exec":
        return []
    return [{"LTarget": "${meta.paillasse_runtimes}", "Operand": "set_contains", "RTarget": RUNTIME}]


def _task(spec: KeeperSpec) -> dict[str, Any]:
    return {
        "Name": TASK,
        "Driver": spec.placement.driver,
        "Config": _config(spec),
        "Env": {"KEEPER_CA": literal(spec.ca, "ca")} if spec.ca else {},
        "Resources": {"CPU": CPU_MHZ, "MemoryMB": MEMORY_MIB},
        "VolumeMounts": [
            {"Volume": spec.volume.name, "Destination": f"/local/{MOUNT}", "ReadOnly": spec.work != "restore"}
        ],
        "KillTimeout": 10 * SECOND,
        "LogConfig": {"MaxFiles": 1, "MaxFileSizeMB": 5},
    }


def _config(spec: KeeperSpec) -> dict[str, Any]:
    """Host network in docker: the portal's file address must be reached, and nothing listens here."""
    args = ["-I", "-B", "-c", PROGRAM, *words(spec)]
    if spec.placement.driver == "docker":
        return {
            "image": literal(spec.image, "image"),
            "command": "python3",
            "args": args,
            "network_mode": "host",
            "readonly_rootfs": True,
            "pids_limit": PIDS_LIMIT,
            "security_opt": ["no-new-privileges"],
        }
    if spec.placement.driver in EXEC_DRIVERS:
        base = spec.placement.runtimes_dir.rstrip("/")
        return {"command": f"{base}/{relative_path(RUNTIME, 'runtime')}/bin/python", "args": args}
    raise Refused("runtime.driver", field="runtime", driver=spec.placement.driver)


def words(spec: KeeperSpec) -> list[str]:
    """What the program is told, each a whole value."""
    address = literal(spec.url, "url")
    told = {
        "measure": [],
        "snapshot": [address],
        "restore": [address, spec.sha256, str(spec.parts)],
    }
    return [spec.work, MOUNT, *told[spec.work]]
