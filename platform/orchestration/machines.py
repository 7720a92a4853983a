"""The machines that run jobs, as the portal reads them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class NodeState:
    """A machine that runs jobs. MHz and MiB: what jobs may use, and what live allocations hold of it.

    The disk that allocations hold is their own, gone with them; Nomad counts no volume against a machine.
    """

    id: str
    name: str
    status: str  #: ready, initializing, down, disconnected
    eligible: bool  #: may take new allocations
    datacenter: str
    node_pool: str
    version: str  #: Nomad's
    drivers: Mapping[str, bool]  #: driver -> healthy
    cpu_mhz: int
    memory_mib: int
    disk_mib: int
    allocated_cpu_mhz: int
    allocated_memory_mib: int
    allocated_disk_mib: int = 0
    gpus: int = 0  #: healthy instances
    allocated_gpus: int = 0
