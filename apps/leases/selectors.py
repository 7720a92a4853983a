"""Reading leases: the terms that hold, what comes when, and how long one may be renewed."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from apps.catalogue import selectors as catalogue
from apps.catalogue.manifests.model import Manifest
from apps.leases.enums import Move
from apps.leases.models import ProjectTerms, Renewal
from apps.leases.rules import Delays, Lease, Next, Terms, combined, upcoming
from apps.leases.transitions import TABLE
from apps.projects.models import Project
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App

_RENEWABLE = TABLE[Move.RENEW].sources
_HISTORY = 10


@dataclass(frozen=True)
class Shown:
    """A lease as its page shows it."""

    state: LeaseState
    ends_on: date | None
    always_on: bool
    next: Next | None
    renewable: bool  #: whether a renewal is possible now
    renews_to: date  #: the last day that one click gives
    last: date  #: the latest last day that can be chosen without asking anybody
    terms: Terms

    @property
    def over(self) -> bool:
        """Whether its end has stopped it: then it is renewed before it is started."""
        return self.state in {LeaseState.ASLEEP_EXPIRED, LeaseState.ARCHIVED}

    @property
    def near(self) -> bool:
        """Whether its end is near or has come."""
        return self.state not in {LeaseState.ACTIVE, LeaseState.PURGED}


def lab_terms() -> Terms:
    """As the lab's settings say."""
    most = max(1, settings.LEASE_MAX_DAYS)
    return Terms(max(1, min(settings.LEASE_DAYS, most)), most)


def project_terms(project: Project) -> tuple[int | None, int | None]:
    """Default and maximum that an admin set for the project, in days."""
    row = ProjectTerms.objects.filter(project=project).first()
    return (row.default_days, row.max_days) if row else (None, None)


def terms(project: Project, manifest: Manifest | None) -> Terms:
    """What holds for an app of this template in this project."""
    of_template = (manifest.lease.default_days, manifest.lease.max_days) if manifest else (None, None)
    return combined(lab_terms(), project_terms(project), of_template)


def terms_of(app: App) -> Terms:
    """What holds for an app."""
    release = app.release
    return terms(app.project, catalogue.manifest(release.template_version) if release else None)


def delays() -> Delays:
    """How long each stage lasts."""
    return Delays(settings.LEASE_GRACE_DAYS, settings.LEASE_ASLEEP_DAYS, settings.LEASE_ARCHIVE_DAYS)


def lease(app: App) -> Lease:
    """An app's lease, as the rules read it; one that is always on does not end."""
    ends_on = None if app.always_on else app.ends_on
    return Lease(LeaseState(app.lease_state), ends_on, app.lease_since, app.lease_warned_at)


def next_of(app: App) -> Next | None:
    """What comes next for an app, and when; nothing for one that does not stand, or was deleted."""
    if app.gone_at is not None or app.desired == Desired.REQUESTED or deleted_by_hand(app):
        return None
    return upcoming(lease(app), delays())


def deleted_by_hand(app: App) -> bool:
    """Whether somebody deleted it: then its retention runs, and its lease waits."""
    gone = {Desired.ARCHIVED, Desired.ABSENT}
    return app.desired in gone and app.lease_state not in {LeaseState.ARCHIVED, LeaseState.PURGED}


def shown(app: App) -> Shown:
    """Everything that an app's page says of its lease."""
    found, today = terms_of(app), timezone.localdate()
    standing = app.gone_at is None and app.desired != Desired.REQUESTED and not deleted_by_hand(app)
    one_click = found.first(today)
    return Shown(
        state=LeaseState(app.lease_state),
        ends_on=app.ends_on,
        always_on=app.always_on,
        next=next_of(app),
        renewable=standing
        and not app.always_on
        and app.lease_state in _RENEWABLE
        and (app.ends_on is None or found.last(today) > app.ends_on),
        renews_to=one_click if app.ends_on is None or one_click > app.ends_on else found.last(today),
        last=found.last(today),
        terms=found,
    )


def renewals(app: App) -> list[Renewal]:
    """The last renewals, the newest first."""
    return list(Renewal.objects.filter(app=app).order_by("-at", "-id")[:_HISTORY])
