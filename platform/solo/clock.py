"""Time as Nomad writes it: nanoseconds since the epoch, RFC 3339 in UTC, and Go's durations."""

import time
from datetime import UTC, datetime

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def now_ns() -> int:
    """Nanoseconds since the epoch."""
    return time.time_ns()


def rfc3339(ns: int) -> str:
    """UTC, with nanoseconds, as Go prints a time in JSON."""
    whole = datetime.fromtimestamp(ns // SECOND, tz=UTC)
    fraction = f".{ns % SECOND:09d}".rstrip("0").rstrip(".")
    return f"{whole:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def duration(ns: int) -> str:
    """Go's text for a duration in nanoseconds: 1h0m0s, 5m0s, 1.5s, 250ms."""
    if ns < SECOND:
        return f"{ns / 1_000_000:g}ms" if ns else "0s"
    hours, rest = divmod(ns, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    fraction = f"{rest % SECOND:09d}".rstrip("0")
    seconds = f"{rest // SECOND}{'.' + fraction if fraction else ''}s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def parse_duration(text: str) -> float:
    """Seconds in a Go duration of one or more terms (`10s`, `1m30s`, `500ms`); a bare number is seconds.

    Raises ValueError when it is none.
    """
    units = {"ms": 0.001, "us": 1e-6, "h": 3600.0, "m": 60.0, "s": 1.0}
    total, number, rest = 0.0, "", text
    while rest:
        if rest[0].isdigit() or rest[0] == ".":
            number, rest = number + rest[0], rest[1:]
            continue
        unit = next((u for u in units if rest.startswith(u)), None)
        if unit is None or not number:
            raise ValueError(f'time: invalid duration "{text}"')
        total, number, rest = total + float(number) * units[unit], "", rest[len(unit) :]
    return total + (float(number) if number else 0.0)
