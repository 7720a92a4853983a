"""Reading rules, and what they know of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.models import Request, Rule
from apps.approvals.rules import Candidate, Choice, Facts, Terms, choose
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.quotas import selectors as quotas
from apps.quotas.selectors import Figure
from kernel.errors import Forbidden, Missing
from kernel.units import Amounts

#: kinds that take no more of what the lab has: it was looked at when a hand-over was asked for
_NO_MORE = frozenset({RequestKind.QUOTA, RequestKind.LEASE, RequestKind.HANDOVER})


def rules(person: Person) -> "QuerySet[Rule]":
    """The rules that stand, in their order. Raises Forbidden for whoever does not read all."""
    if not person.reads_all:
        raise Forbidden("forbidden", action="decide")
    return Rule.objects.filter(deleted_at=None).select_related("author").order_by("place", "id")


def rule(person: Person, rule_id: UUID) -> Rule:
    """One of them; raises Forbidden, Missing."""
    found = rules(person).filter(id=rule_id).first()
    if found is None:
        raise Missing
    return found


def candidates() -> list[Candidate]:
    """The rules in their order, as they are judged by."""
    return [candidate(each) for each in Rule.objects.filter(deleted_at=None).order_by("place", "id")]


def candidate(row: Rule) -> Candidate:
    """A rule's row, as it is judged by."""
    return Candidate(row.name, row.version, Terms.of(row.terms), row.enabled, str(row.id))


@dataclass(frozen=True)
class Seen:
    """What the caller has read of what a request is judged by; what is None is read here."""

    figures: tuple[Figure, ...] | None = None  #: of the project
    beyond: Mapping[str, int] | None = None  #: as Facts says
    always: bool | None = None  #: as Facts says


def choice(request: Request, seen: Seen | None = None) -> Choice:
    """Which rule would decide a request now, and why those before it do not. The request may be unsaved."""
    return choose(candidates(), facts_of(request, seen))


def facts_of(request: Request, seen: Seen | None = None) -> Facts:
    """What rules judge a request by, from its rows and the project's figures as they stand.

    Raises Missing where the project has no ledger.
    """
    seen = seen or Seen()
    project, requester = request.project, request.requester
    limits, needed = _figures(request, seen.figures)
    return Facts(
        kind=request.kind,
        project=str(project.id) if project else "",
        project_kind=project.kind if project else "",
        groups=frozenset(requester.groups) if requester else frozenset(),
        template=_template(request),
        always=_always(request) if seen.always is None else seen.always,
        asked=dict(request.amounts),
        limits=limits,
        needed=needed,
        beyond=_beyond(request) if seen.beyond is None else seen.beyond,
        days=_days(request),
    )


def _template(request: Request) -> str:
    """The template that is asked for, or that of the app which is to live longer."""
    if request.kind == RequestKind.LEASE and request.app:
        return request.app.template.slug
    return str(request.payload.get("template", ""))


def _days(request: Request) -> int:
    if request.kind != RequestKind.LEASE or request.until is None:
        return 0
    return (request.until - timezone.localdate()).days


def _figures(request: Request, standing: tuple[Figure, ...] | None) -> tuple[dict[str, int], dict[str, int]]:
    """Limits in force, and those without which the request cannot be granted.

    A grant whose last day is over counts no more, even before its end was written down.
    """
    if request.project_id is None or request.kind == RequestKind.LEASE:
        return {}, {}
    today = timezone.localdate()
    taken, limits = dict[str, int](), dict[str, int]()
    standing = quotas.figures(request.project_id) if standing is None else standing
    if not standing:
        raise Missing("quota.no_ledger", project=str(request.project_id))
    for each in standing:
        over = each.granted_until is not None and each.granted_until < today
        taken[each.dimension] = each.used + each.reserved
        limits[each.dimension] = max(each.base_limit, taken[each.dimension]) if over else each.limit
    if request.kind == RequestKind.QUOTA:  # what a grant adds for a time is asked for anew
        return {each.dimension: each.base_limit for each in standing}, dict(request.amounts)
    holder = _holder(request)
    held = quotas.held_by(holder) if holder else Amounts()
    more = (Amounts.of(request.amounts) - held).as_dict()
    return limits, {name: taken.get(name, 0) + amount for name, amount in more.items() if amount > 0}


def _beyond(request: Request) -> dict[str, int]:
    """How far it goes beyond a ceiling of the lab or of the member: what no rule lets through."""
    if request.project_id is None or request.kind in _NO_MORE:
        return {}
    after = quotas.ceilings_if(request.project_id, Amounts.of(request.amounts), _holder(request))
    short = [each for each in after if not each.fits]
    return {each.dimension: each.after - each.limit for each in short}


def _holder(request: Request) -> UUID | None:
    return request.app_id if request.app and request.app.generation else None


def _always(request: Request) -> bool:
    if request.kind == RequestKind.LEASE:
        version = request.app.release.template_version if request.app and request.app.release else None
    else:
        version = TemplateVersion.objects.filter(id=request.payload.get("template_version")).first()
    return version is not None and catalogue.manifest(version).approval == "always"
