"""Reading apps: everything that shows one begins with visible_to()."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet

from apps.accounts.models import Person
from apps.projects import selectors as projects
from apps.workloads.models import App, Operation, Release
from apps.workloads.specs import build, host_of, url_of
from kernel.errors import Missing

__all__ = [
    "ReleaseFile",
    "address",
    "build",
    "get",
    "host_of",
    "listed",
    "of_host",
    "operation",
    "release_file",
    "require_token_project",
    "visible_to",
]
_KEY = re.compile(r"[0-9a-f]{64}")


def visible_to(person: Person | AnonymousUser, *, gone: bool = False) -> "QuerySet[App]":
    """The apps of the person's projects; `gone`: with those that were deleted, whose rows are history."""
    apps = App.objects.filter(project__in=projects.visible_to(person))
    return apps if gone else apps.filter(gone_at__isnull=True)


def get(person: Person | AnonymousUser, app_id: UUID) -> App:
    """One app, gone ones too, with what its page shows. Raises Missing."""
    related = ("project", "template", "observation", "claim", "release__template_version", "requester")
    app = visible_to(person, gone=True).select_related(*related).filter(id=app_id).first()
    if app is None:
        raise Missing
    return app


def listed(apps: "QuerySet[App]") -> "QuerySet[App]":
    """The same with what a card or a row shows, the newest first, in a constant number of queries.

    A manifest is long, and of it a row shows the kind of route alone: so each is left where it is.
    """
    related = ("project", "template", "observation", "release__template_version")
    kind = F("release__template_version__manifest__route__kind")
    return (
        apps.select_related(*related)
        .annotate(route_kind=kind)
        .defer("release__template_version__manifest", "observation__logs", "template__icon")
        .order_by("-created_at", "id")
    )


def labels(ids: Collection[UUID]) -> dict[UUID, str]:
    """What these apps are called, whoever asks; those that stand nowhere are left out."""
    return {
        app.id: app.label or app.name for app in App.objects.filter(id__in=ids).only("id", "label", "name")
    }


def of_host(host: str) -> App | None:
    """The app that holds a host, with its name and state alone, whoever asks: its address is public."""
    told = ("label", "desired", "observation__state")
    return App.objects.select_related("observation").only(*told).filter(host=host.lower()).first()


def operation(person: Person | AnonymousUser, operation_id: UUID) -> Operation:
    """One operation of an app that the person may see. Raises Missing."""
    apps = visible_to(person, gone=True)
    found = Operation.objects.filter(id=operation_id, app__in=apps).select_related("app__project").first()
    if found is None:
        raise Missing
    return found


def address(app: App) -> str:
    """The app's public address; empty where it has none, or not any more."""
    if not app.host:
        return ""
    kind = "http"
    if app.release:
        listed_as = getattr(app, "route_kind", None)
        kind = listed_as or app.release.template_version.manifest["route"]["kind"]
    return {"http": url_of(app.host), "tcp": app.host}.get(kind, "")


def require_token_project(allowed: Collection[UUID], project_id: UUID) -> None:
    """Raise Missing where a token that names projects is used for another one."""
    if allowed and project_id not in allowed:
        raise Missing


@dataclass(frozen=True)
class ReleaseFile:
    """A kept file that a release's key opens."""

    sha256: str
    filename: str


def release_file(files_key: str, sha256: str) -> ReleaseFile | None:
    """The file that a key opens; None for anything else, whatever is wrong with it.

    Every release of a standing app counts: Nomad may go back to the one before (design 8.8).
    """
    if not (_KEY.fullmatch(files_key) and _KEY.fullmatch(sha256)):
        return None
    release = Release.objects.filter(files_key=files_key, app__gone_at__isnull=True).first()
    for each in release.files if release else ():
        if each["sha256"] == sha256:
            return ReleaseFile(sha256, each["filename"])
    return None


def uploads_in_use() -> set[str]:
    """The ids of members' files that a release of a standing app names: Nomad may go back to any of them."""
    named = (
        Release.objects.filter(app__gone_at__isnull=True).exclude(files=[]).values_list("files", flat=True)
    )
    return {str(each["upload"]) for files in named.iterator() for each in files if each.get("upload")}
