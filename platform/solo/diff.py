"""The difference between two versions of a job, in the form of Nomad's plan (recordings 025, 052)."""

from collections.abc import Callable
from typing import Any

from solo.compare import destructive
from solo.fields import Fields

Diff = dict[str, Any]
_JOB_FIELDS = (
    "AllAtOnce",
    "Dispatched",
    "Name",
    "Namespace",
    "NodePool",
    "Priority",
    "Region",
    "Stop",
    "Type",
    "StatusDescription",
)
_GROUP_FIELDS = ("Count", "PreventRescheduleOnLost", "ShutdownDelay", "MaxClientDisconnect")
_TASK_FIELDS = ("Driver", "KillSignal", "KillTimeout", "Kind", "Leader", "ShutdownDelay", "User")
_GROUP_OBJECTS = ("RestartPolicy", "Migrate", "ReschedulePolicy", "EphemeralDisk", "Update")
_HIDDEN = frozenset({"Stagger", "VaultGrace"})
_UPDATES = {
    "Ignore": "ignore",
    "Place": "create",
    "Stop": "destroy",
    "Migrate": "migrate",
    "Canary": "canary",
    "InPlaceUpdate": "in-place update",
    "DestructiveUpdate": "create/destroy update",
}


def _text(value: Any) -> str:
    """A value as Nomad writes it in a diff."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(old: str, new: str) -> str:
    if old == new:
        return "None"
    if not old:
        return "Added"
    return "Edited" if new else "Deleted"


def _field(name: str, old: Any, new: Any, notes: list[str] | None = None) -> Diff:
    before, after = _text(old), _text(new)
    return {"Annotations": notes, "Name": name, "New": after, "Old": before, "Type": _kind(before, after)}


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Leaves by path, as a task's Config is shown: `ports[0]`, `mount[0].type`."""
    if isinstance(value, dict):
        return {
            k: v
            for key, item in value.items()
            for k, v in _flat(item, f"{prefix}.{key}" if prefix else key).items()
        }
    if isinstance(value, list):
        return {
            k: v for number, item in enumerate(value) for k, v in _flat(item, f"{prefix}[{number}]").items()
        }
    return {prefix: _text(value)}


def _fields(old: Fields, new: Fields, *, whole: bool) -> list[Diff]:
    """Differences of two flat maps; `whole` keeps what is the same, to show it around."""
    found = [_field(key, old.get(key), new.get(key)) for key in sorted({*old, *new})]
    return [f for f in found if whole or f["Type"] != "None"]


def _primitives(value: Fields | None) -> Fields:
    return {
        key: item
        for key, item in (value or {}).items()
        if not isinstance(item, dict | list) and item is not None and key not in _HIDDEN
    }


def _maps(name: str, old: Any, new: Any) -> list[Diff]:
    """Meta and Env: one field for each key."""
    before = {f"{name}[{k}]": v for k, v in (old or {}).items()}
    after = {f"{name}[{k}]": v for k, v in (new or {}).items()}
    return _fields(before, after, whole=False)


def _object(name: str, old: Fields | None, new: Fields | None) -> Diff | None:
    """A block with everything below it, or nothing when it is the same."""
    if old == new:
        return None
    fields = _fields(_primitives(old), _primitives(new), whole=True)
    objects: list[Diff] = []
    for key in sorted({*(old or {}), *(new or {})}):
        before, after = (old or {}).get(key), (new or {}).get(key)
        if isinstance(before, list) or isinstance(after, list):
            objects += _list(key, before or [], after or [])
        elif isinstance(before, dict) or isinstance(after, dict):
            below = _fields(_flat(before or {}), _flat(after or {}), whole=True)
            objects += [_pack(key, before, after, below, [])] if before != after else []
    return _pack(name, old, new, fields, objects)


def _pack(name: str, old: Any, new: Any, fields: list[Diff], objects: list[Diff]) -> Diff:
    kind = "Edited" if old and new else ("Added" if new else "Deleted")
    return {"Fields": fields or None, "Name": name, "Objects": objects or None, "Type": kind}


_SINGULAR = {"DynamicPorts": "Dynamic Port", "ReservedPorts": "Static Port", "Checks": "Check"}


def _list(key: str, old: list[Any], new: list[Any]) -> list[Diff]:
    if any(isinstance(item, dict) for item in (*old, *new)):
        return _members(
            _SINGULAR.get(key, key.removesuffix("s")),
            old,
            new,
            lambda item: str(item.get("Name") or item.get("Label") or item),
        )
    return _strings(key, old, new)


def _strings(name: str, old: list[str], new: list[str]) -> list[Diff]:
    if sorted(old) == sorted(new):
        return []
    fields = [
        _field(name, item if item in old else "", item if item in new else "")
        for item in sorted({*old, *new})
    ]
    return [_pack(name, old, new, fields, [])]


def _members(name: str, old: list[Fields], new: list[Fields], key: Callable[[Fields], str]) -> list[Diff]:
    """Blocks that are told apart by a key."""
    before, after = {key(item): item for item in old}, {key(item): item for item in new}
    found = (_object(name, before.get(k), after.get(k)) for k in sorted({*before, *after}))
    return [diff for diff in found if diff]


def _whole(item: Fields) -> str:
    """Blocks without a name of their own: any change is one gone and one come."""
    return str(sorted(item.items(), key=lambda pair: pair[0]))


def _type(old: Any, new: Any, *parts: Any) -> str:
    if old is None:
        return "Added"
    if new is None:
        return "Deleted"
    return "Edited" if any(parts) else "None"


def _task(old: Fields | None, new: Fields | None) -> Diff:
    before, after = old or {}, new or {}
    fields = _fields(
        {k: before.get(k) for k in _TASK_FIELDS}, {k: after.get(k) for k in _TASK_FIELDS}, whole=False
    )
    fields += _maps("Env", before.get("Env"), after.get("Env")) + _maps(
        "Meta", before.get("Meta"), after.get("Meta")
    )
    objects = _members("Constraint", before.get("Constraints") or [], after.get("Constraints") or [], _whole)
    config = _fields(_flat(before.get("Config") or {}), _flat(after.get("Config") or {}), whole=True)
    if (before.get("Config") or {}) != (after.get("Config") or {}):
        objects.append(_pack("Config", before.get("Config"), after.get("Config"), config, []))
    for name in ("Resources", "LogConfig", "Vault", "Identity"):
        if diff := _object(name, before.get(name), after.get(name)):
            objects.append(diff)
    lists: tuple[tuple[str, str, Callable[[Fields], str]], ...] = (
        ("Artifact", "Artifacts", lambda a: str(a["GetterSource"])),
        ("Service", "Services", lambda s: str(s["Name"])),
        ("Template", "Templates", lambda t: str(t["DestPath"])),
        ("VolumeMount", "VolumeMounts", lambda v: str(v["Volume"])),
    )
    for name, key, by in lists:
        objects += _members(name, before.get(key) or [], after.get(key) or [], by)
    fields.sort(key=lambda f: str(f["Name"]))
    return {
        "Annotations": None,
        "Fields": fields or None,
        "Name": (new or before)["Name"],
        "Objects": objects or None,
        "Type": _type(old, new, fields, objects),
    }


def _by_name(old: list[Fields], new: list[Fields]) -> list[tuple[Fields | None, Fields | None]]:
    before, after = {item["Name"]: item for item in old}, {item["Name"]: item for item in new}
    return [(before.get(name), after.get(name)) for name in sorted({*before, *after})]


def _group(old: Fields | None, new: Fields | None) -> Diff:
    before, after = old or {}, new or {}
    fields = _fields(
        {k: before.get(k) for k in _GROUP_FIELDS}, {k: after.get(k) for k in _GROUP_FIELDS}, whole=False
    )
    fields += _maps("Meta", before.get("Meta"), after.get("Meta"))
    objects = _members("Constraint", before.get("Constraints") or [], after.get("Constraints") or [], _whole)
    objects += [d for name in _GROUP_OBJECTS if (d := _object(name, before.get(name), after.get(name)))]
    objects += _members(
        "Network", before.get("Networks") or [], after.get("Networks") or [], lambda n: str(n["Mode"])
    )
    objects += _members(
        "Service", before.get("Services") or [], after.get("Services") or [], lambda s: str(s["Name"])
    )
    volumes = [list((part.get("Volumes") or {}).values()) for part in (before, after)]
    objects += _members("Volume", volumes[0], volumes[1], lambda v: str(v["Name"]))
    tasks = [_task(*pair) for pair in _by_name(before.get("Tasks") or [], after.get("Tasks") or [])]
    changed = any(task["Type"] != "None" for task in tasks)
    return {
        "Fields": fields or None,
        "Name": (new or before)["Name"],
        "Objects": objects or None,
        "Tasks": tasks or None,
        "Type": _type(old, new, fields, objects, changed),
        "Updates": None,
    }


def job_diff(old: Fields | None, new: Fields) -> Diff:
    """What differs. No old job: everything is added."""
    before = old or {}
    fields = _fields(
        {k: before.get(k) for k in _JOB_FIELDS}, {k: new.get(k) for k in _JOB_FIELDS}, whole=False
    )
    fields = sorted(fields + _maps("Meta", before.get("Meta"), new["Meta"]), key=lambda f: str(f["Name"]))
    objects = _strings("Datacenters", before.get("Datacenters") or [], new["Datacenters"] or [])
    objects += _members("Constraint", before.get("Constraints") or [], new["Constraints"] or [], _whole)
    groups = [_group(*pair) for pair in _by_name(before.get("TaskGroups") or [], new["TaskGroups"])]
    changed = any(group["Type"] != "None" for group in groups)
    return {
        "Fields": fields or None,
        "ID": new["ID"],
        "Objects": objects or None,
        "TaskGroups": groups or None,
        "Type": _type(old, new, fields, objects, changed),
    }


def annotate(diff: Diff, old: Fields | None, new: Fields, updates: dict[str, dict[str, int]]) -> Diff:
    """Add what the scheduler would do about it."""
    for group in diff["TaskGroups"] or []:
        counts = updates.get(group["Name"], {})
        group["Updates"] = {word: counts[key] for key, word in _UPDATES.items() if counts.get(key)} or None
        for field in group["Fields"] or []:
            if field["Name"] == "Count":
                grows = int(field["New"] or 0) > int(field["Old"] or 0)
                field["Annotations"] = ["forces create" if grows else "forces destroy"]
        for task in group["Tasks"] or []:
            task["Annotations"] = _why(task, group["Name"], old, new)
    return diff


def _why(task: Diff, group: str, old: Fields | None, new: Fields) -> list[str] | None:
    by_type = {"Added": ["forces create"], "Deleted": ["forces destroy"], "None": None}
    if task["Type"] in by_type and (old is None or task["Type"] == "None"):
        return by_type[task["Type"]]
    if old is None or destructive(old, new, group):
        return ["forces create/destroy update"]
    return ["forces in-place update"]
