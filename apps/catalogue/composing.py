"""From a manifest and a member's answers to the pieces of an AppSpec. Pure: the same in, the same out."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from apps.catalogue.manifests.model import Docker, Exec, FileRule, Manifest, SecretRule, Value
from apps.catalogue.pages import page
from kernel.errors import Refused, RefusedMany
from orchestration.specs import (
    Check,
    Database,
    DockerRuntime,
    ExecRuntime,
    File,
    Resources,
    Route,
    Secret,
    Volume,
)

_DRIVERS = {Docker: ("docker",), Exec: ("exec", "raw_exec")}


@dataclass(frozen=True)
class GivenFile:
    """A file that the portal keeps for a release."""

    name: str  #: the manifest's name for it (FileRule.name)
    filename: str  #: as the member called it
    url: str
    sha256: str


@dataclass(frozen=True)
class MadeFile:
    """A file that the portal makes from a member's text, to be kept like an upload."""

    name: str
    filename: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Its address among the kept files."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class LabDatabase:
    """The database that the lab offers to apps; without a role it offers none."""

    roles: tuple[str, ...] = ()  #: OpenBao's, that templates may name; the first is for those that name none
    host: str = ""
    port: str = ""
    name: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What an app is told about itself."""

    name: str  #: the app's name, first label of its host
    host: str
    url: str  #: https://wiki.apps.example.org, with the port where it is not the usual one
    runtimes_dir: str
    database: LabDatabase = LabDatabase()


@dataclass(frozen=True)
class Pieces:
    """The part of an AppSpec that the template decides."""

    runtime: DockerRuntime | ExecRuntime
    port: int | None
    route: Route
    check: Check | None
    env: Mapping[str, str]
    secrets: tuple[Secret, ...]
    volumes: tuple[Volume, ...]
    files: tuple[File, ...]
    database: Database | None
    healthy_deadline_s: int
    kill_timeout_s: int
    shutdown_delay_s: int


def choose_runtime(manifest: Manifest, allowed_drivers: Iterable[str]) -> str:
    """The Nomad driver: the template's order of ways first, then the lab's order of drivers.

    Raises Refused("runtime.unavailable") where the lab allows none of the template's ways.
    """
    allowed = tuple(allowed_drivers)
    for runtime in manifest.runtimes:
        for driver in allowed:
            if driver in _DRIVERS[type(runtime)]:
                return driver
    raise Refused("runtime.unavailable", field="template", template=manifest.slug, allowed=", ".join(allowed))


def require_database(manifest: Manifest, offered: LabDatabase) -> None:
    """Refuse a template for whose login this lab has no role: "database.none", "database.role"."""
    rule = manifest.database
    if rule is None:
        return
    if not offered.roles:
        raise Refused("database.none", field="template", template=manifest.slug)
    if rule.role and rule.role not in offered.roles:
        raise Refused("database.role", field="template", template=manifest.slug, name=rule.role)


def resources_of(manifest: Manifest, chosen: Mapping[str, Any] | None = None) -> Resources:
    """What the app gets: a named size (`{"size": "M"}`), single figures over it, or the default.

    Raises RefusedMany with fields `resources.<dimension>` beyond the template's bounds.
    """
    wanted = dict(chosen or {})
    name = wanted.pop("size", None) or manifest.sizing.default
    if not isinstance(name, str) or name not in manifest.sizing.sizes:
        choices = ", ".join(manifest.sizing.sizes)
        raise RefusedMany([Refused("resources.size", field="resources.size", value=choices)])
    size = manifest.sizing.sizes[name]
    figures = {field.name: getattr(size, field.name) for field in fields(size)}
    refusals = []
    for dimension, amount in wanted.items():
        refusal = _beyond(manifest, dimension, amount)
        if refusal:
            refusals.append(refusal)
        elif amount is not None:
            figures[dimension] = amount
    if refusals:
        raise RefusedMany(refusals)
    return Resources(**figures)


def _beyond(manifest: Manifest, dimension: str, amount: Any) -> Refused | None:
    bounds = manifest.sizing.bounds.get(dimension)
    field = f"resources.{dimension[:40]}"
    if bounds is None:
        return Refused("resources.unknown", field=field, name=dimension[:40])
    if amount is None:
        return None
    if not isinstance(amount, int) or isinstance(amount, bool):
        return Refused("resources.type", field=field)
    if amount < bounds.min:
        return Refused("resources.minimum", field=field, value=bounds.min)
    return Refused("resources.maximum", field=field, value=bounds.max) if amount > bounds.max else None


def made_files(
    manifest: Manifest, parameters: Mapping[str, Any], uploads: Iterable[str] = ()
) -> tuple[MadeFile, ...]:
    """The files that the portal makes from the answers; `uploads` names the parameters that have a file."""
    sent = frozenset(uploads)
    return tuple(
        MadeFile(
            name=rule.name,
            filename=rule.destination.rsplit("/", 1)[-1],
            content=page(str(parameters.get(rule.page_title, "")), str(parameters.get(rule.page_text, ""))),
        )
        for rule in manifest.files
        if rule.page_title and rule.page_text and rule.unless not in sent
    )


def compose(
    manifest: Manifest,
    *,
    driver: str,
    parameters: Mapping[str, Any],
    resources: Resources,
    files: Iterable[GivenFile],
    around: Surroundings,
) -> Pieces:
    """Put the pieces together for one release.

    Raises Refused("runtime.unavailable") where the template has no way for this driver, and
    Refused("parameter.interpolation") where a member's text would mean something to Nomad.
    """
    way = next((each for each in manifest.runtimes if driver in _DRIVERS[type(each)]), None)
    if way is None:
        raise Refused("runtime.unavailable", field="template", template=manifest.slug, allowed=driver)
    given = {each.name: each for each in files}
    known = _Known(manifest, parameters, given, around)
    env = {**manifest.env, **way.env}
    return Pieces(
        runtime=_runtime(way, known),
        port=manifest.port if isinstance(way, Docker) else None,
        route=Route(manifest.route.kind, around.host, manifest.route.path, manifest.route.accept),
        check=manifest.check,
        env={name: text for name, value in env.items() if (text := known.text(value)) is not None},
        secrets=tuple(_secret(rule, env) for rule in manifest.secrets),
        volumes=_volumes(manifest, resources),
        files=tuple(_file(rule, given[rule.name]) for rule in manifest.files if rule.name in given),
        database=_database(manifest, env, around.database),
        healthy_deadline_s=manifest.healthy_s,
        kill_timeout_s=manifest.kill_s,
        shutdown_delay_s=manifest.drain_s,
    )


@dataclass(frozen=True)
class _Known:
    """Everything that a whole value may refer to."""

    manifest: Manifest
    parameters: Mapping[str, Any]
    files: Mapping[str, GivenFile]
    around: Surroundings

    def text(self, value: Value) -> str | None:
        """The value as text; None where there is nothing to say, or where Vault says it."""
        if value.reference is None:
            return value.literal
        kind, name = value.reference.split(".", 1)
        if kind == "app":
            return str(getattr(self.around, name))
        if kind == "database":
            offered = self.around.database
            return {"host": offered.host, "port": offered.port, "name": offered.name}.get(name)
        if kind == "upload":
            return self._filename(name)
        return self._answer(name) if kind == "parameter" else None

    def _answer(self, name: str) -> str | None:
        value = self.parameters.get(name)
        if value is None:
            return None
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if "${" in text or "{{" in text:
            raise Refused("parameter.interpolation", field=f"parameters.{name}", label=name)
        return text

    def _filename(self, parameter: str) -> str | None:
        """The name of an uploaded file, in characters that mean nothing to anybody."""
        rule = next((each for each in self.manifest.files if each.upload == parameter), None)
        file = self.files.get(rule.name) if rule else None
        return re.sub(r"[^\w.-]+", "_", file.filename)[:100] if file else None


def _runtime(way: Docker | Exec, known: _Known) -> DockerRuntime | ExecRuntime:
    if isinstance(way, Exec):
        root = f"{known.around.runtimes_dir}/{way.runtime}"
        args = [f"{root}/{value.file}" if value.file else known.text(value) for value in way.args]
        return ExecRuntime(way.runtime, way.command, _whole(args))
    args = [known.text(value) for value in way.args]
    return DockerRuntime(way.image, way.command, _whole(args), way.user, way.work_dir, way.read_only)


def _whole(args: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(each for each in args if each is not None)


def _secret(rule: SecretRule, env: Mapping[str, Value]) -> Secret:
    carrier = next((name for name, value in env.items() if value.reference == f"secret.{rule.name}"), None)
    return Secret(
        rule.name,
        rule.source,
        carrier,
        rule.file,
        rule.length,
        rule.label,
        on_change=rule.on_change,
        signal=rule.signal,
    )


def _database(manifest: Manifest, env: Mapping[str, Value], offered: LabDatabase) -> Database | None:
    """Without any role in the lab the path leads nowhere, and the policy sends no such job."""
    if manifest.database is None:
        return None
    role = manifest.database.role or next(iter(offered.roles), "")
    return Database(role, _carriers(env, "database.username"), _carriers(env, "database.password"))


def _carriers(env: Mapping[str, Value], reference: str) -> tuple[str, ...]:
    return tuple(name for name, value in env.items() if value.reference == reference)


def _volumes(manifest: Manifest, resources: Resources) -> tuple[Volume, ...]:
    rest = resources.storage_mib - sum(each.size_mib or 0 for each in manifest.volumes)
    return tuple(
        Volume(each.name, rest if each.size_mib is None else each.size_mib, each.destination, each.kind)
        for each in manifest.volumes
    )


def _file(rule: FileRule, given: GivenFile) -> File:
    return File(
        given.url, given.sha256, rule.destination, unpack=rule.unpack, mode="dir" if rule.unpack else "file"
    )
