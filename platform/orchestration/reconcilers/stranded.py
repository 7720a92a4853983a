"""A host volume stands on one machine: while that is away nothing can be done with it, and nothing placed."""

from collections.abc import Iterable
from datetime import UTC, datetime

from kernel.names import OutsideNames
from orchestration.causes import Cause
from orchestration.ports import Jobs
from orchestration.specs import Volume
from orchestration.storage import Home


def stranded(names: OutsideNames, volumes: Iterable[Volume], jobs: Jobs) -> Cause | None:
    """The first of these volumes whose machine is away, and how; None where all can be reached."""
    for volume in volumes:
        homes = jobs.volume_homes(names.volume(volume.name)) if volume.kind == "host" else ()
        if homes and all(home.away for home in homes):
            return _told(volume, homes[0])
    return None


def _told(volume: Volume, home: Home) -> Cause:
    facts: dict[str, object] = {"volume": volume.name, "node": home.node}
    if home.gone:
        return Cause("volume.node_gone", facts=facts)
    since = datetime.fromtimestamp(home.since, UTC).isoformat() if home.since else ""
    return Cause("volume.node_away", facts={**facts, "since": since})
