"""The batch job of one piece of work: sent once, looked at, and taken away when it has ended."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from django.conf import settings

from apps.volumes.models import Restore, Snapshot, Use
from apps.volumes.services.moving import tidied
from apps.workloads import lab
from apps.workloads.models import App, AppVolume
from apps.workloads.specs import volume_of
from kernel.errors import Misconfigured, OutsideConflict, OutsideRefused
from kernel.names import OutsideNames
from kernel.redact import redact_text
from orchestration.policy import judge_keeper
from orchestration.ports import AllocState, Drivers, JobStatus
from orchestration.render import render_keeper
from orchestration.render.keeper import TASK
from orchestration.specs import KeeperSpec, VolumeKind

LIVE = frozenset({"pending", "running", "unknown"})
_WORDS = frozenset({"no_room", "not_the_same", "refused", "unreachable", "failed"})


@dataclass(frozen=True)
class Seen:
    """How a piece of work stands: running, done with what it said, or failed for a reason."""

    state: Literal["missing", "running", "done", "failed"]
    said: str = ""
    reason: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def spec_of(
    app: App,
    volume: AppVolume,
    work: Literal["measure", "snapshot", "restore"],
    work_id: UUID,
    *,
    url: str = "",
    sha256: str = "",
    parts: int = 0,
) -> KeeperSpec:
    """The work as rendering takes it; on the driver that the app itself runs on."""
    driver = app.release.driver if app.release else "docker"
    return KeeperSpec(
        names=OutsideNames(app.slug),
        app_id=str(app.id),
        project_id=str(app.project_id),
        work_id=work_id,
        work=work,
        volume=volume_of(volume),
        placement=lab.placement(driver),
        image=settings.KEEPER_IMAGE,
        url=url,
        sha256=sha256,
        parts=parts,
        ca=Path(settings.FILES_CA).read_text(encoding="utf-8") if settings.FILES_CA else "",
    )


def kind_of(volume: AppVolume) -> VolumeKind:
    """Its kind as the ports take it."""
    return volume_of(volume).kind


def url_of(key: str) -> str:
    """Where a keeper sends or fetches the parts of one snapshot: the key is the right to it."""
    return f"{settings.FILES_URL.rstrip('/')}/files/snapshots/{key}"


def send(spec: KeeperSpec, drivers: Drivers) -> str:
    """Register the job; one that stands is left. Returns why the lab's policy forbids it, else nothing."""
    job = render_keeper(spec)
    if violations := judge_keeper(job, lab.rules()):
        return "; ".join(f"{each.code} {each.path}" for each in violations)[:500]
    with suppress(OutsideConflict):
        drivers.jobs.register(job, expected_index=0)
    return ""


def look(names: OutsideNames, work_id: UUID, drivers: Drivers) -> Seen:
    """How it stands."""
    status = drivers.jobs.status(names.keeper(work_id))
    if status.job is None and not status.allocations:
        return Seen("missing")
    alloc = max(status.allocations, key=lambda each: each.modify_index, default=None)
    if alloc is None:
        return Seen("running", facts=_blocked(status))
    if alloc.client_status in LIVE:
        return Seen("running")
    if alloc.client_status == "complete" and not alloc.failed:
        return Seen("done", said=drivers.jobs.log_tail(alloc.id, TASK, "stdout"))
    return _failed(alloc, drivers)


def _blocked(status: JobStatus) -> dict[str, object]:
    found = status.blocked
    if found is None:
        return {}
    return {"blocked": ", ".join([*found.dimensions, *found.constraints])[:300]}


def _failed(alloc: AllocState, drivers: Drivers) -> Seen:
    """Its last word on the standard error, else what Nomad says of it."""
    lines = drivers.jobs.log_tail(alloc.id, TASK, "stderr", limit_bytes=2000).strip().splitlines()
    word, _space, rest = lines[-1].partition(" ") if lines else ("", "", "")
    if word not in _WORDS:
        events = [event for told in alloc.tasks.values() for event in told]
        last = next((event.message for event in reversed(events) if event.message), "")
        word, rest = ("oom", "") if alloc.oom_killed else ("task", lines[-1] if lines else last)
    return Seen("failed", reason=f"keeper.{word}", facts={"detail": redact_text(rest)[:300]})


def take_away(row: Snapshot | Restore | Use, names: OutsideNames, drivers: Drivers) -> bool:
    """Stop and purge the job of work that has ended; True once nothing of it runs.

    Without the right to purge, Nomad forgets a dead job by itself.
    """
    job_id = names.keeper(row.work_id)
    status = drivers.jobs.status(job_id)
    if status.job is not None and not status.job.stopped:
        drivers.jobs.stop(job_id)
    if any(each.client_status in LIVE for each in status.allocations):
        return False
    if status.job is not None:
        with suppress(Misconfigured, OutsideRefused):
            drivers.jobs.stop(job_id, purge=True)
    tidied(row)
    return True
