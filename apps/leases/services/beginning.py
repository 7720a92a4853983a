"""The first last day of an app."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from apps.catalogue.manifests.model import Manifest
from apps.leases import selectors
from apps.leases.rules import check_end
from apps.projects.models import Project
from apps.workloads.models import App


def chosen_end(*, project: Project, manifest: Manifest, ends_on: date | None) -> date:
    """The day that was chosen, or where none was the one that the terms give.

    Raises Refused naming `ends_on` for a day that is over or beyond the maximum.
    """
    terms, today = selectors.terms(project, manifest), timezone.localdate()
    if ends_on is None:
        return terms.first(today)
    check_end(ends_on, terms, today)
    return ends_on


@transaction.atomic(savepoint=False)  # whoever calls it gives up all of it with this
def begin(*, app: App, manifest: Manifest) -> None:
    """The lease of an app that is granted now. A day that passed while it waited becomes the terms' one."""
    today = timezone.localdate()
    if app.ends_on is None or app.ends_on <= today:
        app.ends_on = selectors.terms(app.project, manifest).first(today)
    app.lease_since = timezone.now()
    app.save(update_fields=("ends_on", "lease_since"))
