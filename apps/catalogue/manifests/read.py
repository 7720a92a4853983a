"""A template's folder, read and judged as a whole."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.catalogue.manifests import icons, rules, shape, yamlfile
from apps.catalogue.manifests.build import build
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.manifests.problems import BrokenTemplate, Problem

FILE = "template.yaml"


@dataclass(frozen=True)
class Sound:
    """A template without an error."""

    manifest: Manifest
    data: Mapping[str, Any]
    digest: str
    icon: str


def read(folder: Path) -> Sound:
    """Read `<slug>/template.yaml` and its icon. Raises BrokenTemplate with every problem found."""
    file = f"{folder.name}/{FILE}"
    data = yamlfile.read(folder / FILE, file)
    wrong = shape.problems(data, file)
    if wrong:
        raise BrokenTemplate(wrong)
    manifest = build(data)
    wrong = tuple(Problem(file, place, reason) for place, reason in rules.contradictions(manifest))
    if manifest.slug != folder.name:
        wrong += (
            Problem(
                file, "$.slug", {"fr": "Ce n’est pas le nom du dossier.", "en": "Not the folder's name."}
            ),
        )
    if wrong:
        raise BrokenTemplate(wrong)
    return Sound(manifest, data, digest(data), icons.read(folder / "icon.svg", f"{folder.name}/icon.svg"))


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 of the manifest as canonical JSON: comments and the order of keys do not count.

    Nor does which versions are deprecated: that changes nothing of what this one is.
    """
    told = {key: value for key, value in data.items() if key != "deprecates"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
