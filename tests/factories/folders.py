"""Templates as folders, as an engineer writes them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.factories.catalogue import manifest

Manifest = dict[str, Any]


class _Plain(yaml.SafeDumper):
    """Writes each value out: a template knows no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def sound(slug: str = "page", **changes: Any) -> Manifest:
    """A manifest without an error, as JSON."""
    data = manifest(slug, **changes)
    properties = data["parameters"]["properties"]
    if "data" in properties:
        properties["data"]["x-portal"]["widget"] = "upload"
    return data


def write(catalogue: Path, data: Manifest | str, slug: str = "page") -> Path:
    """Write one template's folder below the catalogue; text is written as it is."""
    folder = catalogue / slug
    folder.mkdir(parents=True, exist_ok=True)
    text = data if isinstance(data, str) else yaml.dump(data, Dumper=_Plain, allow_unicode=True)
    (folder / "template.yaml").write_text(text, encoding="utf-8")
    return folder


def changed(change: Callable[[Manifest], object]) -> Manifest:
    """A sound manifest after one change."""
    data = sound()
    change(data)
    return data


def at(path: str, value: Any) -> Callable[[Manifest], None]:
    """A change: set what stands at a dotted path."""

    def change(data: Manifest) -> None:
        *parents, last = path.split(".")
        place: Any = data
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
        place[int(last) if isinstance(place, list) else last] = value

    return change


def without(path: str) -> Callable[[Manifest], None]:
    """A change: take away what stands at a dotted path."""

    def change(data: Manifest) -> None:
        *parents, last = path.split(".")
        place: Any = data
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place[key]
        del place[last]

    return change
