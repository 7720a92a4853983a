"""A small world for the API: an app that runs, a request that waits, a member who may only look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from apps.accounts.enums import LabRole
from apps.accounts.models import Person
from apps.approvals.models import Absence, Request, Rule
from apps.approvals.services import absences, rules
from apps.fleet.models import Upgrade
from apps.notices import services as notices
from apps.notices.models import Notice
from apps.projects.enums import Role
from apps.projects.models import Departure, GroupMapping, Invitation, Membership, Project
from apps.volumes.models import Snapshot
from apps.workloads.models import App, Handover, Operation
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue, people, projects
from tests.factories.apps import submit
from tests.factories.volumes import a_snapshot

NORA = UUID("00000000-0000-4000-8000-0000000000ad")  # an admin besides bob
LARGE = {"cpu_mhz": 8000, "memory_mib": 8192}  # beyond any project's quota, within the template's bounds


@dataclass(frozen=True)
class World:
    """What stands, and who is there. alice deploys in the project, dana owns it, viewer looks."""

    chain: Chain
    project: Project
    app: App
    waiting: Request
    operation: Operation
    notice: Notice
    rule: Rule
    absence: Absence
    membership: Membership
    alice: Person
    viewer: Person
    invitation: Invitation
    mine: Invitation
    group: GroupMapping
    departure: Departure
    upgrade: Upgrade
    snapshot: Snapshot
    offered: Handover
    offer: Handover

    def path(self, template: str) -> str:
        """Fill in the ids: each field of the world by its name, {request}, {member}."""
        return template.format(
            project=self.project.id,
            app=self.app.id,
            request=self.waiting.id,
            operation=self.operation.id,
            notice=self.notice.id,
            rule=self.rule.id,
            absence=self.absence.id,
            member=self.membership.id,
            invitation=self.invitation.id,
            mine=self.mine.id,
            group=self.group.id,
            departure=self.departure.id,
            upgrade=self.upgrade.id,
            snapshot=self.snapshot.id,
            offered=self.offered.id,
            offer=self.offer.id,
        )


def build(alice: Person, genomics: Project, use: Callable[[Chain], None]) -> World:
    """Make it; `use` puts the fake lab in place of the drivers."""
    catalogue.template()
    chain = Chain()
    use(chain)
    viewer = projects.member(genomics, people.person("vera"), Role.VIEWER)
    made = submit(alice, "wiki", project_id=genomics.id)
    chain.until(made.app, ObservedState.RUNNING)
    waits = submit(alice, "huge", project_id=genomics.id, resources=LARGE, reason="A course in May")
    assert waits.request is not None
    assert made.operation is not None
    notices.notify(
        kind="app.failed",
        recipients=[alice.id],
        params={"app": made.app.label, "project": genomics.name},
        path=f"/apps/{made.app.id}/",
    )
    return World(
        chain,
        genomics,
        made.app,
        waits.request,
        made.operation,
        Notice.objects.latest("created_at"),
        *_lab(),
        viewer,
        alice,
        viewer.person,
        _invited(genomics, "zoe@lab.example"),
        _invited(projects.shared("proteins", people.person("paul")), alice.email),
        GroupMapping.objects.create(path="/lab/genomics", project=genomics, role=Role.VIEWER),
        Departure.objects.create(person=people.person("leaver", is_active=False)),
        _upgrade(),
        a_snapshot(made.app),
        _offered(submit(alice, "mine").app, genomics),
        _offered(submit(alice, "ours", project_id=genomics.id).app, None),
    )


def _offered(app: App, to: Project | None) -> Handover:
    """An app is offered to a project, or to one that nobody knows."""
    return Handover.objects.create(
        app=app,
        offered_by=app.requester,
        from_project=app.project,
        to_project=to,
        to_slug=to.slug if to else "unknown",
        expires_at=timezone.now() + timedelta(days=3),
    )


def _upgrade() -> Upgrade:
    """An upgrade of many apps that is under way, of a template that no call names."""
    version = catalogue.template("fleet")
    return Upgrade.objects.create(template=version.template, version=version)


def _invited(project: Project, email: str) -> Invitation:
    """Somebody is invited by an owner, a day ago."""
    owner = project.memberships.get(role=Role.OWNER).person
    return Invitation.objects.create(
        project=project,
        email=email,
        role=Role.VIEWER,
        inviter=owner,
        digest=email,
        expires_at=timezone.now() + timedelta(days=13),
    )


def _lab() -> tuple[Rule, Absence]:
    """A rule out of force, and an admin who will be away."""
    first = people.person("nora", person_id=NORA, lab_role=LabRole.ADMIN)
    second = people.person("omar", lab_role=LabRole.ADMIN)
    rule = rules.create_rule(actor=actor(first), person=first, name="narrow", terms={"days": 7})
    in_may = date(timezone.localdate().year + 1, 5, 1)
    absence = absences.enter_absence(
        actor=actor(first),
        person=first,
        away_id=first.id,
        deputy_id=second.id,
        from_on=in_may,
        to_on=in_may,
    )
    return rule, absence
