"""What a release has that another one has not: the one before it, or the one that is wanted now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.catalogue import selectors as catalogue
from apps.workloads.models import Release
from kernel.redact import redact


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was; None where there was or is nothing."""

    kind: str  #: version, parameter, file, resource, driver
    name: str
    before: Any
    after: Any
    label: Mapping[str, str] = field(default_factory=dict)  #: the question's, in both languages


def difference(release: Release, older: Release | None) -> tuple[Difference, ...]:
    """What changed from the older release; empty for the first. Values that look like secrets are hidden."""
    if older is None:
        return ()
    now, then, labels = _content(release), _content(older), {**_labels(older), **_labels(release)}
    changed = [key for key in {**then, **now} if then.get(key) != now.get(key)]
    return tuple(_told(key, then, now, labels) for key in sorted(changed, key=_order))


def _told(
    key: tuple[str, str],
    then: Mapping[tuple[str, str], Any],
    now: Mapping[tuple[str, str], Any],
    labels: Mapping[str, Mapping[str, str]],
) -> Difference:
    kind, name = key
    before, after = redact({name: then.get(key)})[name], redact({name: now.get(key)})[name]
    return Difference(
        kind, name, before, after, labels.get(name, {}) if kind in {"parameter", "file"} else {}
    )


_KINDS = ("version", "parameter", "file", "resource", "driver")


def _order(key: tuple[str, str]) -> tuple[int, str]:
    return _KINDS.index(key[0]), key[1]


def _content(release: Release) -> dict[tuple[str, str], Any]:
    """Everything that a release is made of. The charge for nothing, 0, is nothing."""
    files = {("file", each["parameter"]): each["filename"] for each in release.files if each["parameter"]}
    digests = {
        ("file", each["parameter"]): each["sha256"][:12] for each in release.files if each["parameter"]
    }
    return {
        ("version", "version"): release.template_version.version,
        **{("parameter", name): value for name, value in release.parameters.items()},
        **{key: f"{name} ({digests[key]})" for key, name in files.items()},
        **{("resource", name): value for name, value in release.resources.items() if value},
        ("driver", "driver"): release.driver,
    }


def _labels(release: Release) -> dict[str, Mapping[str, str]]:
    manifest = catalogue.manifest(release.template_version)
    return {each.name: each.label for each in manifest.parameters}
