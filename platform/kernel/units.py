"""Quantities: the dimensions of quota and the sizes that jobs are given."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

#: dimension -> unit shown beside its figures. A new dimension is one line here and one field below.
DIMENSIONS: Mapping[str, str] = {
    "apps": "",
    "cpu_mhz": "MHz",
    "memory_mib": "MiB",
    "storage_mib": "MiB",
    "gpus": "",
    "always_on": "",
}
#: Dimensions that are rights: an app has one or not, whatever its size. Changes of its size leave them alone.
RIGHTS = frozenset({"always_on"})


@dataclass(frozen=True)
class Amounts:
    """How much of each dimension: what an app takes, or what a limit gives."""

    apps: int = 0
    cpu_mhz: int = 0
    memory_mib: int = 0
    storage_mib: int = 0
    gpus: int = 0
    always_on: int = 0  #: apps whose lease does not end

    def items(self) -> Iterator[tuple[str, int]]:
        """Each dimension with its amount, in the fixed order in which ledger rows are locked."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))

    def as_dict(self) -> dict[str, int]:
        """The same as a mapping."""
        return dict(self.items())

    @classmethod
    def of(cls, amounts: Mapping[str, int]) -> "Amounts":
        """Read a mapping; raises TypeError for an unknown dimension."""
        return cls(**amounts)

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(a + b for (_, a), (_, b) in zip(self.items(), other.items(), strict=True)))

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(a - b for (_, a), (_, b) in zip(self.items(), other.items(), strict=True)))

    def larger(self, other: "Amounts") -> "Amounts":
        """The larger of the two, dimension by dimension."""
        return Amounts(*(max(a, b) for (_, a), (_, b) in zip(self.items(), other.items(), strict=True)))


def total(amounts: Iterable[Amounts]) -> Amounts:
    """Add up."""
    result = Amounts()
    for each in amounts:
        result += each
    return result
