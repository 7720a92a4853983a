"""A request's job as Nomad keeps it: defaults filled in, implied constraints and identities added."""

from typing import Any

from solo import fields
from solo.errors import ApiError
from solo.fields import Fields

CNI_PLUGINS = ("bridge", "firewall", "host-local", "loopback", "portmap")
VAULT_IDENTITY = "vault_default"
_GO = ((str, "string"), (bool, "bool"), (int, "int"))


def _json_kind(value: Any) -> str:
    """Go's word for a JSON value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _check(value: Any, default: Any, where: str) -> Any:
    word = next((word for kind, word in _GO if type(default) is kind and type(value) is not kind), None)
    if word is not None:
        kind = _json_kind(value)
        raise ApiError(400, f"json: cannot unmarshal {kind} into Go struct field {where} of type {word}")
    return value


def fill(defaults: Fields, given: Any, struct: str, path: str) -> Fields:
    """The defaults, overlaid with what was given.

    Raises ApiError 400 when a value is of another JSON type than its field (recording 086).
    """
    source = given or {}
    if not isinstance(source, dict):
        kind = _json_kind(source)
        raise ApiError(400, f"json: cannot unmarshal {kind} into Go struct field {path} of type api.{struct}")
    return {
        key: default if source.get(key) is None else _check(source[key], default, f"{struct}.{path}.{key}")
        for key, default in defaults.items()
    }


def _each(defaults: Fields, items: Any, struct: str, path: str) -> list[Fields] | None:
    return [fill(defaults, item, struct, path) for item in items] if items else None


def canonical(job: Fields, region: str) -> Fields:
    """A whole job with every field that Nomad would answer. Raises ApiError 400 for wrong JSON types."""
    full = fill(fields.JOB, job, "Job", "Job")
    full["Name"] = full["Name"] or full["ID"]
    if full["Region"] in ("", "global"):
        full["Region"] = region
    full["Constraints"] = _each(fields.CONSTRAINT, job.get("Constraints"), "Constraint", "Job.Constraints")
    full["Update"] = _job_update(full["Type"], job.get("Update"))
    full["TaskGroups"] = [_group(full, job, group) for group in job.get("TaskGroups") or []]
    return full


def _job_update(kind: str, given: Fields | None) -> Fields:
    """The job's own block keeps only these two; each group holds the whole (recording 034)."""
    empty = {key: type(value)() if not isinstance(value, str) else "" for key, value in fields.UPDATE.items()}
    if kind in ("service", "system"):
        source = given or {}
        empty["MaxParallel"] = source.get("MaxParallel") or 1
        empty["Stagger"] = source.get("Stagger") or fields.UPDATE["Stagger"]
    return empty


def _group(job: Fields, raw_job: Fields, raw: Fields) -> Fields:
    kind, path = job["Type"], "Job.TaskGroups"
    group = fill(fields.GROUP, raw, "TaskGroup", path)
    service = kind == "service"
    base = "batch" if kind in ("batch", "sysbatch") else "service"
    group["RestartPolicy"] = fill(
        fields.RESTART[base], raw.get("RestartPolicy"), "RestartPolicy", f"{path}.RestartPolicy"
    )
    given = raw.get("ReschedulePolicy")
    reschedule = fill(fields.RESCHEDULE[base], given, "ReschedulePolicy", f"{path}.ReschedulePolicy")
    group["ReschedulePolicy"] = None if kind in ("system", "sysbatch") else reschedule
    group["EphemeralDisk"] = fill(
        fields.EPHEMERAL_DISK, raw.get("EphemeralDisk"), "EphemeralDisk", f"{path}.EphemeralDisk"
    )
    merged = {**(raw_job.get("Update") or {}), **(raw.get("Update") or {})}
    update = fill(fields.UPDATE, merged, "UpdateStrategy", f"{path}.Update")
    group["Update"] = update if kind in ("service", "system") else None
    group["Migrate"] = (
        fill(fields.MIGRATE, raw.get("Migrate"), "MigrateStrategy", f"{path}.Migrate") if service else None
    )
    group["Networks"] = [_network(net, path) for net in raw.get("Networks") or []] or None
    group["Services"] = _services(raw.get("Services"), f"{path}.Services")
    group["Volumes"] = _volumes(raw.get("Volumes"), path)
    group["Tasks"] = [_task(task, group["RestartPolicy"]) for task in raw.get("Tasks") or []]
    constraints = _each(fields.CONSTRAINT, raw.get("Constraints"), "Constraint", f"{path}.Constraints") or []
    group["Constraints"] = _with_implied(constraints, group) or None
    return group


def _volumes(raw: Any, path: str) -> dict[str, Fields] | None:
    if not raw:
        return None
    return {
        name: {**fill(fields.VOLUME, volume, "VolumeRequest", f"{path}.Volumes"), "Name": name}
        for name, volume in raw.items()
    }


def _network(raw: Fields, path: str) -> Fields:
    """Nomad leaves out what is empty in a network."""
    network: Fields = {"Mode": raw.get("Mode") or "host"}
    for kind in ("DynamicPorts", "ReservedPorts"):
        ports = [fill(fields.PORT, port, "Port", f"{path}.Networks.{kind}") for port in raw.get(kind) or []]
        if ports:
            network[kind] = [{k: v for k, v in port.items() if v} for port in ports]
    return network


def _services(raw: Any, path: str) -> list[Fields] | None:
    services = _each(fields.SERVICE, raw, "Service", path)
    for service, given in zip(services or [], raw or [], strict=True):
        checks = _each(fields.CHECK, given.get("Checks"), "ServiceCheck", f"{path}.Checks")
        for check in checks or []:
            check["Name"] = check["Name"] or f'service: "{service["Name"]}" check'
        service["Checks"] = checks
    return services


def _task(raw: Fields, restart: Fields) -> Fields:
    path = "Job.TaskGroups.Tasks"
    task = fill(fields.TASK, raw, "Task", path)
    task["Resources"] = fill(fields.RESOURCES, raw.get("Resources"), "Resources", f"{path}.Resources")
    task["LogConfig"] = fill(fields.LOG_CONFIG, raw.get("LogConfig"), "LogConfig", f"{path}.LogConfig")
    task["RestartPolicy"] = fill(restart, raw.get("RestartPolicy"), "RestartPolicy", f"{path}.RestartPolicy")
    task["Constraints"] = _each(
        fields.CONSTRAINT, raw.get("Constraints"), "Constraint", f"{path}.Constraints"
    )
    task["Services"] = _services(raw.get("Services"), f"{path}.Services")
    for service in task["Services"] or []:
        service["TaskName"] = task["Name"]
    task["Templates"] = _each(fields.TEMPLATE, raw.get("Templates"), "Template", f"{path}.Templates")
    task["Artifacts"] = _each(fields.ARTIFACT, raw.get("Artifacts"), "TaskArtifact", f"{path}.Artifacts")
    task["VolumeMounts"] = _each(fields.MOUNT, raw.get("VolumeMounts"), "VolumeMount", f"{path}.VolumeMounts")
    task["Identity"] = dict(fields.IDENTITY)
    task["Vault"] = fill(fields.VAULT, raw["Vault"], "Vault", f"{path}.Vault") if raw.get("Vault") else None
    if task["Vault"] and not task["Identities"]:
        name = {"Name": VAULT_IDENTITY, "Audience": ["vault.io"], "TTL": 3_600_000_000_000}
        task["Identities"] = [{**fields.IDENTITY, **name}]
    return task


def _with_implied(constraints: list[Fields], group: Fields) -> list[Fields]:
    """What services, networks and secrets ask of a node (recording 034; job_endpoint hooks of Nomad)."""
    implied: list[tuple[str, str]] = []
    services = [*(group["Services"] or []), *(s for t in group["Tasks"] for s in t["Services"] or [])]
    if any(service["Provider"] == "consul" for service in services):
        implied.append(("${attr.consul.version}", ">= 1.8.0"))
    if any(network["Mode"] == "bridge" for network in group["Networks"] or []):
        implied += [(f"${{attr.plugins.cni.version.{name}}}", ">= 0.4.0") for name in CNI_PLUGINS]
    if any(task["Vault"] for task in group["Tasks"]):
        implied += [("${attr.vault.version}", ">= 0.6.1"), ("${attr.nomad.version}", ">= 1.7.0-a")]
    present = {c["LTarget"] for c in constraints}
    extra = [
        {"LTarget": left, "RTarget": right, "Operand": "semver"}
        for left, right in implied
        if left not in present
    ]
    return [*constraints, *extra]
