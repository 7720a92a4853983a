"""Compares the kinds of JSON values at named places: what the portal reads must be there, and of its kind."""

from collections.abc import Iterator
from typing import Any


def kind(value: Any) -> str:
    """JSON's word for a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "list" if isinstance(value, list) else "map"


def values(body: Any, path: str) -> Iterator[Any]:
    """The values at a place. `[]` goes into a list, `{}` into a map's values, `.` is the whole body.

    A place below null holds nothing. Raises KeyError where a field is not there.
    """
    if path == ".":
        yield body
        return
    yield from _walk(body, path.split("."))


def _walk(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    if value is None:
        return
    step, rest = steps[0], steps[1:]
    if step == "[]":
        for item in value:
            yield from _walk(item, rest)
    elif step == "{}":
        for item in value.values():
            yield from _walk(item, rest)
    else:
        yield from _walk(value[step], rest)


def kinds(body: Any, path: str) -> set[str]:
    """The kinds found at a place."""
    return {kind(value) for value in values(body, path)}


def differences(recorded: Any, found: Any, reads: tuple[str, ...], may_be_null: frozenset[str]) -> list[str]:
    """Places where `found` lacks what was recorded, or holds another kind of value."""
    wrong = []
    for path in reads:
        wanted = kinds(recorded, path)
        assert wanted, f"the recording holds nothing at {path}: it pins nothing"
        try:
            seen = kinds(found, path)
        except (KeyError, TypeError, AttributeError) as error:
            wrong.append(f"{path}: not there ({error!r})")
            continue
        allowed = wanted | ({"null"} if path in may_be_null else set())
        if not seen or not seen <= allowed:
            wrong.append(f"{path}: recorded {sorted(wanted)}, found {sorted(seen)}")
    return wrong
