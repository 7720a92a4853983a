"""Wait for a condition with a deadline: the only way tests wait."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Literal, TypeVar

T = TypeVar("T")
_LOOK_EVERY = 0.02  # seconds


def wait_for(condition: Callable[[], T | Literal[False] | None], deadline_s: float, why: str) -> T:
    """Return the condition's first true value; after `deadline_s` seconds fail, saying `why`."""
    pause, end = Event(), monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if monotonic() >= end:
            raise AssertionError(f"not within {deadline_s} s: {why} (last seen: {value!r})")
        pause.wait(_LOOK_EVERY)
