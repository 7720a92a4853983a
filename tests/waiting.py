"""Wait for a condition with a deadline: the only way tests wait."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Literal, TypeVar

T = TypeVar("T")
#: seconds between looks: at once at first, then less often, since looking costs the server that is looked at
_FIRST, _LAST, _GROWS = 0.02, 0.15, 1.3


def wait_for(condition: Callable[[], T | Literal[False] | None], deadline_s: float, why: str) -> T:
    """Return the condition's first true value; after `deadline_s` seconds fail, saying `why`."""
    pause, end, look = Event(), monotonic() + deadline_s, _FIRST
    while True:
        value = condition()
        if value:
            return value
        if monotonic() >= end:
            raise AssertionError(f"not within {deadline_s} s: {why} (last seen: {value!r})")
        pause.wait(look)
        look = min(look * _GROWS, _LAST)
