"""How a release comes in: its canaries are bounded, and share no volume that has one writer."""

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.policy.rules import Violation
from orchestration.specs import SURGE

_SINGLE = "single-node-"


def writes_alone(group: Mapping[str, Any]) -> bool:
    """Whether the group holds a volume that two nodes could not both write (Nomad #13380)."""
    return any(
        not volume.get("ReadOnly") and str(volume.get("AccessMode", _SINGLE)).startswith(_SINGLE)
        for volume in group.get("Volumes", {}).values()
    )


def rollout(group: Mapping[str, Any]) -> Iterator[Violation]:
    """Too many canaries, or canaries where the copy that stands must end first."""
    canaries = group.get("Update", {}).get("Canary", 0)
    if not 0 <= canaries <= SURGE or (canaries and writes_alone(group)):
        yield Violation("policy.canary", "TaskGroups[0].Update.Canary", str(canaries)[:80])
