"""What a version of a template changes for an app that is made from another one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

from apps.catalogue.manifests.model import Docker, Manifest, Parameter, Size
from apps.catalogue.manifests.texts import Texts


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was. `before` and `after` are empty where there was or is nothing."""

    #: parameter.vanished, .new, .required, .default or .rule; size, bounds, image, secret, volume, route
    kind: str
    name: str
    before: str = ""
    after: str = ""
    label: Texts = field(default_factory=dict)


def compare(old: Manifest, new: Manifest) -> tuple[Change, ...]:
    """Everything that a person who upgrades wants to know, what needs them first."""
    return (
        *_vanished(old, new),
        *_new(old, new),
        *_changed(old, new),
        *_named("image", _images(old), _images(new)),
        *_named("size", _sizes(old), _sizes(new)),
        *_named("bounds", _bounds(old), _bounds(new)),
        *_named("secret", _secrets(old), _secrets(new)),
        *_named("volume", _volumes(old), _volumes(new)),
        *_named("route", {"kind": old.route.kind}, {"kind": new.route.kind}),
    )


def vanished(manifest: Manifest, names: Iterable[str]) -> tuple[str, ...]:
    """Those answers that this version does not ask for."""
    return tuple(sorted(name for name in names if manifest.parameter(name) is None))


def _vanished(old: Manifest, new: Manifest) -> Iterator[Change]:
    for each in old.parameters:
        if new.parameter(each.name) is None:
            yield Change("parameter.vanished", each.name, before=_default(each), label=each.label)


def _new(old: Manifest, new: Manifest) -> Iterator[Change]:
    for each in new.parameters:
        if old.parameter(each.name) is None:
            kind = "parameter.required" if _must_answer(each) else "parameter.new"
            yield Change(kind, each.name, after=_default(each), label=each.label)


def _changed(old: Manifest, new: Manifest) -> Iterator[Change]:
    for each in new.parameters:
        before = old.parameter(each.name)
        if before is None:
            continue
        if _default(before) != _default(each):
            yield Change("parameter.default", each.name, _default(before), _default(each), each.label)
        if _rules(before) != _rules(each):
            yield Change("parameter.rule", each.name, _told(before), _told(each), each.label)


def _must_answer(parameter: Parameter) -> bool:
    return parameter.required and "default" not in parameter.schema and parameter.default_from is None


def _default(parameter: Parameter) -> str:
    value = parameter.schema.get("default", "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rules(parameter: Parameter) -> dict[str, object]:
    told = {key: value for key, value in parameter.schema.items() if key not in {"default", "title"}}
    return {**told, "required": parameter.required, "upload": parameter.upload}


def _told(parameter: Parameter) -> str:
    rules = {name: value for name, value in _rules(parameter).items() if value not in (None, False)}
    return ", ".join(f"{name}: {value}" for name, value in sorted(rules.items()))


def _named(kind: str, old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(kind, name, old.get(name, ""), new.get(name, ""))


def _images(manifest: Manifest) -> dict[str, str]:
    return {
        "docker" if isinstance(way, Docker) else "exec": way.image if isinstance(way, Docker) else way.runtime
        for way in manifest.runtimes
    }


def _sizes(manifest: Manifest) -> dict[str, str]:
    return {name: _size(size) for name, size in manifest.sizing.sizes.items()}


def _size(size: Size) -> str:
    amounts = ((each.name, getattr(size, each.name)) for each in fields(size))
    return ", ".join(f"{name} {amount}" for name, amount in amounts if amount)


def _bounds(manifest: Manifest) -> dict[str, str]:
    return {name: f"{each.min}–{each.max}" for name, each in manifest.sizing.bounds.items()}


def _secrets(manifest: Manifest) -> dict[str, str]:
    return {each.name: each.source for each in manifest.secrets}


def _volumes(manifest: Manifest) -> dict[str, str]:
    return {each.name: each.destination for each in manifest.volumes}
