"""KV v2 metadata as the port's dataclass.

Custom metadata carries the owner mark that the caller gives, and for each key that was written one entry
`key.<name>` that says who and when: one entry a key, so that two writers never lose each other's.
"""

from collections.abc import Mapping
from typing import Any

from orchestration.ports import SecretState

KEY = "key."
BY, AT = "by", "at"  #: entries of the caller's metadata that say who writes, and when
NOBODY = "-"  #: the entry of a key whose writer did not say who they are
_LIMIT = 512  #: characters of one value of custom metadata


def current(raw: Mapping[str, Any]) -> bool:
    """Whether the newest version has values: it was neither deleted nor destroyed."""
    newest = (raw.get("versions") or {}).get(str(raw.get("current_version") or 0)) or {}
    return bool(newest) and not newest.get("destroyed") and not newest.get("deletion_time")


def state(path: str, raw: Mapping[str, Any]) -> SecretState:
    """Read a metadata answer. Keys of a deleted version do not count."""
    told: Mapping[str, str] = raw.get("custom_metadata") or {}
    keys = sorted(name.removeprefix(KEY) for name in told if name.startswith(KEY)) if current(raw) else ()
    return SecretState(
        path=path,
        version=raw.get("current_version") or 0,
        keys=tuple(keys),
        metadata=dict(told),
        updated_at=raw.get("updated_time") or "",
        marks={name: mark(told[f"{KEY}{name}"]) for name in keys},
    )


def mark(text: str) -> tuple[str, str]:
    """When a key was written and by whom, each empty where its writer did not say."""
    at, _, by = text.partition(" ")
    return (at, by) if at != NOBODY else ("", "")


def entries(values: Mapping[str, str], metadata: Mapping[str, str]) -> dict[str, str]:
    """Custom metadata to merge after these values were written."""
    who = " ".join(filter(None, (metadata.get(AT, ""), metadata.get(BY, "")))) or NOBODY
    marks = {name: text[:_LIMIT] for name, text in metadata.items() if name not in {BY, AT}}
    return marks | {f"{KEY}{name}": who[:_LIMIT] for name in values}
