"""One figure with its goal, and how a run of them is summed up."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """A measured value beside what it should be at most."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal, if there is one, was met."""
        return self.goal is None or self.value <= self.goal

    def line(self) -> str:
        """Show it in one line."""
        goal = (
            ""
            if self.goal is None
            else f"at most {self.goal:g} {self.unit}: {'met' if self.met else 'MISSED'}"
        )
        return f"{self.name:<58} {self.value:>10.3f} {self.unit:<6} {goal:<28} {self.note}".rstrip()


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def p99(values: Sequence[float]) -> float:
    """Return the value that 99 of 100 stay below."""
    return statistics.quantiles(values, n=100, method="inclusive")[-1]


def report(figures: Sequence[Figure], path: Path) -> None:
    """Print all and keep them as JSON."""
    for figure in figures:
        print(figure.line(), flush=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))
