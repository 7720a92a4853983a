"""Reading apps: everything that shows one begins with visible_to()."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, F, Q, QuerySet, When
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.cluster import selectors as cluster
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.projects.enums import Role
from apps.workloads import explain
from apps.workloads.enums import Desired
from apps.workloads.models import App, FormerHost, Handover, Operation, Release
from apps.workloads.specs import around_name, build, host_of, url_of
from apps.workloads.standing import standing
from kernel.errors import Forbidden, Missing, PaillasseError
from orchestration.states import ObservedState

__all__ = [
    "ReleaseFile",
    "address",
    "around_name",
    "build",
    "get",
    "held_by",
    "host_of",
    "newest",
    "of_host",
    "operation",
    "pressing",
    "reason",
    "refusal",
    "related",
    "release_file",
    "require_token_project",
    "serves",
    "shown",
    "told",
    "visible_to",
]
_KEY = re.compile(r"[0-9a-f]{64}")
_ROUTE_KIND = F("release__template_version__manifest__route__kind")
#: long columns that are told of no app
_NOT_TOLD = (
    *(f"release__template_version__{name}" for name in ("manifest", "changes", "deprecation")),
    *("release__files", "release__secrets", "template__icon", "template__summary"),
    *("observation__logs", "observation__expected", "observation__settled"),
)
#: what a card or a row shows; another column would be a query of its own for each of them
_SHOWN = (
    *("id", "label", "host", "desired", "desired_by", "desired_since", "generation", "gone_at"),
    *("archived_until", "release", "lease_state", "ends_on", "project__name", "template__title"),
    *(
        f"observation__{name}"
        for name in ("state", "state_since", "reason_code", "facts", "message", "waiting_for", "generation")
    ),
    *("observation__observed_at", "observation__answered_at"),
)


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


def newest(apps: "QuerySet[App]") -> "QuerySet[App, UUID]":
    """Their ids, the newest first, to be cut into pages that `shown` or `told` make whole."""
    return apps.order_by("-created_at", "id").values_list("id", flat=True)


def pressing(apps: "QuerySet[App]") -> "QuerySet[App, UUID]":
    """Their ids for a home page: what failed first, what is archived last, the newest first of each."""
    failed = Q(observation__state__in=[ObservedState.FAILED, ObservedState.DEGRADED])
    rank = Case(When(desired=Desired.ARCHIVED, then=2), When(failed, then=0), default=1)
    return apps.order_by(rank, "-created_at", "id").values_list("id", flat=True)


def shown(ids: Iterable[UUID]) -> list[App]:
    """These apps in this order, with what a card or a row of a page shows."""
    beside = App.objects.select_related("project", "template", "observation")
    return _in_order(ids, beside.annotate(route_kind=_ROUTE_KIND).only(*_SHOWN))


def told(ids: Iterable[UUID]) -> list[App]:
    """These apps in this order, with what the API tells of each."""
    return _in_order(ids, related(App.objects.all()))


def _in_order(ids: Iterable[UUID], rows: "QuerySet[App]") -> list[App]:
    """One page in one query. Before it was cut, PostgreSQL would join and sort all that the person sees."""
    ids = list(ids)
    found = {row.id: row for row in rows.filter(id__in=ids)}
    return [found[each] for each in ids if each in found]


def related(apps: "QuerySet[App]") -> "QuerySet[App]":
    """The same with the rows that are told with each.

    A manifest is long, and of it the kind of route alone is told: so each is left where it is.
    """
    beside = ("project", "template", "observation", "release__template_version")
    return apps.select_related(*beside).annotate(route_kind=_ROUTE_KIND).defer(*_NOT_TOLD)


def labels(ids: Collection[UUID]) -> dict[UUID, str]:
    """What these apps are called, whoever asks; those that stand nowhere are left out."""
    return {
        app.id: app.label or app.name for app in App.objects.filter(id__in=ids).only("id", "label", "name")
    }


def of_host(host: str) -> App | None:
    """The app that holds a host, with its name and state alone, whoever asks: its address is public."""
    told = ("label", "desired", "archived_until", "observation__state")
    return App.objects.select_related("observation").only(*told).filter(host=host.lower()).first()


def held_by(person: Person | AnonymousUser, name: str) -> App | None:
    """The deleted app that holds a name for the time of its retention, if the person may see it."""
    held = visible_to(person).filter(host=host_of(name), desired=Desired.ARCHIVED)
    return held.select_related("project").first()


def refusal(person: Person, error: PaillasseError) -> str:
    """The sentence of a refusal; of a name that a deleted app holds, with the way to it for its owners."""
    words = sentence(error)
    app = held_by(person, str(error.params.get("name"))) if error.code == "name.archived" else None
    if app is None or not permissions.can(person, app.project, "delete"):
        return words
    way = gettext("Bring it back, or remove it for good")
    return format_html('{} <a href="{}">{}</a>', words, reverse("workloads:app", args=[app.id]), way)


def leads_on(host: str) -> str:
    """The address to which an app's old host leads on; empty where it does not, or no more."""
    former = FormerHost.objects.filter(host=host.lower(), until__gt=timezone.now()).select_related(
        "app__release__template_version"
    )
    found = former.first()
    return address(found.app) if found else ""


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
    kind = getattr(app, "route_kind", None)
    if kind is None:
        kind = app.release.template_version.manifest["route"]["kind"] if app.release else "http"
    return {"http": url_of(app.host), "tcp": app.host}.get(kind, "")


def serves(app: App) -> bool:
    """Whether a release of it was seen to serve."""
    return app.observation.state in {ObservedState.RUNNING, ObservedState.DEGRADED}


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
    for each in release.files if release else ():  # releases of one key have the same files
        if each["sha256"] == sha256:
            return ReleaseFile(sha256, each["filename"])
    return None


def uploads_in_use() -> set[str]:
    """The ids of members' files that a release of a standing app names: Nomad may go back to any of them."""
    named = (
        Release.objects.filter(app__gone_at__isnull=True).exclude(files=[]).values_list("files", flat=True)
    )
    return {str(each["upload"]) for files in named.iterator() for each in files if each.get("upload")}


def reason(code: str, facts: Mapping[str, object]) -> str:
    """The sentence of a reason code with its figures, in the reader's language; empty without a code."""
    return explain.why(code, facts)


def handovers(person: Person) -> "QuerySet[Handover]":
    """Offers of and to the projects that the person owns, or of all for an admin; the newest first."""
    related = ("app", "from_project", "to_project", "offered_by")
    found = Handover.objects.select_related(*related).prefetch_related("requests")
    if not person.is_admin:
        mine = [project for project, role in projects.roles(person).items() if role == Role.OWNER]
        found = found.filter(Q(from_project__in=mine) | Q(to_project__in=mine))
    return found.order_by("-created_at", "id")


def handover(person: Person, handover_id: UUID) -> Handover:
    """One offer, for the owners of either side. Raises Missing, Forbidden."""
    related = ("app__release__template_version", "app__template", "from_project", "to_project", "offered_by")
    found = Handover.objects.select_related(*related).filter(id=handover_id).first()
    if found is None:
        raise Missing
    sides = [side for side in (found.from_project, found.to_project) if side is not None]
    actions = frozenset[str]().union(*(permissions.allowed(person, side) for side in sides))
    if "view" not in actions:
        raise Missing
    if "delete" not in actions:
        raise Forbidden("forbidden", action="delete")
    return found


def sign(app_id: UUID) -> dict[str, object] | None:
    """An app's state as a page shows it, its word in each language; None where there is no such app."""
    app = App.objects.select_related("observation").filter(id=app_id).first()
    if app is None:
        return None
    state = standing(app, timezone.now(), frozenset(each.part for each in cluster.unreachable())).state
    look = explain.look(state)
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = str(look.word)
    return {"state": state, "icon": look.icon, "colour": look.colour, "word": words}
