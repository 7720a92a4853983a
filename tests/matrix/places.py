"""What stands in the matrix: the cast's project, another's, one put away, one without its app, and none."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.enums import LabRole
from apps.accounts.models import ApiToken, Person
from apps.approvals import services as approvals
from apps.approvals.models import Absence, Rule
from apps.fleet.models import Upgrade
from apps.notices import services as notices
from apps.notices.models import Notice, Outbox
from apps.projects.enums import Role
from apps.projects.models import Departure, GroupMapping, Invitation, Project
from apps.projects.selectors import personal_of
from apps.workloads.models import Handover
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue, people, projects
from tests.factories.apps import remove, submit
from tests.factories.volumes import a_snapshot

LARGE = {"cpu_mhz": 8000, "memory_mib": 8192}
KEY = "no-such-key"


OF_TEMPLATES = ("approvals:request-app", "approvals:preview")  #: addresses whose slug is a template's


@dataclass(frozen=True)
class Place:
    """The values of the addresses' parts; `pk` depends on the resource."""

    ids: dict[str, Any] = field(default_factory=dict)
    pks: dict[str, Any] = field(default_factory=dict)

    def kwargs(self, name: str, wanted: set[str]) -> dict[str, Any]:
        """What an address of this name needs."""
        resource = name.removeprefix("api:").split("-")[0]
        known = {**self.ids, "pk": self.pks.get(resource)}
        if name == "quotas:member-ceiling":
            known["slug"] = known["personal"]
        if name in OF_TEMPLATES or name.startswith("catalogue:") or resource == "templates":
            known["slug"] = "page"
        return {part: known[part] for part in wanted}


def furnish(project: Project, developer: Person, chain: Chain, label: str) -> Place:
    """One of everything that belongs to a project, made by a developer of it."""
    newcomer = projects.member(project, people.person(f"zoe-{label}"), Role.VIEWER)
    made = submit(developer, f"wiki-{label}", project_id=project.id)
    chain.until(made.app, ObservedState.RUNNING)
    waits = submit(
        developer, f"huge-{label}", project_id=project.id, resources=LARGE, reason="A course in May"
    )
    invited = Invitation.objects.create(
        project=project,
        email=f"guest-{label}@lab.example",
        role=Role.VIEWER,
        digest=uuid4().hex,
        inviter=developer,
        expires_at=timezone.now() + timedelta(days=3),
    )
    # Of and to the same project, so that its owners may answer it and take it back.
    offered = Handover.objects.create(
        app=made.app,
        from_project=project,
        to_project=project,
        to_slug=project.slug,
        expires_at=timezone.now() + timedelta(days=3),
    )
    known = personal_of(developer)
    assert known is not None
    assert waits.request is not None
    assert made.operation is not None
    said = approvals.comment(
        actor=actor(developer),
        person=developer,
        request_id=waits.request.id,
        text="the plan",
        file=SimpleUploadedFile("plan.txt", b"as it is"),
    )
    snapshot = a_snapshot(made.app)
    ids = {
        "name": snapshot.volume.name,
        "volume": snapshot.volume.name,
        "snapshot_id": snapshot.id,
        "slug": project.slug,
        "message_id": said.id,
        "personal": known.slug,
        "app": made.app.name,
        "project_id": project.id,
        "app_id": made.app.id,
        "request_id": waits.request.id,
        "handover_id": offered.id,
        "membership_id": newcomer.id,
        "member_id": newcomer.id,
        "invitation_id": invited.id,
    }
    pks = {
        "projects": project.id,
        "apps": made.app.id,
        "requests": waits.request.id,
        "handovers": offered.id,
        "operations": made.operation.id,
    }
    return Place(ids, pks)


def put_away(project: Project) -> None:
    """Archive it with all that it holds, as if its apps had ended."""
    Project.objects.filter(id=project.id).update(archived_at=timezone.now())


def bury(place: Place, owner: Person, chain: Chain) -> None:
    """Delete its app, until nothing of it is left outside."""
    app = remove(owner, place.ids["app_id"]).app
    chain.until(app, ObservedState.GONE)


def nowhere() -> Place:
    """Ids that nothing has."""
    ids: dict[str, Any] = dict.fromkeys(
        [
            *("project_id", "app_id", "request_id", "message_id", "membership_id", "member_id"),
            *("snapshot_id", "handover_id"),
        ],
        uuid4(),
    )
    ids |= {"name": "never-was", "volume": "never-was"}
    ids |= {"invitation_id": uuid4(), "slug": "never-was", "personal": "never-was", "app": "never-was"}
    return Place(ids, dict.fromkeys(["projects", "apps", "requests", "operations", "handovers"], uuid4()))


def personal(person: Person, admin: Person) -> Place:
    """What belongs to one person or to the lab: a token, a notice, a rule, an absence and so on."""
    token = ApiToken.objects.create(
        person=person,
        name="laptop",
        key=uuid4().hex[:12],
        digest="0" * 64,
        scopes=[],
        expires_at=timezone.now() + timedelta(days=1),
    )
    notices.notify(
        kind="app.failed", recipients=[person.id], params={"app": "wiki", "project": "g"}, path="/apps/"
    )
    today = timezone.localdate()
    deputy = people.person("deputy", lab_role=LabRole.ADMIN)
    absence = Absence.objects.create(
        person=admin, deputy=deputy, from_on=today, to_on=today + timedelta(days=1)
    )
    rule = Rule.objects.create(name="small", place=1, author=admin)
    leaver = people.person("leaver", is_active=False)
    mapping = GroupMapping.objects.create(
        path="/lab/matrix", project=projects.shared("mapped", leaver), role=Role.VIEWER
    )
    notice = Notice.objects.latest("created_at")
    departure = Departure.objects.create(person=leaver)
    given_up = Outbox.objects.latest("id")
    Outbox.objects.filter(id=given_up.id).update(tries=1, error="refused")
    upgrade = _upgrade(admin)
    ids = {
        "template": "page",
        "upgrade_id": upgrade.id,
        "admin": admin.id,
        "deputy": deputy.id,
        "token_id": token.id,
        "notice_id": notice.id,
        "absence_id": absence.id,
        "rule_id": rule.id,
        "mapping_id": mapping.id,
        "departure_id": departure.id,
        "row_id": given_up.id,
        "key": KEY,
        "token": KEY,
        "sha256": "0" * 64,
        "code": "task.exit",
        "number": 1,
        "name": "page.zip",
    }
    pks = {
        "tokens": token.id,
        "notices": notice.id,
        "absences": absence.id,
        "rules": rule.id,
        "groups": mapping.id,
        "departures": departure.id,
        "invitations": uuid4(),
        "fleet": upgrade.id,
    }
    return Place(ids, pks)


def _upgrade(admin: Person) -> Upgrade:
    """An upgrade of many apps that is under way, of a template that nobody else upgrades."""
    version = catalogue.template("fleet")
    return Upgrade.objects.create(template=version.template, version=version, author=admin)


@dataclass(frozen=True)
class World:
    """The places, and who looks at them."""

    places: dict[str, Place]
    actors: dict[str, Person | None]
    chain: Chain


def build(cast: dict[str, Person], own: Project, use: Callable[[Chain], None]) -> World:
    """Alice develops, dana owns, vera looks; nobody of them is in `physics`; `history` is put away."""
    chain = Chain()
    use(chain)
    vera = people.person("vera")
    projects.member(own, vera, Role.VIEWER)
    elsewhere = people.person("yann")
    projects.personal(elsewhere)
    physics = projects.shared("physics", elsewhere)
    history = projects.shared("history", cast["dana"])
    projects.member(history, cast["alice"], Role.DEVELOPER)
    projects.member(history, vera, Role.VIEWER)
    mine = personal(cast["alice"], cast["bob"])
    placed = {
        "own": furnish(own, cast["alice"], chain, "own"),
        "other": furnish(physics, elsewhere, chain, "other"),
        "archived": furnish(history, cast["alice"], chain, "old"),
        "deleted": furnish(own, cast["alice"], chain, "gone"),
        "nonexistent": nowhere(),
    }
    put_away(history)
    bury(placed["deleted"], cast["dana"], chain)
    places = {
        name: Place({**mine.ids, **place.ids}, {**mine.pks, **place.pks}) for name, place in placed.items()
    }
    actors: dict[str, Person | None] = {
        "anonymous": None,
        "stranger": cast["charlie"],
        "viewer": vera,
        "developer": cast["alice"],
        "owner": cast["dana"],
        "auditor": cast["erik"],
        "admin": cast["bob"],
    }
    return World(places, actors, chain)
