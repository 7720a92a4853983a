"""The keys that a job may have at each level. What is not named here is refused, new fields of Nomad too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from orchestration.policy.rules import Violation


@dataclass(frozen=True)
class Leaf:
    """A value with nothing inside it."""

    kind: str  #: text, number, flag, texts (a list), map (of texts)


TEXT, NUMBER, FLAG, TEXTS, MAP = Leaf("text"), Leaf("number"), Leaf("flag"), Leaf("texts"), Leaf("map")

CONFIGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "docker": {
        "image": TEXT,
        "command": TEXT,
        "args": TEXTS,
        "ports": TEXTS,
        "work_dir": TEXT,
        "readonly_rootfs": FLAG,
        "pids_limit": NUMBER,
        "security_opt": TEXTS,
    },
    "exec": {"command": TEXT, "args": TEXTS},
    "raw_exec": {"command": TEXT, "args": TEXTS},
    "java": {"jar_path": TEXT, "args": TEXTS},
    "qemu": {"image_path": TEXT},
}

_CHECK = {"Name": TEXT, "Type": TEXT, "Path": TEXT, "Interval": NUMBER, "Timeout": NUMBER}
_SERVICE = {
    "Name": TEXT,
    "PortLabel": TEXT,
    "Provider": TEXT,
    "Tags": TEXTS,
    "CanaryTags": TEXTS,
    "Meta": MAP,
    "Checks": [_CHECK],
}
_TASK = {
    "Name": TEXT,
    "Driver": TEXT,
    "User": TEXT,
    "Config": CONFIGS,
    "Env": MAP,
    "Resources": {"CPU": NUMBER, "MemoryMB": NUMBER, "Devices": [{"Name": TEXT, "Count": NUMBER}]},
    "Artifacts": [{"GetterSource": TEXT, "GetterOptions": MAP, "GetterMode": TEXT, "RelativeDest": TEXT}],
    "Templates": [
        {
            "EmbeddedTmpl": TEXT,
            "DestPath": TEXT,
            "Envvars": FLAG,
            "ChangeMode": TEXT,
            "ChangeSignal": TEXT,
            "Perms": TEXT,
        }
    ],
    "Vault": {"Role": TEXT, "ChangeMode": TEXT, "Env": FLAG, "DisableFile": FLAG},
    "VolumeMounts": [{"Volume": TEXT, "Destination": TEXT, "ReadOnly": FLAG}],
    "KillTimeout": NUMBER,
    "LogConfig": {"MaxFiles": NUMBER, "MaxFileSizeMB": NUMBER},
}
_VOLUME = {
    "Name": TEXT,
    "Type": TEXT,
    "Source": TEXT,
    "ReadOnly": FLAG,
    "AccessMode": TEXT,
    "AttachmentMode": TEXT,
}
_GROUP = {
    "Name": TEXT,
    "Count": NUMBER,
    "Constraints": [{"LTarget": TEXT, "Operand": TEXT, "RTarget": TEXT}],
    "EphemeralDisk": {"SizeMB": NUMBER},
    "Update": {
        "MaxParallel": NUMBER,
        "HealthCheck": TEXT,
        "MinHealthyTime": NUMBER,
        "HealthyDeadline": NUMBER,
        "ProgressDeadline": NUMBER,
        "AutoRevert": FLAG,
        "AutoPromote": FLAG,
        "Canary": NUMBER,
    },
    "RestartPolicy": {"Attempts": NUMBER, "Delay": NUMBER, "Interval": NUMBER, "Mode": TEXT},
    "ReschedulePolicy": {
        "Attempts": NUMBER,
        "Interval": NUMBER,
        "Delay": NUMBER,
        "DelayFunction": TEXT,
        "Unlimited": FLAG,
    },
    "ShutdownDelay": NUMBER,
    "Networks": [{"Mode": TEXT, "DynamicPorts": [{"Label": TEXT, "To": NUMBER}]}],
    "Services": [_SERVICE],
    "Volumes": {"*": _VOLUME},
    "Tasks": [_TASK],
}
JOB: Final[Mapping[str, Any]] = {
    "ID": TEXT,
    "Name": TEXT,
    "Type": TEXT,
    "Namespace": TEXT,
    "Region": TEXT,
    "Datacenters": TEXTS,
    "NodePool": TEXT,
    "Priority": NUMBER,
    "Meta": MAP,
    "TaskGroups": [_GROUP],
}


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for pair in value.items() for each in pair)


_FITS = {
    "text": lambda value: isinstance(value, str),
    "number": lambda value: type(value) is int and value >= 0,
    "flag": lambda value: isinstance(value, bool),
    "texts": _is_texts,
    "map": _is_map,
}


def misshapen(value: Any, shape: Any, path: str = "") -> Iterator[Violation]:
    """Every place where a value has another form than the shape, or a key that it does not name."""
    if isinstance(shape, Leaf):
        if not _FITS[shape.kind](value):
            yield Violation("policy.shape", path, repr(value)[:80])
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield Violation("policy.shape", path, repr(value)[:80])
            return
        for index, each in enumerate(value):
            yield from misshapen(each, shape[0], f"{path}[{index}]")
    elif shape is CONFIGS:
        if not isinstance(value, dict):  # its keys depend on the driver: judged with it
            yield Violation("policy.shape", path, repr(value)[:80])
    else:
        yield from _keys(value, shape, path)


def _keys(value: Any, shape: Mapping[str, Any], path: str) -> Iterator[Violation]:
    if value is None and path.endswith(".Vault"):
        return
    if not isinstance(value, dict):
        yield Violation("policy.shape", path, repr(value)[:80])
        return
    for key, inside in value.items():
        where = f"{path}.{key}" if path else str(key)
        known = shape.get("*") or shape.get(key)
        if known is None:
            yield Violation("policy.key", where, repr(inside)[:80])
        else:
            yield from misshapen(inside, known, where)
