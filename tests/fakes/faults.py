"""Switches that every fake has: cut it off, or let one call fail before or after its effect."""

import functools
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from kernel.errors import OutsideError, Unavailable

P = ParamSpec("P")
R = TypeVar("R")


class Faults:
    """Counts calls and fails them on demand."""

    part = "outside"

    def __init__(self) -> None:
        self.calls: list[str] = []  #: names of the port's methods, in the order they were called
        self.outage: OutsideError | None = None
        self._next: dict[str, deque[tuple[OutsideError, bool]]] = defaultdict(deque)

    def cut(self, error: OutsideError | None = None) -> None:
        """Let every call fail until `mend`; by default as if nothing answered."""
        self.outage = error or Unavailable(self.part, "connection refused")

    def mend(self) -> None:
        """Answer again."""
        self.outage = None

    def fail_next(self, method: str, error: OutsideError | None = None, *, after: bool = False) -> None:
        """Let the next call of a method fail; `after`: its effect is kept and only the answer is lost."""
        self._next[method].append((error or Unavailable(self.part, "timed out"), after))

    def count(self, method: str) -> int:
        """How often a method was called."""
        return self.calls.count(method)


F = TypeVar("F", bound=Faults)


def answers(method: Callable[Concatenate[F, P], R]) -> Callable[Concatenate[F, P], R]:
    """Mark a port's method: it is counted and may be made to fail."""

    @functools.wraps(method)
    def call(self: F, /, *args: P.args, **kwargs: P.kwargs) -> R:
        name = method.__name__
        self.calls.append(name)
        if self.outage is not None:
            raise self.outage
        error, after = self._next[name].popleft() if self._next[name] else (None, False)
        if error is not None and not after:
            raise error
        result = method(self, *args, **kwargs)
        if error is not None:
            raise error
        return result

    return call
