"""The manifest as data. `manifests.build` makes it from JSON that `manifests.check` found sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from apps.catalogue.manifests.texts import Texts
from orchestration.specs import Check, VolumeKind


@dataclass(frozen=True)
class UploadRule:
    """What a member may upload for a parameter."""

    kinds: tuple[str, ...]  #: file name endings with their dot, lower case
    max_mib: int
    contains: tuple[str, ...] = ()  #: names that a zip must hold


@dataclass(frozen=True)
class Parameter:
    """One question of the form: its JSON Schema, and how a person is asked."""

    name: str
    type: Literal["string", "integer", "number", "boolean"]
    schema: Mapping[str, Any]  #: the property's JSON Schema, without x-portal
    required: bool
    label: Texts
    help: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)  #: said where the pattern does not match
    choices: Mapping[str, Texts] = field(default_factory=dict)
    order: int = 0
    advanced: bool = False
    multiline: bool = False
    default_from: str | None = None
    upload: UploadRule | None = None


@dataclass(frozen=True)
class Size:
    """A named size. MHz and MiB."""

    cpu_mhz: int
    memory_mib: int
    count: int = 1
    storage_mib: int = 0
    gpus: int = 0


@dataclass(frozen=True)
class Bounds:
    """The least and the most of a dimension, both allowed."""

    min: int
    max: int


@dataclass(frozen=True)
class Sizing:
    """Which sizes are offered, and within which bounds a member may choose."""

    default: str
    sizes: Mapping[str, Size]
    bounds: Mapping[str, Bounds]


@dataclass(frozen=True)
class Value:
    """A whole value, literal or by reference; never a text with holes."""

    literal: str | None = None
    reference: str | None = None  #: parameter.x, secret.x, upload.x, app.url, app.host, app.name, database.x
    file: str | None = None  #: a file of the exec runtime, by its path in the runtime's folder


@dataclass(frozen=True)
class Docker:
    """A container image as a way to run the template."""

    image: str
    command: str | None
    args: tuple[Value, ...]
    user: str | None
    work_dir: str | None
    read_only: bool
    env: Mapping[str, Value]


@dataclass(frozen=True)
class Exec:
    """Software that stands on the node as a way to run the template."""

    runtime: str
    command: str
    args: tuple[Value, ...]
    env: Mapping[str, Value]


@dataclass(frozen=True)
class RouteRule:
    """How the outside reaches the app, and which codes count as an answer."""

    kind: Literal["http", "tcp", "none"]
    path: str
    accept: tuple[int, ...]


@dataclass(frozen=True)
class SecretRule:
    """A secret that the app needs."""

    name: str
    source: Literal["generated", "member"]
    length: int
    file: str | None
    label: Texts
    help: Texts
    on_change: Literal["restart", "signal", "none"] = (
        "none"  #: what a running program is done when it changes
    )
    signal: str = ""


@dataclass(frozen=True)
class DatabaseRule:
    """A login of the lab's database that each task is given, and that ends with it."""

    kind: Literal["postgresql"]
    role: str | None = None  #: OpenBao's role that makes it; None: the lab's first


@dataclass(frozen=True)
class VolumeRule:
    """A persistent directory. Without a size it takes what the others leave of storage_mib."""

    name: str
    destination: str
    size_mib: int | None
    kind: VolumeKind = "host"


@dataclass(frozen=True)
class FileRule:
    """A file that the task finds: an upload, or a page that the portal makes from text."""

    name: str
    destination: str  #: below the task's local/ directory
    upload: str | None = None  #: parameter that holds the upload
    page_title: str | None = None  #: parameters that the page is made from
    page_text: str | None = None
    unless: str | None = None  #: parameter whose upload makes this file needless
    unpack: bool = False


@dataclass(frozen=True)
class Reach:
    """Something outside that the app may talk to, and why."""

    what: str
    why: Texts


@dataclass(frozen=True)
class Deprecation:
    """A version that no new app should be made from after a day. What runs of it goes on."""

    version: str
    after: str  #: the last day, as YYYY-MM-DD
    why: Texts


@dataclass(frozen=True)
class LeaseRule:
    """How long an app may live, in days: offered, and at the most. None: as the lab says."""

    default_days: int | None = None
    max_days: int | None = None


@dataclass(frozen=True)
class Manifest:
    """One version of one template."""

    slug: str
    version: str
    kind: str
    maintainer: Mapping[str, str]
    title: Texts
    summary: Texts
    description: Texts
    how_to: Texts
    changes: Texts
    parameters: tuple[Parameter, ...]
    schema: Mapping[str, Any]  #: the parameters' JSON Schema as written, x-portal included
    one_of: tuple[str, ...]  #: parameters of which at least one must be given
    sizing: Sizing
    runtimes: tuple[Docker | Exec, ...]  #: in order of preference
    env: Mapping[str, Value]
    port: int | None
    check: Check | None
    route: RouteRule
    healthy_s: int
    kill_s: int
    drain_s: int
    secrets: tuple[SecretRule, ...]
    volumes: tuple[VolumeRule, ...]
    files: tuple[FileRule, ...]
    approval: Literal["within-quota", "always"]
    approval_why: Texts
    reach: tuple[Reach, ...]
    deprecates: tuple[Deprecation, ...] = ()  #: versions of the same template, this one too
    lease: LeaseRule = LeaseRule()
    database: DatabaseRule | None = None

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if there is one."""
        return next((each for each in self.parameters if each.name == name), None)

    def uses(self, reference: str) -> bool:
        """Whether any environment value or argument, in any runtime, is that reference."""
        values = [*self.env.values()]
        for runtime in self.runtimes:
            values += [*runtime.env.values(), *runtime.args]
        return any(value.reference == reference for value in values)
