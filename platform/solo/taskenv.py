"""A task's environment, and `${...}` in its configuration."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solo.compare import combined_meta
from solo.constraints import resolve
from solo.fields import Fields
from solo.reconcile import alloc_index
from solo.store import Row

_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_ENV_CALL = re.compile(r'env\["([^"]+)"\]')
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Dirs:
    """The task's directories as it sees them itself."""

    alloc: str
    local: str
    secrets: str

    @classmethod
    def of_process(cls, alloc: Path, task: Path) -> "Dirs":
        """A process sees this machine's paths."""
        return cls(str(alloc), str(task / "local"), str(task / "secrets"))


IN_CONTAINER = Dirs("/alloc", "/local", "/secrets")


def _clean(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def base_env(alloc: Row, task: Fields, node: Row, dirs: Dirs, *, mapped: bool) -> dict[str, str]:
    """NOMAD_* variables. `mapped`: the task has its own network, and listens on each port's `To`."""
    job, resources = alloc["Job"], task["Resources"]
    group = next(g for g in job["TaskGroups"] if g["Name"] == alloc["TaskGroup"])
    env = {
        "NOMAD_ALLOC_DIR": dirs.alloc,
        "NOMAD_ALLOC_ID": alloc["ID"],
        "NOMAD_ALLOC_INDEX": str(alloc_index(alloc)),
        "NOMAD_ALLOC_NAME": alloc["Name"],
        "NOMAD_CPU_LIMIT": str(resources["CPU"]),
        "NOMAD_DC": node["Datacenter"],
        "NOMAD_GROUP_NAME": alloc["TaskGroup"],
        "NOMAD_JOB_ID": job["ID"],
        "NOMAD_JOB_NAME": job["Name"],
        "NOMAD_MEMORY_LIMIT": str(resources["MemoryMB"]),
        "NOMAD_NAMESPACE": alloc["Namespace"],
        "NOMAD_REGION": job["Region"],
        "NOMAD_SECRETS_DIR": dirs.secrets,
        "NOMAD_SHORT_ALLOC_ID": alloc["ID"][:8],
        "NOMAD_TASK_DIR": dirs.local,
        "NOMAD_TASK_NAME": task["Name"],
    }
    for key, value in combined_meta(job, group, task).items():
        env[f"NOMAD_META_{_clean(key)}"] = env[f"NOMAD_META_{_clean(key).upper()}"] = str(value)
    for port in alloc["AllocatedResources"]["Shared"]["Ports"] or []:
        env |= _port_env(port, mapped=mapped)
    return env


def _port_env(port: Row, *, mapped: bool) -> dict[str, str]:
    label, ip, value = _clean(port["Label"]), port["HostIP"], port["Value"]
    inner = port["To"] if mapped and port["To"] > 0 else value
    return {
        f"NOMAD_IP_{label}": ip,
        f"NOMAD_PORT_{label}": str(inner),
        f"NOMAD_ADDR_{label}": f"{ip}:{value}",
        f"NOMAD_HOST_IP_{label}": ip,
        f"NOMAD_HOST_PORT_{label}": str(value),
        f"NOMAD_HOST_ADDR_{label}": f"{ip}:{value}",
        f"NOMAD_ALLOC_PORT_{label}": str(inner),
    }


def interpolator(env: Mapping[str, str], node: Row) -> Callable[[Any], Any]:
    """A function that replaces `${...}` in strings, lists and maps; what is unknown stays as it is."""

    def one(match: re.Match[str]) -> str:
        name = match[1].strip()
        call = _ENV_CALL.fullmatch(name)
        if call or name in env:
            return env.get(call[1] if call else name, "")
        value = resolve(f"${{{name}}}", node) if name.startswith(("attr.", "node.", "meta.")) else None
        return match[0] if value is None else value

    def whole(value: Any) -> Any:
        if isinstance(value, str):
            return _REFERENCE.sub(one, value)
        if isinstance(value, list):
            return [whole(item) for item in value]
        if isinstance(value, dict):
            return {key: whole(item) for key, item in value.items()}
        return value

    return whole


def process_env(base: Mapping[str, str], own: Mapping[str, str], task_dir: Path, user: str) -> dict[str, str]:
    """The environment of a process: nothing of solo's own."""
    home = str(task_dir / "local")
    plain = {"PATH": _PATH, "HOME": home, "TMPDIR": str(task_dir / "tmp"), "LANG": "C.UTF-8", "USER": user}
    return {**plain, **base, **own}
