"""Which recorded exchanges of a real Nomad 2.0.5 the portal uses, and what it reads of each answer."""

from tests.contract.nomad.pins_changing import CHANGING
from tests.contract.nomad.pins_reading import READING
from tests.contract.nomad.reads import Pin

PINS: tuple[Pin, ...] = (*READING, *CHANGING)

__all__ = ["PINS", "Pin"]
