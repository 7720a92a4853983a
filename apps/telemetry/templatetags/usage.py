"""Use over time as a picture drawn on the server; the table beside it says the same."""

from collections.abc import Sequence
from typing import Any

from django import template

from apps.base.messages import NAMES
from apps.telemetry.models import Usage

register = template.Library()
WIDTH, HEIGHT = 600, 120  #: of the drawing, in its own units
_AIR = 1.05  # above the highest value
_FIELDS = {"cpu_mhz": ("cpu_peak", "cpu_limit"), "memory_mib": ("memory_peak", "memory_limit")}


@register.inclusion_tag("telemetry/chart.html")
def use_chart(rows: Sequence[Usage], dimension: str) -> dict[str, Any]:
    """Draw the peaks as an area and the limit as a line; without two points there is nothing to draw."""
    if len(rows) < 2:  # noqa: PLR2004 - a line has two ends
        return {}
    peak, limit = _FIELDS[dimension]
    first, last = rows[0], rows[-1]
    spread = (last.at - first.at).total_seconds() or 1.0
    most = max(1.0, *(max(getattr(row, peak), getattr(row, limit)) for row in rows)) * _AIR

    def place(row: Usage, value: float) -> str:
        x = WIDTH * (row.at - first.at).total_seconds() / spread
        return f"{x:.1f},{HEIGHT * (1 - value / most):.1f}"

    highest = max(rows, key=lambda row: getattr(row, peak))
    points = [place(row, getattr(row, peak)) for row in rows]
    return {
        "dimension": dimension,
        "name": NAMES.get(dimension, dimension),
        "width": WIDTH,
        "height": HEIGHT,
        "area": " ".join([f"0,{HEIGHT}", *points, f"{WIDTH},{HEIGHT}"]),
        "line": " ".join(place(row, getattr(row, limit)) for row in rows),
        "first": first,
        "last": last,
        "highest": highest,
        "most": getattr(highest, peak),
        "limit": getattr(last, limit),
    }
