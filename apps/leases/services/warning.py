"""Who hears of a lease: each warning once, also where a worker died in between (notices' `once`)."""

from datetime import date, datetime

from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.leases import selectors
from apps.leases.enums import Move
from apps.leases.rules import Lease, days_left, upcoming
from apps.leases.services.links import path_of
from apps.notices import selectors as notices_read
from apps.notices import services as notices
from apps.notices.kinds import DAYS_BEFORE
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.projects.enums import Role
from apps.workloads.models import App

#: the notice that tells what comes next
_KINDS = {Move.SLEEP: "app.lease_sleep", Move.ARCHIVE: "app.lease_archive", Move.PURGE: "app.lease_purge"}


def of_end(app: App, lease: Lease, now: datetime) -> None:
    """Before the end: at 30, 14, 7 and 1 days, the nearest that holds where some were missed."""
    left = days_left(lease, now)
    step = min((days for days in DAYS_BEFORE if days >= left), default=None)
    if step is None or left < 0:
        return
    _tell(app, "app.expiring", f"{app.ends_on}:end:{step}", days=max(left, 1), ends_on=_iso(app.ends_on))


def of_next(app: App, lease: Lease, now: datetime, *, last: bool) -> None:
    """After it: what comes when; once as the stage begins, and once more before it ends."""
    coming = upcoming(lease, selectors.delays())
    if coming is None or coming.move not in _KINDS:
        return
    days = max(1, (coming.on - timezone.localdate(now)).days)
    key = _key(app, coming.move, "last" if last else "first")
    _tell(app, _KINDS[coming.move], key, days=days, due_on=_iso(coming.on))


def has_left(app: App, move: Move) -> bool:
    """Whether the last warning before a move has left by mail to anybody, or nobody wants such mails."""
    return notices_read.has_left(_once(app, _key(app, move, "last")))


def purged(app: App) -> None:
    """Everything of it is being removed."""
    _tell(app, "app.lease_purged", f"{app.ends_on}:purged", link=False)


def _key(app: App, move: Move, which: str) -> str:
    return f"{app.ends_on}:{move.value}:{which}"


def _once(app: App, key: str) -> str:
    return f"lease:{app.id}:{key}"


def _tell(app: App, kind: str, key: str, *, link: bool = True, **params: str | int) -> None:
    told = {"app": app.label, "project": app.project.name, **params}
    for person in people(app):
        may = link and permissions.can(person, app.project, "deploy")
        path = path_of(person.id, app) if may else f"/apps/{app.id}/"
        notices.notify(kind=kind, recipients=[person.id], params=told, path=path, once=_once(app, key))


def people(app: App) -> list[Person]:
    """The owners of its project, and who asked for it while they are a member; else the lab's admins."""
    members = dict(projects.members_of(app.project).values_list("person_id", "role"))
    ids = {person for person, role in members.items() if role == Role.OWNER or person == app.requester_id}
    found = list(Person.objects.filter(id__in=ids, is_active=True).order_by("id"))
    return found or list(accounts.admins().order_by("id"))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
