"""What a change of an app would bring about, for its form: difference, version, and the cluster's plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.approvals.services import Submitted
from apps.approvals.views.projected import job_text
from apps.base.messages import sentence
from apps.catalogue import selectors as catalogue
from apps.workloads import live
from apps.workloads import services as workloads
from apps.workloads.differences import Difference, difference
from apps.workloads.models import App, Release
from kernel.errors import OutsideError, PaillasseError


@dataclass(frozen=True)
class Changes:
    """What the change is made of, as far as the answers can be read."""

    submitted: Submitted | None = None
    difference: tuple[Difference, ...] = ()
    version: str = ""  #: the other version of the template that it moves to
    version_changes: tuple[catalogue.Change, ...] = ()

    @property
    def job(self) -> str:
        """The job as it would be sent."""
        return job_text(self.submitted.app, self.submitted.planned) if self.submitted else ""


def changes(release: Release, version: Any, dry_run: Callable[[], Submitted]) -> Changes:
    """Try it. What is wrong with the answers is said where the form is sent, not here."""
    moves = version.id != release.template_version_id
    told: tuple[catalogue.Change, ...] = ()
    if moves:
        told = catalogue.compare(catalogue.manifest(release.template_version), catalogue.manifest(version))
    number = version.version if moves else ""
    try:
        submitted = dry_run()
    except PaillasseError:
        return Changes(version=number, version_changes=told)
    draft = workloads.draft_release(submitted.app, submitted.planned)
    return Changes(submitted, difference(draft, release), number, told)


def cluster(app: App, submitted: Submitted | None) -> dict[str, Any]:
    """The context of workloads/foretold.html: Nomad's plan, or that it does not answer."""
    if submitted is None:
        return {"plan": None}
    try:
        return {"plan": live.foretold(app, submitted.planned)}
    except OutsideError as error:
        return {"plan": None, "unavailable": sentence(error)}
