"""Whether what stands is what was rendered, although the server filled in its own defaults.

Nomad's own constraints are appended, absent lists come back as null, and every block has more fields than the
portal sets. So each field that was set is compared, blocks whose keys are free are compared whole, and empty
means absent.
"""

from collections.abc import Mapping
from typing import Any

#: Blocks whose keys are the writer's: one more key is a change.
_WHOLE = frozenset({"Env", "Meta", "Config", "GetterOptions", "Volumes", "bound_claims"})
#: Lists to which Nomad appends its own.
_APPENDED = frozenset({"Constraints"})


def drift(wanted: Mapping[str, Any], actual: Mapping[str, Any], path: str = "") -> tuple[str, ...]:
    """Paths of the fields in which `actual` is not what `wanted` says."""
    found: list[str] = []
    for key, value in wanted.items():
        where = f"{path}.{key}" if path else key
        found += _differs(key, value, actual.get(key), where)
    return tuple(found)


def _differs(key: str, wanted: Any, actual: Any, path: str) -> list[str]:
    if key in _APPENDED and not wanted:
        return []
    if not wanted or not actual:
        return [] if not wanted and not actual else [path]
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        extra = [f"{path}.{each}" for each in actual.keys() - wanted.keys()] if key in _WHOLE else []
        return extra + list(drift(wanted, actual, path))
    if isinstance(wanted, list | tuple) and isinstance(actual, list | tuple):
        return _lists(key, list(wanted), list(actual), path)
    return [] if wanted == actual and isinstance(wanted, bool) == isinstance(actual, bool) else [path]


def _lists(key: str, wanted: list[Any], actual: list[Any], path: str) -> list[str]:
    if key in _APPENDED:
        lost = [each for each in wanted if not any(not _differs("", each, other, "") for other in actual)]
        return [path] if lost else []
    if len(wanted) != len(actual):
        return [path]
    pairs = enumerate(zip(wanted, actual, strict=True))
    return [at for index, (one, other) in pairs for at in _differs("", one, other, f"{path}[{index}]")]
