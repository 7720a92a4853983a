"""What an upgrade would do to each app, before it begins."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.models import Person
from apps.catalogue.models import TemplateVersion
from apps.fleet.services.one import Planned, plan_upgrade
from apps.quotas import selectors as quotas
from apps.workloads.models import App
from kernel.errors import Conflict, Missing, PaillasseError, QuotaExceeded, Refused, RefusedMany, Shortfall
from kernel.units import Amounts


@dataclass(frozen=True)
class Foreseen:
    """What an upgrade would do to one app, or why it cannot."""

    app: App
    before: str
    changes: tuple[str, ...] = ()  #: parts of the job that become others: image, settings...
    dropped: tuple[str, ...] = ()  #: answers that the version no longer asks for
    refusals: tuple[PaillasseError, ...] = ()

    @property
    def able(self) -> bool:
        """Whether nothing stands against it now."""
        return not self.refusals


def foresee(person: Person, version: TemplateVersion, apps: Sequence[App]) -> list[Foreseen]:
    """What it would do to each; nothing is kept."""
    return [_foreseen(person, version, app) for app in apps]


def _foreseen(person: Person, version: TemplateVersion, app: App) -> Foreseen:
    before = app.release.template_version.version if app.release else ""
    try:
        planned = plan_upgrade(person=person, app=app, version=version.version)
    except RefusedMany as many:
        return Foreseen(app, before, refusals=tuple(many.refusals))
    except (Refused, Conflict, Missing) as error:
        return Foreseen(app, before, refusals=(error,))
    return Foreseen(app, before, planned.changes, planned.dropped, _short(app, planned))


def _short(app: App, planned: Planned) -> tuple[PaillasseError, ...]:
    """What of the quota the version lacks: one that needs more room than the app has."""
    asked = quotas.what_if(app.project_id, Amounts.of(planned.plan.amounts()), app.id)
    short = [
        Shortfall(each.dimension, each.used, each.reserved, each.asked, each.limit)
        for each in asked
        if not each.fits and each.asked > 0
    ]
    return (QuotaExceeded(short),) if short else ()
