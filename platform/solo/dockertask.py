"""Tasks as containers (driver docker), with the Docker Engine's own Python SDK."""

import contextlib
import threading
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.types import Mount
from requests.exceptions import RequestException

from solo import taskevents
from solo.errors import Unplaceable
from solo.handles import Exit, OnExit, Order
from solo.store import Row

_LABEL = "solo.node"
_ALLOC_LABEL = "com.hashicorp.nomad.alloc_id"
_MIB = 1024 * 1024
_SIGNAL_BASE = 128
_PULL_S = 300  #: without a word from the engine, as Nomad's image_pull_timeout
_PASSED_ON = (
    "entrypoint",
    "hostname",
    "extra_hosts",
    "cap_drop",
    "security_opt",
    "pids_limit",
    "init",
    "sysctl",
)


def _failure(text: str, *, recoverable: bool = True) -> Unplaceable:
    return Unplaceable(text, event="driver", recoverable=recoverable)


def _explain(error: Exception) -> str:
    text = error.explanation if isinstance(error, APIError) else None
    return f"Error response from daemon: {text}" if text else str(error)


class DockerHandle:
    """One task's container."""

    def __init__(self, container: Container) -> None:
        self.container = container

    def signal(self, number: int) -> None:
        """To its first process."""
        with contextlib.suppress(DockerException, RequestException):
            self.container.kill(signal=number)

    def kill(self) -> None:
        """All of it, at once."""
        with contextlib.suppress(DockerException, RequestException):
            self.container.kill()

    def stats(self) -> dict[str, float]:
        """From the engine's own counters."""
        try:
            seen: Any = self.container.stats(stream=False)
        except (DockerException, RequestException):
            return {"cpu": 0.0, "rss": 0.0}
        now, before = seen.get("cpu_stats", {}), seen.get("precpu_stats", {})
        used = now.get("cpu_usage", {}).get("total_usage", 0) - before.get("cpu_usage", {}).get(
            "total_usage", 0
        )
        passed = now.get("system_cpu_usage", 0) - before.get("system_cpu_usage", 0)
        cpu = 100.0 * used / passed * now.get("online_cpus", 1) if passed else 0.0
        return {"cpu": cpu, "rss": float(seen.get("memory_stats", {}).get("usage", 0))}

    def record(self) -> Row:
        """Found again by its id."""
        return {"container": self.container.id}

    def forget(self) -> None:
        """Remove the container; its output has been copied."""
        with contextlib.suppress(DockerException, RequestException):
            self.container.remove(force=True, v=True)


class DockerDriver:
    """Starts containers on the engine that answers on this machine."""

    def __init__(self, node_id: str) -> None:
        self._node_id = node_id
        self._client: docker.DockerClient | None = None

    def _engine(self) -> docker.DockerClient:
        if self._client is None:
            self._client = docker.from_env(timeout=60)
        return self._client

    def fingerprint(self) -> dict[str, str]:
        """The engine's version. Raises OSError when none answers."""
        try:
            version = self._engine().version()["Version"]
        except (DockerException, RequestException) as error:
            self._client = None
            raise OSError("Failed to connect to docker daemon") from error
        return {"driver.docker.version": version, "driver.docker.os_type": "linux"}

    def start(self, order: Order, on_exit: OnExit) -> DockerHandle:
        """Create and start the container of the task's Config; its image is pulled if it is not there."""
        image = order.config.get("image")
        if not image:
            raise _failure("image name required for docker driver", recoverable=False)
        try:
            self._need_image(str(image), order)
            self._remove_old(order.name)
            container = self._engine().containers.create(str(image), **self._settings(order))
            container.start()
        except (DockerException, RequestException) as error:
            raise _failure(f"Failed to create container: {_explain(error)}") from error
        return self._attend(container, order, on_exit)

    def _need_image(self, image: str, order: Order) -> None:
        engine = self._engine()
        try:
            engine.images.get(image)
        except ImageNotFound:
            order.tell(taskevents.driver_message("Downloading image", {"image": image}))
            try:
                with contextlib.closing(docker.from_env(timeout=_PULL_S)) as patient:
                    patient.images.pull(*_repository(image))
            except (DockerException, RequestException) as error:
                raise _failure(f"Failed to pull `{image}`: {_explain(error)}") from error

    def _remove_old(self, name: str) -> None:
        with contextlib.suppress(NotFound):
            old = self._engine().containers.get(name)
            if old.labels.get(_LABEL) == self._node_id:
                old.remove(force=True, v=True)

    def _settings(self, order: Order) -> dict[str, Any]:
        config, resources = order.config, order.task["Resources"]
        command = [*([config["command"]] if config.get("command") else []), *(config.get("args") or [])]
        return {
            "name": order.name,
            "command": [str(part) for part in command] or None,
            "environment": order.env,
            "labels": {**_flat(config.get("labels")), _LABEL: self._node_id, _ALLOC_LABEL: order.alloc["ID"]},
            "mem_limit": order.memory_mib * _MIB,
            "memswap_limit": order.memory_mib * _MIB,
            "cpu_shares": max(2, resources["CPU"]),
            "mounts": _mounts(order),
            "ports": _ports(order),
            "network_mode": config.get("network_mode") or "bridge",
            "user": order.task["User"] or config.get("user") or None,
            "working_dir": config.get("work_dir"),
            "read_only": bool(config.get("readonly_rootfs")),
            "log_config": {"type": "json-file", "config": {"max-size": "20m", "max-file": "2"}},
            "detach": True,
            **{key: config[key] for key in _PASSED_ON if config.get(key)},
        }

    def recover(self, record: Row, order: Order, on_exit: OnExit) -> DockerHandle | None:
        """Found while the engine still knows it, running or ended."""
        try:
            container = self._engine().containers.get(record["container"])
        except (DockerException, RequestException):
            return None
        for kind in ("stdout", "stderr"):
            order.log(kind).unlink(missing_ok=True)  # copied anew from its beginning
        return self._attend(container, order, on_exit)

    def _attend(self, container: Container, order: Order, on_exit: OnExit) -> DockerHandle:
        copiers = [
            threading.Thread(target=_copy, args=(container, kind, order.log(kind)), daemon=True)
            for kind in ("stdout", "stderr")
        ]
        for copier in copiers:
            copier.start()
        threading.Thread(target=_wait, args=(container, copiers, on_exit), daemon=True).start()
        return DockerHandle(container)


def _repository(image: str) -> tuple[str, str]:
    name, colon, tag = image.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (image, "latest")


def _flat(labels: Any) -> dict[str, str]:
    """Labels as a map, or as the list of maps that HCL blocks become."""
    blocks = labels if isinstance(labels, list) else [labels or {}]
    return {str(key): str(value) for block in blocks for key, value in block.items()}


def _mounts(order: Order) -> list[Mount]:
    binds = [
        ("/alloc", order.shared_dir),
        ("/local", order.task_dir / "local"),
        ("/secrets", order.task_dir / "secrets"),
    ]
    found = [Mount(target, str(source), type="bind") for target, source in binds]
    for volume, mount in order.mounts:
        target = str(Path("/") / mount["Destination"])
        found.append(Mount(target, volume["HostPath"], type="bind", read_only=bool(mount["ReadOnly"])))
    for asked in order.config.get("mount") or order.config.get("mounts") or []:
        if asked.get("type") == "tmpfs":
            found.append(Mount(asked["target"], None, type="tmpfs"))
        else:
            raise _failure("only tmpfs mounts are allowed on this stand-in", recoverable=False)
    return found


def _ports(order: Order) -> dict[str, tuple[str, int]]:
    """Ports published to this machine: those that `ports` names, or all of a group with its own network."""
    group = next(g for g in order.alloc["Job"]["TaskGroups"] if g["Name"] == order.alloc["TaskGroup"])
    own = any(network["Mode"] == "bridge" for network in group["Networks"] or [])
    labels = order.config.get("ports")
    found: dict[str, tuple[str, int]] = {}
    for port in order.alloc["AllocatedResources"]["Shared"]["Ports"] or []:
        if port["Label"] in (labels or []) or (own and labels is None):
            inner = port["To"] if port["To"] > 0 else port["Value"]
            found |= {f"{inner}/{kind}": (port["HostIP"], port["Value"]) for kind in ("tcp", "udp")}
    return found


def _copy(container: Container, kind: str, path: Path) -> None:
    """The container's output into the file that logs are read from."""
    other = "stderr" if kind == "stdout" else "stdout"
    with (
        contextlib.suppress(DockerException, RequestException, ValueError),
        path.open("ab", buffering=0) as out,
    ):
        for data in container.logs(stream=True, follow=True, **{kind: True, other: False}):
            out.write(data)


def _wait(container: Container, copiers: list[threading.Thread], on_exit: OnExit) -> None:
    """Until it ends, whatever happens to the engine's connection meanwhile."""
    code, oom = _SIGNAL_BASE + 9, False
    while True:
        try:
            code = int(container.wait(timeout=3600)["StatusCode"])
            container.reload()
            oom = bool(container.attrs["State"].get("OOMKilled"))
        except NotFound:
            break
        except (DockerException, RequestException):
            if threading.Event().wait(0.5):
                break
            continue
        break
    for copier in copiers:
        copier.join(timeout=2)
    message = (
        "OOM Killed" if oom else f"Docker container exited with non-zero exit code: {code}" if code else ""
    )
    on_exit(Exit(code, 0, oom, message))
