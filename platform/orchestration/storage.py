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
