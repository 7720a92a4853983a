"""One look at a measure that was asked for."""

import json
from datetime import timedelta

from django.utils import timezone

from apps.volumes.models import Use
from apps.volumes.reconcile import jobs
from apps.volumes.services.measuring import measured, unmeasured
from apps.workloads.models import AppVolume
from kernel.names import OutsideNames
from orchestration.ports import Drivers

PATIENCE = timedelta(minutes=15)


def look(use: Use, drivers: Drivers) -> None:
    """Send the job, or read what it found. Raises OutsideError where Nomad does not answer."""
    volume = use.volume
    names = OutsideNames(volume.app.slug)
    seen = jobs.look(names, use.work_id, drivers)
    if seen.state == "missing":
        _send(use, volume, names, drivers)
    elif seen.state == "done":
        _note(use, seen.said)
    elif seen.state == "failed":
        unmeasured(use, seen.reason)
    elif use.asked_at and timezone.now() - use.asked_at > PATIENCE:
        unmeasured(use, "keeper.waited")


def _send(use: Use, volume: AppVolume, names: OutsideNames, drivers: Drivers) -> None:
    if not drivers.jobs.volume_exists(names.volume(volume.name), kind=jobs.kind_of(volume)):
        unmeasured(use, "volume.none_yet")
    elif jobs.send(jobs.spec_of(volume.app, volume, "measure", use.work_id), drivers):
        unmeasured(use, "policy.refused")


def _note(use: Use, said: str) -> None:
    """Its last line is JSON."""
    try:
        told = json.loads(said.strip().splitlines()[-1])
        measured(use, used_bytes=int(told["used_bytes"]), files=int(told["files"]))
    except (IndexError, ValueError, KeyError, TypeError):
        unmeasured(use, "keeper.lost")
