"""What a request would take of the quota, and whether it starts at once or somebody decides."""

import json
from dataclasses import dataclass, field

from apps.accounts.models import Person
from apps.approvals.enums import RequestKind
from apps.approvals.forms import ResourcesForm
from apps.approvals.models import Request
from apps.approvals.rules import choose
from apps.approvals.selectors import rules
from apps.catalogue import selectors as catalogue
from apps.catalogue.manifests.model import Manifest
from apps.projects.models import Project
from apps.quotas import selectors as quotas
from apps.quotas.selectors import Projection
from apps.workloads import services as workloads
from apps.workloads.models import App
from apps.workloads.services import Plan
from kernel.errors import Missing, Refused
from kernel.units import Amounts
from orchestration.specs import Resources

_DIGITS = 15  # beyond what any machine has, and within what a counter holds


@dataclass(frozen=True)
class Foreseen:
    """The right column of the form."""

    resources: Resources | None
    projections: tuple[Projection, ...] = ()
    at_once: bool = False  #: a rule lets it start without anybody deciding
    calls: dict[str, str] = field(default_factory=dict)
    job: str = ""

    @property
    def fits(self) -> bool:
        """Whether the quota allows it."""
        return all(each.fits for each in self.projections)

    @property
    def changed(self) -> list[Projection]:
        """Dimensions that it touches, or that the project has at all."""
        return [each for each in self.projections if each.asked or each.limit]


def chosen(main: ResourcesForm) -> dict[str, object]:
    """Size and figures, as far as they can be read yet."""
    found: dict[str, object] = {"size": main["size"].value()}
    for name in main.figures:
        text = str(main[name].value() or "")
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
            found[name] = int(text)
    return found


def told(resources: Resources | None) -> dict[str, int]:
    """Resources as the API takes them, noughts left out."""
    return {key: value for key, value in vars(resources).items() if value} if resources else {}


def foresee(
    manifest: Manifest,
    main: ResourcesForm,
    person: Person,
    project: Project | None,
    app: App | None = None,
    rollout: workloads.Rollout = workloads.ROLLING,
) -> Foreseen:
    """Project the quota for chosen resources; where they are out of bounds only that is known."""
    try:
        resources = catalogue.resources_of(manifest, chosen(main))
    except Refused:
        return Foreseen(None)
    if project is None:
        return Foreseen(resources)
    beside = workloads.beside(app, rollout) if app else ()
    amounts = workloads.charge(resources, beside)
    projections = quotas.what_if(project.id, amounts, app.id if app else None, quotas.figures(project.id))
    return Foreseen(resources, projections, _at_once(manifest, amounts, person, project, app))


def _at_once(manifest: Manifest, amounts: Amounts, person: Person, project: Project, app: App | None) -> bool:
    """Whether one of the lab's rules would decide it."""
    asked = Request(
        kind=RequestKind.CHANGE if app else RequestKind.APP,
        project=project,
        requester=person,
        app=app,
        payload={"template": manifest.slug},
        amounts=amounts.as_dict(),
    )
    try:
        facts = rules.facts_of(asked, rules.Seen(always=manifest.approval == "always"))
    except Missing:
        return False
    return choose(rules.candidates(), facts).rule is not None


def job_text(app: App, planned: Plan) -> str:
    """The job as it would be sent to the cluster, to be read."""
    return json.dumps(workloads.draft_job(app, planned), indent=2, ensure_ascii=False)
