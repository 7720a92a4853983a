"""Beginning an upgrade of many apps."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.fleet import selectors
from apps.fleet.models import Item, Upgrade
from kernel.actors import Actor
from kernel.errors import Conflict, Refused

APPS_MAX = 1000
PARALLEL_MAX = 20
REASON_MAX = 2000


@dataclass(frozen=True)
class Terms:
    """How an upgrade goes on."""

    canary: int = 1  #: so many first; the others once all of these are done
    wait_after_canary: bool = False  #: and once somebody said so
    parallel: int = 2  #: at most so many under way at once
    failures_max: int = 1  #: it stops at so many failures


def begin(
    *,
    actor: Actor,
    person: Person,
    template: str,
    version: str,
    apps: Sequence[UUID],
    terms: Terms,
    reason: str = "",
) -> Upgrade:
    """Begin it; the apps go in the order given. The first step comes with the clock.

    Raises Forbidden; Refused naming the field; Conflict where another upgrade of the template has not ended.
    """
    selectors.require_admin(person)
    _check(terms, reason)
    chosen = catalogue.get_version(template, version)
    if chosen.deprecated_on is not None:
        raise Refused("fleet.deprecated", field="version", version=version)
    found = _found(chosen, apps)
    try:
        return _begun(actor, person, chosen, found, terms, reason.strip())
    except IntegrityError as error:
        raise Conflict("fleet.under_way", template=template) from error


def _check(terms: Terms, reason: str) -> None:
    limits = {
        "canary": (terms.canary, 0, APPS_MAX),
        "parallel": (terms.parallel, 1, PARALLEL_MAX),
        "failures_max": (terms.failures_max, 1, APPS_MAX),
    }
    for field, (value, least, most) in limits.items():
        if not least <= value <= most:
            raise Refused("fleet.number", field=field, least=least, limit=most)
    if len(reason) > REASON_MAX:
        raise Refused("fleet.reason", field="reason", limit=REASON_MAX)


def _found(version: TemplateVersion, apps: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """The apps with the version that each has, in the order given."""
    wanted = list(dict.fromkeys(apps))
    if not 1 <= len(wanted) <= APPS_MAX:
        raise Refused("fleet.apps", field="apps", limit=APPS_MAX)
    rows = selectors.standing().filter(id__in=wanted, template_id=version.template_id)
    known = dict(rows.values_list("id", "release__template_version__version"))
    if lost := [app for app in wanted if app not in known]:
        raise Refused("fleet.not_of_template", field="apps", value=str(lost[0]))
    return [(app, known[app]) for app in wanted]


@transaction.atomic
def _begun(
    actor: Actor,
    person: Person,
    version: TemplateVersion,
    apps: Sequence[tuple[UUID, str]],
    terms: Terms,
    reason: str,
) -> Upgrade:
    upgrade = Upgrade.objects.create(
        template=version.template,
        version=version,
        canary=min(terms.canary, len(apps)),
        wait_after_canary=terms.wait_after_canary,
        parallel=terms.parallel,
        failures_max=terms.failures_max,
        reason=reason,
        author=person,
        author_label=actor.label[:200],
    )
    Item.objects.bulk_create(
        Item(upgrade=upgrade, app_id=app, place=place, before=before)
        for place, (app, before) in enumerate(apps, start=1)
    )
    told = {"apps": len(apps), "version": version.version, **vars(terms)}
    audit.record(
        actor=actor,
        verb="fleet.started",
        target_kind="fleet_upgrade",
        target_id=upgrade.id,
        target_label=str(upgrade),
        reason=reason,
        after=told,
    )
    return upgrade
