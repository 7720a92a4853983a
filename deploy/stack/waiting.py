"""Wait for a condition, with a deadline and a reason."""

import time
from collections.abc import Callable

from stack.layout import StackError


def wait_until(
    condition: Callable[[], bool],
    *,
    why: str,
    deadline_s: float,
    alive: Callable[[], bool] = lambda: True,
    step_s: float = 0.1,
) -> None:
    """Return once the condition holds; raises StackError at the deadline or when the process is gone."""
    end = time.monotonic() + deadline_s
    while not condition():
        if not alive():
            raise StackError(f"{why}: the process ended")
        if time.monotonic() > end:
            raise StackError(f"{why}: not within {deadline_s:.0f} s")
        time.sleep(step_s)
