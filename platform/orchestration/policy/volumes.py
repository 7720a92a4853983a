"""Volumes: the app's own, by their derived names."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.names import OutsideNames, is_slug
from orchestration.policy.rules import Violation
from orchestration.render.job import ACCESS
from orchestration.render.literal import is_relative_path

_TASK = "TaskGroups[0].Tasks[0]"


def volumes(group: Mapping[str, Any], names: OutsideNames) -> Iterator[Violation]:
    """Volumes that are somebody else's, and mounts that leave the task's directories."""
    found = group.get("Volumes", {})
    for name, volume in found.items():
        own = is_slug(name) and volume.get("Name") == name and volume.get("Source") == names.volume(name)
        if not own or volume.get("AccessMode") != ACCESS.get(volume.get("Type", "")):
            yield Violation("policy.volume", f"TaskGroups[0].Volumes.{name}", str(volume)[:80])
    for index, mount in enumerate(group["Tasks"][0].get("VolumeMounts", [])):
        where = mount.get("Destination", "")
        inside = where.startswith("/") and is_relative_path(where[1:])
        if mount.get("Volume") not in found or not inside:
            yield Violation("policy.volume", f"{_TASK}.VolumeMounts[{index}]", str(mount)[:80])
