"""What a page or a program asks: a snapshot put into an app that is asked for with it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.catalogue import selectors as catalogue
from apps.projects import permissions
from apps.volumes import services
from apps.volumes.models import Restore, Snapshot
from apps.volumes.services.restoring import require_room
from apps.workloads.models import App, Release
from kernel.actors import Actor
from kernel.errors import Conflict


def ask_new(
    *, actor: Actor, person: Person, app: App, snapshot: Snapshot, wishes: Mapping[str, Any]
) -> Restore:
    """Ask for an app like the one that the snapshot is of, to be filled from it, in the caller's transaction.

    Raises what approvals.submit does, QuotaExceeded among it; Refused("restore.too_big") with the figures.
    """
    permissions.require(person, app.project, "operate")
    release = snapshot.release
    if release is None:
        raise Conflict("restore.no_volume", name=snapshot.volume.name)
    resources = {**release.resources}
    if "storage_mib" in wishes:
        resources["storage_mib"] = wishes["storage_mib"]
    require_room(snapshot, size_mib=_size(release, snapshot.volume.name, resources["storage_mib"]))
    uploads = {each["parameter"]: UUID(each["upload"]) for each in release.files if each["parameter"]}
    submitted = approvals.submit(
        actor=actor,
        person=person,
        project_id=UUID(str(wishes.get("project") or app.project_id)),
        template=app.template.slug,
        version=release.template_version.version,
        name=wishes["name"],
        parameters=release.parameters,
        resources=resources,
        uploads=uploads,
        copied=uploads.values(),  # those who may operate the app may read them: they go along with its data
        reason=wishes.get("reason", ""),
    )
    return services.restore_into_new(actor=actor, app_id=app.id, snapshot_id=snapshot.id, into=submitted.app)


def _size(release: Release, name: str, storage_mib: int) -> int:
    """How big the volume of that name would be in the new app."""
    found = catalogue.manifest(release.template_version).volumes
    fixed = {each.name: each.size_mib for each in found}
    rest = storage_mib - sum(size or 0 for size in fixed.values())
    return fixed.get(name) or rest
