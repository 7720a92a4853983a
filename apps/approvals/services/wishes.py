"""What may be asked for quota, a project or rights, checked in the words of those who will give it.

The check is the real thing, undone: whoever would refuse the grant says so before anybody has to decide.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.services.eligibility import require_open
from apps.approvals.services.quantities import whole
from apps.leases import selectors as lease_selectors
from apps.leases import services as leases
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.projects import services as members
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.quotas import selectors as figures
from apps.quotas import services as quotas
from apps.quotas.selectors import Projection
from apps.workloads.models import App
from kernel.actors import Actor
from kernel.errors import Excess, LimitBelowUse, Refused, RefusedMany

EFFECT_MAX = 1_000_000  #: percent
_NAMED_MAX = 10  # apps in a refusal
_RANK = {Role.VIEWER: 1, Role.DEVELOPER: 2, Role.OWNER: 3}


@dataclass(frozen=True)
class Wish:
    """What somebody asks for, checked: the columns of a request."""

    kind: RequestKind
    project: Project | None
    payload: Mapping[str, Any] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    until: date | None = None
    effect: int = 0
    app: App | None = None


def undone(work: Callable[[], object]) -> None:
    """Do it, raise what it raises, and leave nothing of it: its locks go with the savepoint."""
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


def for_quota(
    *, actor: Actor, person: Person, project: Project, limits: Mapping[str, object], until: date | None
) -> Wish:
    """New limits of a project, those named: for good, or up to and with a day.

    Raises Missing, Forbidden, Conflict; Refused and RefusedMany naming `until`, `limits.<dimension>`.
    """
    require_open(project)
    permissions.require(person, project, "quota")
    wanted = whole(limits, "limits")
    if until is not None and until < timezone.localdate():
        raise Refused("quota.until_past", field="until")
    if not _changed(project, wanted):
        raise Refused("request.no_change", field="limits")
    undone(
        lambda: set_limit(
            actor=actor, project=project, limits=wanted, reason=RequestKind.QUOTA.value, until=until
        )
    )
    now = {each.dimension: each.limit for each in figures.figures(project.id)}
    payload = {"label": project.name, "limits_then": {name: now.get(name, 0) for name in wanted}}
    return Wish(RequestKind.QUOTA, project, payload, wanted, until, effect(wanted, now))


def set_limit(
    *, actor: Actor, project: Project, limits: Mapping[str, int], reason: str, until: date | None
) -> None:
    """As quotas.set_limit; a limit below what is in use is refused with the names of what holds it."""
    try:
        quotas.set_limit(actor=actor, project=project, limits=limits, reason=reason, until=until)
    except LimitBelowUse as error:
        raise RefusedMany([_below_use(project, each) for each in error.excesses]) from error


def _below_use(project: Project, excess: Excess) -> Refused:
    labels = dict(App.objects.filter(project=project).values_list("id", "label"))
    held = [f"{labels.get(holder, holder)} ({amount})" for holder, amount in excess.holders]
    more = ["…"] if len(held) > _NAMED_MAX else []
    return Refused(
        "request.below_use",
        field=f"limits.{excess.dimension}",
        in_use=excess.in_use,
        over=excess.over,
        apps=", ".join([*held[:_NAMED_MAX], *more]),
    )


def _changed(project: Project, wanted: Mapping[str, int]) -> bool:
    stands = {each.dimension: each for each in figures.figures(project.id)}
    return any(
        name not in stands or limit not in {stands[name].limit, stands[name].base_limit}
        for name, limit in wanted.items()
    )


def for_project(
    *,
    actor: Actor,
    person: Person,
    name: str,
    slug: str,
    description: str = "",
    limits: Mapping[str, object] | None = None,
) -> Wish:
    """A new shared project, with the lab's default quota or with other limits.

    Raises Refused naming `name`, `slug`, `description`, `limits.<dimension>`.
    """
    wanted = whole(limits or {}, "limits")
    undone(
        lambda: members.create_shared(
            actor=actor, slug=slug, name=name, owner=person, description=description
        )
    )
    payload = {"label": name.strip(), "name": name.strip(), "slug": slug, "description": description.strip()}
    return Wish(RequestKind.PROJECT, None, payload, wanted, None, effect(wanted, settings.DEFAULT_QUOTA))


def for_rights(*, person: Person, project: Project, role: str) -> Wish:
    """A higher role in a project that the person is in. Raises Missing, Conflict, Refused naming `role`."""
    require_open(project)
    has = projects.role_of(person, project)
    if role not in Role.values:
        raise Refused("project.role", field="role")
    if not has:
        raise Refused("project.not_member", field="role")
    if _RANK[Role(role)] <= _RANK[Role(has)]:
        raise Refused("request.has_role", field="role", role=Role(has).label)
    return Wish(RequestKind.RIGHTS, project, {"label": project.name, "role": role, "role_then": has})


def for_lease(*, person: Person, app: App, until: date) -> Wish:
    """A later last day of an app than its members may choose. Raises Missing, Conflict, Refused: `until`."""
    require_open(app.project)
    permissions.require(person, app.project, "deploy")
    leases.require_longer(app, until)
    last = lease_selectors.terms_of(app).last(timezone.localdate())
    if until <= last:
        raise Refused("lease.within", field="until", last=last)
    then = app.ends_on.isoformat() if app.ends_on else ""
    payload = {"label": app.label, "name": app.name, "ends_on_then": then, "last_then": last.isoformat()}
    return Wish(RequestKind.LEASE, app.project, payload, until=until, app=app)


def effect_of(projections: Iterable[Projection]) -> int:
    """How many percent of a limit it adds, at the most of any dimension."""
    shares = [100 * each.asked // max(each.limit, 1) for each in projections]
    return max(0, min(EFFECT_MAX, max(shares, default=0)))


def effect(wanted: Mapping[str, int], now: Mapping[str, int]) -> int:
    """By how many percent of what there is the wish goes beyond it, at the most of any dimension."""
    shares = [100 * (limit - now.get(name, 0)) // max(now.get(name, 0), 1) for name, limit in wanted.items()]
    return max(0, min(EFFECT_MAX, max(shares, default=0)))
