"""One row at a time: what is not yet as it says is made so, by the rooms' own services, and noted."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from apps.accounts import selectors as accounts
from apps.accounts import services as accounts_services
from apps.accounts.models import Person
from apps.projects import selectors as projects
from apps.projects import services as projects_services
from apps.projects.enums import ProjectKind
from apps.projects.models import Membership, Project
from apps.quotas import selectors as quotas
from apps.quotas import services as quotas_services
from kernel.actors import Actor
from kernel.errors import Refused
from kernel.units import Amounts
from portal.labfile.reading import lines
from portal.labfile.rows import Row

_REASON = "import"


@dataclass(frozen=True)
class Change:
    """One difference. `what` is a column, or who; empty before: it is new; empty after: it goes."""

    kind: str
    project: str
    what: str
    before: str
    after: str


class Lab:
    """The lab while a file is tried on it."""

    def __init__(self, actor: Actor, person: Person) -> None:
        """In whose name: `person` has the rights of an administrator."""
        self._actor, self._person = actor, person
        self._projects: dict[str, Project] = {}
        self._members: dict[str, dict[object, Membership]] = {}
        self._lines: dict[tuple[str, object], int] = {}
        self.changes: list[Change] = []

    @property
    def named(self) -> list[str]:
        """The projects that the file names."""
        return sorted(self._projects)

    def take(self, row: Row, owner: Row | None) -> None:
        """Make it so; raises what the services raise."""
        if row.kind == "project":
            self._project(row, owner)
        elif row.kind == "quota":
            self._quota(row)
        else:
            self._member(row)

    def _project(self, row: Row, owner: Row | None) -> None:
        found = projects.by_slug(row.project)
        if found is None:
            self._projects[row.project] = self._found(row, owner)
            return
        self._projects[row.project] = _open(found)
        told = {name: text for name, text in row.values.items() if text != lines(getattr(found, name))}
        if told:
            projects_services.change_project(actor=self._actor, person=self._person, project=found, **told)
        for name, text in told.items():
            self._note("project", row.project, name, getattr(found, name), text)

    def _found(self, row: Row, owner: Row | None) -> Project:
        if owner is None:
            raise Refused("import.owner", field="project")
        person = self._who(owner)
        made = projects_services.create_shared(
            actor=self._actor,
            slug=row.project,
            name=row.values["name"],
            description=row.values.get("description", ""),
            owner=person,
        )
        quotas_services.open_ledger(project=made, limits=Amounts.of(settings.DEFAULT_QUOTA))
        for name, text in row.values.items():
            self._note("project", row.project, name, "", text)
        self._note("member", row.project, _label(person), "", "owner")
        return made

    def _quota(self, row: Row) -> None:
        project = self._of(row)
        stands = {each.dimension: each.base_limit for each in quotas.figures(project.id)}
        told = {name: int(text) for name, text in row.values.items() if int(text) != stands.get(name)}
        if told:
            quotas_services.set_limit(actor=self._actor, project=project, limits=told, reason=_REASON)
        for name, limit in told.items():
            self._note("quota", row.project, name, str(stands.get(name, "")), str(limit))

    def _member(self, row: Row) -> None:
        project, person = self._of(row), self._who(row)
        first = self._lines.setdefault((row.project, person.id), row.line)
        if first != row.line:
            raise Refused("import.twice", field="email", line=first)
        role, day = row.values["role"], row.values.get("ends_on")
        ends_on = date.fromisoformat(day) if day else None
        stands = self._of_project(project).get(person.id)
        if stands is None:
            projects_services.add_member(
                actor=self._actor,
                person=self._person,
                project=project,
                member=person,
                role=role,
                ends_on=ends_on,
            )
            self._note("member", row.project, _label(person), "", _as(role, ends_on))
            return
        before = _as(stands.role, stands.ends_on)
        after = _as(role, ends_on or stands.ends_on)
        if before != after:
            projects_services.change_member(
                actor=self._actor,
                person=self._person,
                project=project,
                membership_id=stands.id,
                role=role,
                until=projects_services.Until(ends_on) if ends_on else None,
            )
            self._note("member", row.project, _label(person), before, after)

    def prune(self, slug: str) -> None:
        """Take out whom the file does not name, if it names any member; what groups give stays."""
        if not any(project == slug for project, _ in self._lines):
            return
        project = self._projects[slug]
        for person_id, stands in self._of_project(project).items():
            if (slug, person_id) in self._lines or stands.group:
                continue
            projects_services.remove_member(
                actor=self._actor,
                person=self._person,
                project=project,
                membership_id=stands.id,
                reason=_REASON,
            )
            self._note("member", slug, _label(stands.person), _as(stands.role, stands.ends_on), "")

    def _of(self, row: Row) -> Project:
        """The project that a row of something else belongs to."""
        if row.project not in self._projects:
            found = projects.by_slug(row.project)
            if found is None:
                raise Refused("import.project", field="project")
            self._projects[row.project] = _open(found)
        return self._projects[row.project]

    def _of_project(self, project: Project) -> dict[object, Membership]:
        if project.slug not in self._members:
            found = Membership.objects.filter(project=project).select_related("person")
            self._members[project.slug] = {each.person_id: each for each in found}
        return self._members[project.slug]

    def _who(self, row: Row) -> Person:
        if "email" in row.values:
            return accounts_services.find_or_invite(email=row.values["email"])
        found = accounts.by_subject(settings.OIDC_ISSUER, row.values["subject"])
        if found is None:
            raise Refused("import.subject", field="subject")
        return found

    def _note(self, kind: str, project: str, what: str, before: str, after: str) -> None:
        self.changes.append(Change(kind, project, what, before, after))


def _open(project: Project) -> Project:
    if project.kind == ProjectKind.PERSONAL:
        raise Refused("import.personal", field="project")
    if project.archived_at is not None:
        raise Refused("import.archived", field="project")
    return project


def _as(role: str, ends_on: date | None) -> str:
    return f"{role}, {ends_on.isoformat()}" if ends_on else role


def _label(person: Person) -> str:
    return person.email or person.label
