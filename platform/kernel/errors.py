"""Errors, named by what to do next. Drivers translate at their edge; one map in portal turns them to HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


class PaillasseError(Exception):
    """The root. `code` is stable and English (`area.what`); `params` fill its translated sentence."""

    code = "error"

    def __init__(self, code: str = "", /, *, field: str | None = None, **params: object) -> None:
        self.code = code or type(self).code
        self.field = field
        self.params: Mapping[str, object] = params
        super().__init__(self.code, dict(params))


class Refused(PaillasseError):
    """A person or tool asked for what cannot be: 400, naming the field."""

    code = "refused"


class RefusedMany(Refused):
    """Several refusals at once, one a field."""

    code = "refused_many"

    def __init__(self, refusals: Sequence[Refused]) -> None:
        super().__init__("refused_many")
        self.refusals = tuple(refusals)


class Forbidden(PaillasseError):
    """The actor may not: 403. For what they may not even see, raise Missing."""

    code = "forbidden"


class Missing(PaillasseError):
    """Not there, or not yours: the two cannot be told apart. 404."""

    code = "missing"


class Conflict(PaillasseError):
    """The state moved on, or someone else won: 409."""

    code = "conflict"


@dataclass(frozen=True)
class Shortfall:
    """One dimension of a quota that a request does not fit in. Units as kernel.units.DIMENSIONS says."""

    dimension: str
    used: int
    reserved: int
    asked: int
    limit: int
    scope: str = "project"  #: or the ceiling that is short: person, lab


class QuotaExceeded(Conflict):
    """Beyond the quota: 409 with the figures."""

    code = "quota.exceeded"

    def __init__(self, shortfalls: Sequence[Shortfall]) -> None:
        super().__init__(type(self).code)
        self.shortfalls = tuple(shortfalls)


class CeilingReached(QuotaExceeded):
    """Beyond what the lab, or one member's personal projects, may have at all: no justification lifts it."""

    code = "quota.ceiling"


@dataclass(frozen=True)
class Excess:
    """One dimension whose limit would be below what is in use, and what holds it, the most first."""

    dimension: str
    in_use: int
    limit: int
    holders: tuple[tuple[UUID, int], ...]

    @property
    def over(self) -> int:
        """How much would have to go first."""
        return self.in_use - self.limit


class LimitBelowUse(Refused):
    """A limit below what is in use: refused with what would have to go."""

    code = "quota.below_use"

    def __init__(self, excesses: Sequence[Excess]) -> None:
        first = excesses[0]
        figures = {"limit": first.limit, "in_use": first.in_use, "over": first.over}
        super().__init__("quota.below_use", field=f"limits.{first.dimension}", **figures)
        self.excesses = tuple(excesses)


class OutsideError(PaillasseError):
    """A server of the cluster did not do what was asked. `part` is nomad, vault, consul, traefik, ..."""

    code = "outside"

    def __init__(self, part: str, detail: str = "", *, code: str = "") -> None:
        self.part = part
        self.detail = detail
        super().__init__(code or f"{part}.{type(self).code}", part=part, detail=detail)


class Unavailable(OutsideError):
    """No answer, a 5xx or a 429: the outcome is unknown; look again later. Never proof of absence."""

    code = "unavailable"


class OutsideConflict(OutsideError):
    """A compare-and-set lost: observe again, then decide again."""

    code = "conflict"


class OutsideRefused(OutsideError):
    """The server judged the content wrong: the same call will be refused again."""

    code = "refused"


class Misconfigured(OutsideError):
    """The portal's own right, address or certificate is wrong: an engineer must mend it."""

    code = "misconfigured"
