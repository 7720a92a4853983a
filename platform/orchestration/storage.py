"""Volumes as the portal reads them."""

from dataclasses import dataclass

from orchestration.specs import VolumeKind


@dataclass(frozen=True)
class VolumeState:
    """A volume as it stands."""

    id: str  #: Nomad's own; a CSI volume's is its name
    name: str
    kind: VolumeKind
    node_id: str = ""  #: where a host volume stands


@dataclass(frozen=True)
class Home:
    """The machine on which a host volume stands."""

    node: str  #: its name; where Nomad knows it no more, what is left of its id
    status: str  #: ready, initializing, down, disconnected; empty: Nomad knows no such machine any more
    since: int = 0  #: seconds since 1970; 0: not known

    @property
    def away(self) -> bool:
        """Whether nothing can be asked of it now."""
        return self.status not in {"ready", "initializing"}

    @property
    def gone(self) -> bool:
        """Whether Nomad forgot it: it will not come back by itself."""
        return not self.status
