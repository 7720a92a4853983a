"""Reading what was last seen of the platform's parts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cluster.models import Node, PartStatus, ServedHost, Survey

#: what a machine has of the quota's dimensions
MEASURED = ("cpu_mhz", "memory_mib", "storage_mib", "gpus")
STALE_AFTER = timedelta(minutes=5)  #: the watcher looks twice a minute

_STILL: dict[str, Promise] = {
    "nomad": _("Apps that run go on running; starts, stops and changes wait until it is back."),
    "vault": _("Apps that run go on running; new secrets wait until it is back."),
    "consul": _("Apps that run go on running; new addresses wait until it is back."),
    "traefik": _("Apps may not be reachable for the moment; their data is safe."),
    "keycloak": _("Those who are signed in stay signed in; nobody can sign in anew."),
    "redis": _("Everything goes on, a little slower."),
}
_WHAT: dict[str, Promise] = {
    "nomad": _("runs the apps"),
    "vault": _("keeps the secrets"),
    "consul": _("knows which apps are healthy"),
    "traefik": _("leads addresses to apps"),
    "keycloak": _("knows the lab's accounts"),
    "redis": _("carries messages between the portal's processes"),
}


@dataclass(frozen=True)
class Part:
    """A part of the platform, as last seen."""

    part: str
    reachable: bool
    since: datetime
    checked_at: datetime
    version: str
    detail: str
    doubted_since: datetime | None = None  #: its lists do not fit many apps: nothing rests on them
    doubt: Mapping[str, int] = field(default_factory=dict)  #: asked, differing: numbers of apps

    @property
    def what(self) -> str:
        """What it is for."""
        return str(_WHAT.get(self.part, ""))

    @property
    def still_works(self) -> str:
        """What goes on without it."""
        return str(_STILL.get(self.part, ""))


def parts() -> list[Part]:
    """All parts, in the order of their names."""
    return [_part(row) for row in PartStatus.objects.order_by("part")]


def unreachable() -> list[Part]:
    """Those that do not answer."""
    return [_part(row) for row in PartStatus.objects.filter(reachable=False).order_by("part")]


def _part(row: PartStatus) -> Part:
    return Part(
        row.part,
        row.reachable,
        row.since,
        row.checked_at,
        row.version,
        row.detail,
        row.doubted_since,
        row.doubt,
    )


def last_survey() -> Survey | None:
    """The last look at all settled apps at once; None where there was none yet."""
    return Survey.objects.first()


def served_elsewhere(hosts: Collection[str]) -> frozenset[str]:
    """Those of these hosts that Traefik was last seen serving for somebody else."""
    return frozenset(ServedHost.objects.filter(host__in=hosts).values_list("host", flat=True))


@dataclass(frozen=True)
class Room:
    """One dimension of the cluster, over the machines that take jobs. Units as kernel.units.DIMENSIONS says.

    `storage_mib` is the machines' disk; what live allocations hold of it is their own disk, not volumes,
    which Nomad does not count.
    """

    dimension: str
    allocatable: int
    allocated: int
    largest_free: int  #: on one machine: no single copy of an app can have more

    @property
    def free(self) -> int:
        """What is left, all machines together."""
        return max(0, self.allocatable - self.allocated)


@dataclass(frozen=True)
class Headroom:
    """What the cluster has left, as last seen."""

    rooms: tuple[Room, ...]
    machines: int  #: that take jobs
    known: int  #: all of them
    seen_at: datetime | None  #: None: nobody has looked yet
    stale: bool

    def of(self, dimension: str) -> Room | None:
        """One dimension; None where machines have no such thing, as `apps`."""
        return next((each for each in self.rooms if each.dimension == dimension), None)


def headroom() -> Headroom:
    """Read allocatable, allocated and free of the cluster, in one query; no machine is asked."""
    known = list(Node.objects.order_by("id"))
    taking = [node for node in known if node.status == "ready" and node.eligible]
    seen_at = max((node.seen_at for node in known), default=None)
    return Headroom(
        rooms=tuple(_room(dimension, taking) for dimension in MEASURED),
        machines=len(taking),
        known=len(known),
        seen_at=seen_at,
        stale=seen_at is None or timezone.now() - seen_at > STALE_AFTER,
    )


#: Nomad's words for what is short -> what a machine has of it
_SHORT = {
    "memory": "memory_mib",
    "cpu": "cpu_mhz",
    "cores": "cpu_mhz",
    "disk": "storage_mib",
    "devices": "gpus",
}


def closest(short: str, *, driver: str, limit: int = 3) -> list[dict[str, object]]:
    """The machines with most free of what Nomad says is short, as last seen: `node`, `free` (MHz, MiB).

    Only those that take jobs and can run the driver. Empty for a word that no machine is measured by.
    """
    dimension = _SHORT.get(short.partition(" ")[0].partition(":")[0], "")
    taking = Node.objects.filter(status="ready", eligible=True) if dimension else Node.objects.none()
    free = [
        (int(node.allocatable.get(dimension, 0)) - int(node.allocated.get(dimension, 0)), node.name)
        for node in taking
        if node.drivers.get(driver)
    ]
    return [{"node": name, "free": max(0, left)} for left, name in sorted(free, reverse=True)[:limit]]


def _room(dimension: str, nodes: Iterable[Node]) -> Room:
    pairs = [
        (int(node.allocatable.get(dimension, 0)), int(node.allocated.get(dimension, 0))) for node in nodes
    ]
    return Room(
        dimension=dimension,
        allocatable=sum(there for there, _held in pairs),
        allocated=sum(held for _there, held in pairs),
        largest_free=max((max(0, there - held) for there, held in pairs), default=0),
    )
