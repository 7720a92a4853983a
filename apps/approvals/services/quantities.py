"""Amounts that somebody typed or a program sent: every one that cannot be is named, all at once."""

from collections.abc import Mapping

from kernel.errors import Refused, RefusedMany
from kernel.units import DIMENSIONS

MOST = 10**12  #: of any dimension: far beyond every cluster, far below what the database holds


def whole(amounts: Mapping[str, object], field: str) -> dict[str, int]:
    """The amounts in the order of the dimensions. Raises RefusedMany naming `field`.<dimension> of each.

    Refused: what is no dimension, no whole number (a fraction, NaN, a text, true), negative or beyond MOST.
    """
    refusals = [each for name, amount in amounts.items() if (each := _refusal(name, amount, field))]
    if refusals:
        raise RefusedMany(refusals)
    return {name: amount for name in DIMENSIONS if isinstance(amount := amounts.get(name), int)}


def _refusal(name: str, amount: object, field: str) -> Refused | None:
    where = f"{field}.{name[:40]}"
    if name not in DIMENSIONS:
        return Refused("quota.dimension", field=where, names=", ".join(DIMENSIONS))
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= MOST:
        return Refused("quota.amount", field=where, limit=MOST)
    return None


def less(asked: Mapping[str, int], granted: Mapping[str, object], field: str = "granted") -> dict[str, int]:
    """What is granted of what was asked, by name: some of it, none of it more, and not all.

    Raises Refused naming `field`, RefusedMany naming `field`.<name>.
    """
    if not granted:
        raise Refused("request.nothing_granted", field=field)
    refusals = [each for name, value in granted.items() if (each := _too_much(asked, name, value, field))]
    if refusals:
        raise RefusedMany(refusals)
    kept = {name: value for name, value in granted.items() if isinstance(value, int)}
    if kept == dict(asked):
        raise Refused("request.whole", field=field)
    return kept


def _too_much(asked: Mapping[str, int], name: str, value: object, field: str) -> Refused | None:
    where = f"{field}.{name[:40]}"
    if name not in asked:
        return Refused("request.not_asked", field=where)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        return Refused("quota.amount", field=where, limit=MOST)
    return Refused("request.more_than_asked", field=where, asked=asked[name]) if value > asked[name] else None
