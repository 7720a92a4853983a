"""The one task of a job: what runs, with which environment, files, secrets and size."""

from typing import Any

from kernel.errors import Refused
from orchestration.render.database_template import database_env, database_templates
from orchestration.render.literal import arguments, env, interpolated, literal, relative_path
from orchestration.render.secret_templates import reserved_env, secret_templates
from orchestration.specs import AppSpec, DockerRuntime, ExecRuntime, File, Volume

SECOND = 1_000_000_000
TASK = "app"
PIDS_LIMIT = 2048  #: a fork bomb stops here; a notebook with its kernels stays far below
EXEC_DRIVERS = ("exec", "raw_exec")


def task(spec: AppSpec) -> dict[str, Any]:
    """The task; raises Refused for text that Nomad would read into, and for a driver that does not fit."""
    user = spec.runtime.user if isinstance(spec.runtime, DockerRuntime) else None
    return {
        "Name": TASK,
        "Driver": spec.placement.driver,
        "User": literal(user or "", "runtime.user"),
        "Config": _config(spec),
        "Env": _env(spec),
        "Resources": _resources(spec),
        "Artifacts": [_artifact(file, index) for index, file in enumerate(spec.files)],
        "Templates": [*secret_templates(spec), *database_templates(spec)],
        "Vault": _vault(spec),
        "VolumeMounts": [_mount(volume) for volume in spec.volumes],
        "KillTimeout": spec.kill_timeout_s * SECOND,
        "LogConfig": {"MaxFiles": 3, "MaxFileSizeMB": 5},
    }


def _config(spec: AppSpec) -> dict[str, Any]:
    driver, runtime = spec.placement.driver, spec.runtime
    if isinstance(runtime, DockerRuntime) and driver == "docker":
        return _docker(spec, runtime)
    if isinstance(runtime, ExecRuntime) and driver in EXEC_DRIVERS:
        return _exec(spec, runtime)
    raise Refused("runtime.driver", field="runtime", driver=driver)


def _docker(spec: AppSpec, runtime: DockerRuntime) -> dict[str, Any]:
    config: dict[str, Any] = {
        "image": literal(runtime.image, "runtime.image"),
        "pids_limit": PIDS_LIMIT,
        "security_opt": ["no-new-privileges"],
    }
    if spec.port is not None or spec.route.kind != "none":
        config["ports"] = ["http"]
    if runtime.command is not None:
        config["command"] = interpolated(runtime.command, "runtime.command")
    if runtime.args:
        config["args"] = arguments(runtime.args)
    if runtime.work_dir is not None:
        config["work_dir"] = interpolated(runtime.work_dir, "runtime.work_dir")
    if runtime.readonly_rootfs:
        config["readonly_rootfs"] = True
    return config


def _exec(spec: AppSpec, runtime: ExecRuntime) -> dict[str, Any]:
    folder = relative_path(runtime.runtime, "runtime.runtime")
    command = relative_path(runtime.command, "runtime.command")
    config: dict[str, Any] = {"command": f"{spec.placement.runtimes_dir.rstrip('/')}/{folder}/{command}"}
    if runtime.args:
        config["args"] = arguments(runtime.args)
    return config


def _env(spec: AppSpec) -> dict[str, str]:
    filled, login = reserved_env(spec.secrets), database_env(spec).keys()
    for name in sorted((filled & login) | ((filled | login) & spec.env.keys())):
        raise Refused("env.twice", field=f"env.{name}", name=name)
    return env(spec.env)


def _resources(spec: AppSpec) -> dict[str, Any]:
    size = spec.resources
    devices = [{"Name": "nvidia/gpu", "Count": size.gpus}] if size.gpus else []
    return {"CPU": size.cpu_mhz, "MemoryMB": size.memory_mib, "Devices": devices}


def _artifact(file: File, index: int) -> dict[str, Any]:
    """Nomad unpacks by the name's ending unless told; a file that nobody asked to unpack stays whole."""
    where = relative_path(file.destination, f"files.{index}")
    return {
        "GetterSource": literal(file.url, f"files.{index}"),
        "GetterOptions": {"checksum": f"sha256:{file.sha256}", "archive": "zip" if file.unpack else "false"},
        "GetterMode": "any" if file.unpack else "file",
        "RelativeDest": f"local/{where}",
    }


def _vault(spec: AppSpec) -> dict[str, Any] | None:
    """ChangeMode noop: Nomad 2.0.5 takes every renewal for a change (issue 28407) and would restart."""
    if not spec.secrets and spec.database is None:
        return None
    return {"Role": spec.names.vault_role, "ChangeMode": "noop", "Env": False, "DisableFile": True}


def _mount(volume: Volume) -> dict[str, Any]:
    """Nomad does not interpolate a destination; /local is the task's own directory in docker and exec."""
    path = volume.destination
    absolute = path.startswith("/")
    where = relative_path(path.removeprefix("/"), f"volumes.{volume.name}")
    return {
        "Volume": volume.name,
        "Destination": f"/{where}" if absolute else f"/local/{where}",
        "ReadOnly": False,
    }
