"""From the manifest's JSON to its dataclasses. Only for JSON that has been checked."""

from collections.abc import Mapping
from typing import Any

from apps.catalogue.manifests.model import (
    Bounds,
    DatabaseRule,
    Deprecation,
    Docker,
    Exec,
    FileRule,
    LeaseRule,
    Manifest,
    Parameter,
    Reach,
    RouteRule,
    SecretRule,
    Size,
    Sizing,
    UploadRule,
    Value,
    VolumeRule,
)
from orchestration.specs import Check

Json = Mapping[str, Any]


def build(data: Json) -> Manifest:
    """Make the manifest. Raises KeyError or TypeError where `data` was never checked."""
    deadlines = data.get("deadlines", {})
    return Manifest(
        **{key: data[key] for key in ("slug", "version", "kind", "maintainer")},
        **{key: data[key] for key in ("title", "summary", "description", "how_to", "changes")},
        parameters=_parameters(data["parameters"]),
        schema=data["parameters"],
        one_of=tuple(each["required"][0] for each in data["parameters"].get("anyOf", ())),
        sizing=_sizing(data["resources"]),
        runtimes=tuple(_runtime(each) for each in data["runtimes"]),
        env=_env(data),
        port=data.get("port"),
        check=Check(**data["check"]) if "check" in data else None,
        route=_route(data["route"]),
        healthy_s=deadlines.get("healthy_s", 300),
        kill_s=deadlines.get("kill_s", 10),
        drain_s=deadlines.get("drain_s", 0),
        secrets=tuple(_secret(each) for each in data.get("secrets", ())),
        volumes=tuple(
            VolumeRule(each["name"], each["destination"], each.get("size_mib"), each.get("kind", "host"))
            for each in data.get("volumes", ())
        ),
        files=tuple(_file(each) for each in data.get("files", ())),
        approval=data["approval"]["rule"],
        approval_why=data["approval"].get("why", {}),
        reach=tuple(Reach(each["what"], each["why"]) for each in data["reach"]),
        deprecates=tuple(Deprecation(**each) for each in data.get("deprecates", ())),
        lease=LeaseRule(**data.get("lease", {})),
        database=_database(data.get("database")),
    )


def _parameters(schema: Json) -> tuple[Parameter, ...]:
    required = set(schema.get("required", ()))
    made = [_parameter(name, each, required=name in required) for name, each in schema["properties"].items()]
    return tuple(sorted(made, key=lambda each: (each.advanced, each.order, each.name)))


def _parameter(name: str, schema: Json, *, required: bool) -> Parameter:
    hints = schema["x-portal"]
    upload = hints.get("upload")
    return Parameter(
        name=name,
        type=schema["type"],
        schema={key: value for key, value in schema.items() if key != "x-portal"},
        required=required,
        label=hints["label"],
        help=hints.get("help", {}),
        hint=hints.get("hint", {}),
        choices=hints.get("choices", {}),
        order=hints.get("order", 0),
        advanced=hints.get("advanced", False),
        multiline=hints.get("widget") == "textarea",
        default_from=hints.get("default_from"),
        upload=UploadRule(tuple(upload["kinds"]), upload["max_mib"], tuple(upload.get("contains", ())))
        if upload
        else None,
    )


def _sizing(data: Json) -> Sizing:
    bounds = {
        "count": {"min": 1, "max": 1},
        "storage_mib": {"min": 0, "max": 0},
        "gpus": {"min": 0, "max": 0},
    }
    bounds |= data["bounds"]
    return Sizing(
        default=data["default"],
        sizes={name: Size(**each) for name, each in data["sizes"].items()},
        bounds={name: Bounds(**each) for name, each in bounds.items()},
    )


def _runtime(data: Json) -> Docker | Exec:
    args = tuple(_argument(each) for each in data.get("args", ()))
    if data["driver"] == "exec":
        return Exec(data["runtime"], data["command"], args, _env(data))
    return Docker(
        image=data["image"],
        command=data.get("command"),
        args=args,
        user=data.get("user"),
        work_dir=data.get("work_dir"),
        read_only=data.get("read_only", False),
        env=_env(data),
    )


def _argument(data: str | Json) -> Value:
    if isinstance(data, str):
        return Value(literal=data)
    return Value(reference=data.get("from"), file=data.get("file"))


def _env(data: Json) -> dict[str, Value]:
    return {
        name: Value(literal=each.get("value"), reference=each.get("from"))
        for name, each in data.get("env", {}).items()
    }


def _route(data: Json) -> RouteRule:
    return RouteRule(data["kind"], data.get("path", "/"), tuple(data.get("accept", (200,))))


def _secret(data: Json) -> SecretRule:
    return SecretRule(
        name=data["name"],
        source=data["source"],
        length=data.get("length", 24),
        file=data.get("file"),
        label=data["label"],
        help=data.get("help", {}),
        on_change=data.get("on_change", "none"),
        signal=data.get("signal", "SIGHUP") if data.get("on_change") == "signal" else "",
    )


def _database(data: str | Json | None) -> DatabaseRule | None:
    if data is None:
        return None
    return DatabaseRule("postgresql") if isinstance(data, str) else DatabaseRule(**data)


def _file(data: Json) -> FileRule:
    page = data.get("page", {})
    return FileRule(
        name=data["name"],
        destination=data["destination"],
        upload=_named(data.get("from")),
        page_title=_named(page.get("title")),
        page_text=_named(page.get("text")),
        unless=_named(data.get("unless")),
        unpack=data.get("unpack", False),
    )


def _named(reference: str | None) -> str | None:
    return reference.split(".", 1)[1] if reference else None
