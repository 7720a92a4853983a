"""Jobs that the suite runs: small processes, which need nothing but a system's own Python and shell."""

import shutil
import sys
import uuid
from typing import Any

SECOND = 1_000_000_000
Json = dict[str, Any]
# The system's own before a virtual environment's: an unprivileged user may not reach the latter.
PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
DRIVER = "raw_exec"

_SEES = ("list-jobs", "read-job")
_MORE = ("register-job", "plan-job", "deregister-job", "read-logs", "node-read")
#: Rights that the suite asks for: solo learns its tokens when it starts.
RIGHTS: tuple[tuple[str, ...], ...] = (
    ("list-jobs",),
    _SEES,
    *((*_SEES, more) for more in _MORE),
    ("csi-write-volume",),
    ("csi-mount-volume",),
    ("csi-write-volume", "plugin-read"),
    ("csi-mount-volume", "plugin-read"),
    ("register-job", "plugin-read"),
    ("register-job", "csi-mount-volume", "plugin-read"),
)


def name(word: str) -> str:
    """A job id that nobody else has."""
    return f"contract-{word}-{uuid.uuid4().hex[:6]}"


def task(command: str, args: list[str] | None = None, **more: Any) -> Json:
    """One small task called main."""
    return {
        "Name": "main",
        "Driver": DRIVER,
        "Config": {"command": command, "args": args or []},
        "Resources": {"CPU": 50, "MemoryMB": 64},
        "KillTimeout": 2 * SECOND,
        **more,
    }


def job(word: str, only_task: Json, *, group: Json | None = None, **more: Any) -> Json:
    """A job of one group `main` with this task; it never tries twice."""
    return {
        "ID": (identity := name(word)),
        "Name": identity,
        "Datacenters": ["*"],
        "Type": "service",
        "Meta": {"owner": "contract"},
        "Update": {
            "MaxParallel": 1,
            "HealthCheck": "task_states",
            "MinHealthyTime": SECOND // 5,
            "HealthyDeadline": 8 * SECOND,
            "ProgressDeadline": 30 * SECOND,
        },
        "TaskGroups": [
            {
                "Name": "main",
                "Count": 1,
                "Tasks": [only_task],
                "RestartPolicy": {
                    "Attempts": 0,
                    "Mode": "fail",
                    "Interval": 30 * SECOND,
                    "Delay": SECOND,
                },
                "ReschedulePolicy": {"Attempts": 0, "Unlimited": False},
                **(group or {}),
            }
        ],
        **more,
    }


def sleeper(word: str = "sleep", **more: Any) -> Json:
    """Runs until it is stopped."""
    return job(word, task("/bin/sleep", ["3600"]), **more)


def shell(script: str, word: str = "sh", **more: Any) -> Json:
    """Runs a few lines of shell."""
    return job(word, task("/bin/sh", ["-c", script]), **more)


def batch(word: str, command: str, args: list[str]) -> Json:
    """Runs once."""
    found = job(word, task(command, args), Type="batch")
    del found["Update"]
    return found


def web(word: str = "web", *, path: str = "/", count: int = 1, **more: Any) -> Json:
    """Serves its own directory over HTTP, with a service and a check in Consul."""
    serve = ["-m", "http.server", "${NOMAD_PORT_http}", "--bind", "${NOMAD_IP_http}"]
    found = job(
        word,
        task(PYTHON, ["-I", *serve], KillSignal="SIGTERM"),
        group={
            "Count": count,
            "Networks": [{"Mode": "host", "DynamicPorts": [{"Label": "http"}]}],
        },
    )
    found["Update"] |= {"HealthCheck": "checks", "AutoRevert": True}
    check = {"Name": "alive", "Type": "http", "Path": path, "Interval": SECOND, "Timeout": SECOND}
    found["TaskGroups"][0]["Services"] = [
        {
            "Name": found["ID"],
            "PortLabel": "http",
            "Provider": "consul",
            "Tags": ["traefik.enable=true", "first"],
            "Meta": {"app": "contract"},
            "Checks": [check],
        }
    ]
    return {**found, **more}
