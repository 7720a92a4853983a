"""The bridge of a Docker Engine that a stack starts.

Two engines on one machine share docker0 and do not know of each other: both give out the same addresses, and
the containers of both stop answering. Those of an engine that was killed stay on it too. So the engine of a
stack has a bridge of its own, in a network that no interface of the machine stands in.
"""

import shutil
import socket
import subprocess
from collections.abc import Iterable
from ipaddress import IPv4Network

import psutil

from stack.layout import StackError

#: where a bridge's network is looked for; Docker's own begin at 172.17.0.0/16
RANGE = IPv4Network("172.30.0.0/15")
PREFIX_LENGTH = 24
PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def name(digest: str) -> str:
    """Return an interface's name, of at most 15 characters, for the stack with this digest (hexadecimal)."""
    return f"plls-{digest[:8]}"


def network(digest: str, taken: Iterable[IPv4Network]) -> IPv4Network:
    """Return a free network, always the same for a stack where it can be; raises StackError where none is."""
    subnets = list(RANGE.subnets(new_prefix=PREFIX_LENGTH))
    first, occupied = int(digest, 16) % len(subnets), list(taken)
    for subnet in subnets[first:] + subnets[:first]:
        if not any(subnet.overlaps(other) for other in occupied):
            return subnet
    raise StackError(f"no free network in {RANGE} for the containers of this stack")


def make(digest: str) -> str:
    """Make the bridge anew, for what hangs on an old one is dead; returns its name. Raises StackError."""
    remove(digest)
    bridge, subnet = name(digest), network(digest, interfaces())
    _ip("link", "add", bridge, "type", "bridge")
    _ip("addr", "add", f"{subnet[1]}/{PREFIX_LENGTH}", "dev", bridge)
    _ip("link", "set", bridge, "up")
    return bridge


def remove(digest: str) -> None:
    """Remove the bridge where it stands."""
    if name(digest) in psutil.net_if_addrs():
        _ip("link", "del", name(digest))


def interfaces() -> list[IPv4Network]:
    """Return the networks that the machine's interfaces stand in."""
    addresses = (each for given in psutil.net_if_addrs().values() for each in given)
    found = (each for each in addresses if each.family == socket.AF_INET and each.netmask)
    return [IPv4Network(f"{each.address}/{each.netmask}", strict=False) for each in found]


def _ip(*arguments: str) -> None:
    program = shutil.which("ip", path=PATH)
    if not program:
        raise StackError("the program ip is missing: please install iproute2")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
