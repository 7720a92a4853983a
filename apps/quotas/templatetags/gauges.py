"""One bar a dimension, always with its figures in words."""

from typing import Any

from django import template

from apps.base.messages import NAMES
from apps.quotas.selectors import Figure, Projection

register = template.Library()


@register.inclusion_tag("components/gauge.html")
def gauge(figure: Figure | Projection) -> dict[str, Any]:
    """Draw used, reserved and, for a projection, asked; widths are hundredths of the bar."""
    asked = figure.asked if isinstance(figure, Projection) else 0
    whole = max(figure.limit, figure.used + figure.reserved + max(asked, 0), 1)
    used = _share(figure.used + min(asked, 0), whole)
    reserved = _share(figure.reserved, whole)
    return {
        "figure": figure,
        "name": NAMES.get(figure.dimension, figure.dimension),
        "asked": asked,
        "after": figure.used + figure.reserved + asked,
        "used_width": used,
        "reserved_at": used,
        "reserved_width": reserved,
        "asked_at": used + reserved,
        "asked_width": _share(max(asked, 0), whole),
        "fits": getattr(figure, "fits", True),
        "projected": isinstance(figure, Projection),
    }


@register.filter
def dimension_name(dimension: str) -> str:
    """The word for a dimension."""
    return str(NAMES.get(dimension, dimension))


@register.filter
def shown(figures: tuple[Figure | Projection, ...]) -> list[Figure | Projection]:
    """Leave out what the project neither has nor asks for, as GPUs in most labs."""
    return [each for each in figures if each.limit or each.used or getattr(each, "asked", 0)]


def _share(part: int, whole: int) -> int:
    return max(0, min(100, round(100 * part / whole)))
