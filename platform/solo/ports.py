"""Which ports an allocation gets: those asked for by number, and free ones of the dynamic range."""

import random
import socket
from collections.abc import Iterable

from solo.fields import Fields
from solo.store import Row
from solo.validate import ports as asked_ports


def taken(allocs: Iterable[Row]) -> set[int]:
    """Ports held by these allocations."""
    return {
        port["Value"] for alloc in allocs for port in alloc["AllocatedResources"]["Shared"]["Ports"] or []
    }


def _free(ip: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError:
            return False
    return True


def _dynamic(ip: str, limits: tuple[int, int], used: set[int]) -> int | None:
    low, high = limits
    choices = [port for port in range(low, high + 1) if port not in used]
    random.shuffle(choices)
    return next((port for port in choices if _free(ip, port)), None)


def assign(group: Fields, ip: str, limits: tuple[int, int], used: set[int]) -> tuple[list[Row], str]:
    """The group's ports, or no ports and why not (a dimension as Nomad names it). Adds to `used`."""
    given: list[Row] = []
    for port in asked_ports(group):
        label, value = port.get("Label", ""), port.get("Value", 0)
        if value and value in used:
            return [], f"network: reserved port collision {label}={value}"
        number = value or _dynamic(ip, limits, used)
        if number is None:
            return [], "network: dynamic port selection failed"
        used.add(number)
        given.append({"HostIP": ip, "Label": label, "To": port.get("To", 0), "Value": number})
    return given, ""
