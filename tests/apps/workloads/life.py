"""A plain model of apps and of what must stand outside for them; it knows nothing of the portal's ways."""

from dataclasses import dataclass, field, replace

from kernel.units import Amounts

PRESENT, STOPPED, ASLEEP, ARCHIVED, ABSENT = "present", "stopped", "asleep", "archived", "absent"
SIZES = {"S": (100, 64), "L": (400, 256)}  #: MHz and MiB
STORED_MIB = 256
_STANDS = {PRESENT, STOPPED, ASLEEP}
#: from where each may be asked, written down a second time on purpose (apps.workloads.transitions)
MAY = {
    "change": _STANDS,
    "roll_back": _STANDS,
    "rotate": _STANDS,
    "delete": _STANDS,
    "scale": {PRESENT},
    "restart": {PRESENT},
    "sleep": {PRESENT},
    "stop": {PRESENT, ASLEEP},
    "start": {STOPPED, ASLEEP},
    "undo": {ARCHIVED},
    "purge": {ARCHIVED},
}


@dataclass(frozen=True)
class Content:
    """What a release is made of."""

    title: str
    size: str = "S"
    count: int = 1

    def charge(self, *, stores: bool) -> Amounts:
        """What the quota is charged while it runs."""
        cpu, memory = SIZES[self.size]
        storage = STORED_MIB if stores else 0
        return Amounts(1, cpu * self.count, memory * self.count, storage)


@dataclass(frozen=True)
class Picture:
    """One app as Nomad, OpenBao, Consul, Traefik and the ledger show it. Empty: nothing is left of it."""

    job: Content | None = None  #: of what runs, never of a job that is stopped
    copies: int = 0  #: allocations alive
    passing: tuple[int, ...] = ()  #: the release that each instance in Consul is of
    hosts: frozenset[str] = frozenset()  #: whose routers are enabled
    answers: bool = False
    password: str = ""
    vault: frozenset[str] = frozenset()  #: of policy and role
    volumes: frozenset[str] = frozenset()
    charged: Amounts = field(default_factory=Amounts)


@dataclass
class AppLife:
    """One app."""

    slug: str
    host: str
    stores: bool
    releases: list[Content] = field(default_factory=list)
    wanted: str = PRESENT
    back: str = ""  #: what was wanted before its deletion
    held_back: bool = False  #: its newest release waits as canaries
    beside: bool = False  #: of copies that run, so that they wait for a word whatever else is asked
    promoted: bool = False  #: or they were let in just now
    vault: frozenset[str] = frozenset()  #: what stood once is kept
    volumes: frozenset[str] = frozenset()
    password: str = ""  #: as last seen or drawn

    @property
    def content(self) -> Content:
        """Of the newest release."""
        return self.releases[-1]

    def may(self, verb: str) -> bool:
        """Whether it can be asked now."""
        return self.wanted in MAY[verb]

    def released(self, content: Content, *, canary: bool = False, beside: bool = False) -> None:
        """Another release, which runs."""
        self.held_back, self.promoted = canary and self.wanted == PRESENT, False
        self.beside = self.held_back and beside
        self.releases.append(content)
        self.wanted = PRESENT

    def rotated(self) -> None:
        """A release of the same content, which changes nothing of what is wanted."""
        self.releases.append(self.content)

    def moved(self, wanted: str) -> None:
        """Another state."""
        self.wanted, self.held_back, self.promoted = wanted, False, False

    def deleted(self) -> None:
        """Put away: `undone` brings it back as it was."""
        self.back = self.wanted
        self.moved(ARCHIVED)

    def undone(self) -> None:
        """As it was before."""
        self.moved(self.back)

    def charged(self) -> Amounts:
        """Running: all of it; standing still: its place and its storage; deleted: its storage."""
        whole = self.content.charge(stores=self.stores)
        if self.wanted == PRESENT:
            return whole
        places = {STOPPED: 1, ASLEEP: 1, ARCHIVED: 0, ABSENT: 0}[self.wanted]
        return Amounts(apps=places, storage_mib=0 if self.wanted == ABSENT else whole.storage_mib)

    def picture(self) -> Picture:
        """What must stand once nothing moves any more."""
        if self.wanted == ABSENT:
            return Picture()
        kept = Picture(charged=self.charged(), password=self.password, vault=self.vault, volumes=self.volumes)
        if self.wanted != PRESENT:
            return kept
        count = self.content.count
        numbers = (len(self.releases),) * count
        hosts = frozenset({self.host})
        volumes = frozenset({f"{self.slug}-data"} if self.stores else ())
        kept = replace(kept, vault=frozenset({"policy", "role"}), volumes=volumes)
        return replace(kept, job=self.content, copies=count, passing=numbers, hosts=hosts, answers=True)
