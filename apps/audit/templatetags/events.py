"""What an event changed, as a person reads it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template

from apps.audit.kinds import ACTIONS
from apps.audit.models import Event

register = template.Library()
_LONGEST = 400  # characters of a value that a page shows


@dataclass(frozen=True)
class Difference:
    """One value that is another now. Empty before where it was not there, empty after where it is no more."""

    name: str
    before: str
    after: str


@register.filter
def action(verb: str) -> str:
    """The word of an action; empty for one that another release recorded, whose code stands beside it."""
    return str(ACTIONS.get(verb, ""))


@register.filter
def differences(event: Event) -> list[Difference]:
    """What was not the same before and after, by dotted names, in the order of the event."""
    before, after = dict(_flat(event.before or {})), dict(_flat(event.after or {}))
    names = [*before, *(name for name in after if name not in before)]
    found = (Difference(name, before.get(name, ""), after.get(name, "")) for name in names)
    return [each for each in found if each.before != each.after]


def _flat(value: Any, path: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and (value or not path):
        for key, inner in value.items():
            yield from _flat(inner, [*path, str(key)])
        return
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    yield ".".join(path), text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


@register.simple_tag(takes_context=True)
def sees_origin(context: template.Context, event: Event) -> bool:
    """Whether this reader may know from where it was done."""
    return bool(context["reader"].sees_origin(event))


@register.filter
def of_id(found: Mapping[Any, Any], key: object) -> Any:
    """What stands under an id; nothing where it is not there."""
    return found.get(key)
