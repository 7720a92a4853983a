"""Use over time as a picture drawn on the server; the table beside it says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template

from apps.base.messages import NAMES
from apps.quotas.models import Usage

register = template.Library()
WIDTH, HEIGHT = 600, 160  #: of the drawing, in its own units
_TOP = 1.05  # a little air above the highest value


@dataclass(frozen=True)
class Scale:
    """From days and amounts to places in the drawing."""

    first: int  #: the first day's ordinal
    days: int
    most: float

    def x(self, row: Usage) -> float:
        """How far right a day is."""
        return round(WIDTH * (row.day.toordinal() - self.first) / self.days, 1)

    def y(self, amount: int) -> float:
        """How far down an amount is."""
        return round(HEIGHT * (1 - amount / self.most), 1)


@register.inclusion_tag("quotas/chart.html")
def usage_chart(rows: Sequence[Usage], dimension: str) -> dict[str, Any]:
    """Draw the day's peaks as an area and the limit as a line; without two days there is nothing to draw."""
    context: dict[str, Any] = {
        "rows": list(reversed(rows)),
        "dimension": dimension,
        "name": NAMES.get(dimension, dimension),
        "width": WIDTH,
        "height": HEIGHT,
    }
    if len(rows) < 2:  # noqa: PLR2004 - a line has two ends
        return context
    first, last = rows[0].day.toordinal(), rows[-1].day.toordinal()
    scale = Scale(first, last - first, max(1, *(max(row.peak, row.limit) for row in rows)) * _TOP)
    peaks = [f"{scale.x(row)},{scale.y(row.peak)}" for row in rows]
    return {
        **context,
        "area": " ".join([f"0,{HEIGHT}", *peaks, f"{WIDTH},{HEIGHT}"]),
        "line": " ".join(_steps([(scale.x(row), scale.y(row.limit)) for row in rows])),
        "first": rows[0],
        "last": rows[-1],
        "highest": max(rows, key=lambda row: row.peak),
    }


def _steps(points: Sequence[tuple[float, float]]) -> list[str]:
    """A limit holds until it changes: level, then up or down at once."""
    steps: list[str] = []
    for number, (x, y) in enumerate(points):
        if number and y != points[number - 1][1]:
            steps.append(f"{x},{points[number - 1][1]}")
        steps.append(f"{x},{y}")
    return steps
