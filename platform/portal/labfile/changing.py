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
from apps.projects.models import GroupMapping, Membership, Project
from apps.quotas import selectors as quotas
from apps.quotas import services as quotas_services
from apps.workloads import services as workloads
from kernel.actors import Actor
from kernel.errors import Forbidden, Refused
from kernel.units import Amounts
from portal.labfile.reading import lines
from portal.labfile.rows import YES_NO, Row

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
        self._groups: dict[str, set[str]] = {}
        self.leaving: list[Row] = []  #: projects to be archived, once all else is done
        self.changes: list[Change] = []

    @property
    def named(self) -> list[str]:
        """The projects that the file names."""
        return sorted(self._projects)

    def take(self, row: Row, owner: Row | None) -> None:
        """Make it so; raises what the services raise."""
        if row.kind == "project":
            self._project(row, owner)
            return
        takes = {"quota": self._quota, "grant": self._grant, "member": self._member, "group": self._group}
        try:
            takes[row.kind](row)
        except Forbidden as error:
            if self._of(row).archived_at is None:
                raise
            raise Refused("import.archived", field="project") from error

    def _project(self, row: Row, owner: Row | None) -> None:
        found, archived = projects.by_slug(row.project), _archived(row)
        if found is None:
            self._projects[row.project] = self._found(row, owner)
            self.leaving += [row] if archived == "yes" else []
            return
        self._projects[row.project] = found = self._stands(row, _shared(found), archived)
        said = {name: text for name, text in row.values.items() if name != "archived"}
        told = {name: text for name, text in said.items() if text != lines(getattr(found, name))}
        if told and found.archived_at is not None:
            raise Refused("import.archived", field="project")
        if told:
            projects_services.change_project(actor=self._actor, person=self._person, project=found, **told)
        for name, text in told.items():
            self._note("project", row.project, name, getattr(found, name), text)

    def _stands(self, row: Row, project: Project, archived: str) -> Project:
        """Bring it back where the file says so, or note that it is to be put away."""
        if project.archived_at is None:
            self.leaving += [row] if archived == "yes" else []
            return project
        if not archived:
            raise Refused("import.archived", field="project")
        if archived == "no":
            project = projects_services.restore(
                actor=self._actor, person=self._person, project=project, reason=_REASON
            )
            self._note("project", row.project, "archived", "yes", "no")
        return project

    def put_away(self, row: Row) -> None:
        """Archive it. Raises Conflict naming the apps that run."""
        project = self._projects[row.project]
        workloads.archive_project(actor=self._actor, person=self._person, project=project, reason=_REASON)
        self._note("project", row.project, "archived", "", "yes")

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
            if name != "archived":
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

    def _grant(self, row: Row) -> None:
        """Limits for a time: each is above the lasting one. One in use above it already stands as it is."""
        project, day = self._of(row), date.fromisoformat(row.values["ends_on"])
        stands = {each.dimension: each for each in quotas.figures(project.id)}
        told = {name: int(text) for name, text in row.values.items() if name in stands}
        for name, limit in told.items():
            figure = stands[name]
            if limit <= figure.base_limit:
                raise Refused("quota.grant_below_base", field=f"limits.{name}", base=figure.base_limit)
            if (max(limit, figure.used + figure.reserved), day) == (figure.limit, figure.granted_until):
                continue
            quotas_services.set_limit(
                actor=self._actor, project=project, limits={name: limit}, reason=_REASON, until=day
            )
            self._note(
                "grant", row.project, name, _as(str(figure.limit), figure.granted_until), _as(str(limit), day)
            )

    def _group(self, row: Row) -> None:
        """A group has one role in a project: another one takes its place."""
        project, path, role = self._of(row), row.values["group"], row.values["role"]
        self._groups.setdefault(row.project, set()).add(path)
        stands = projects.mappings().filter(project=project, path=path).first()
        if stands is not None and stands.role == role:
            return
        if stands is not None:
            self._unmap(stands)
        projects_services.map_group(
            actor=self._actor, person=self._person, path=path, project=project, role=role
        )
        self._note("group", row.project, path, stands.role if stands else "", role)

    def _unmap(self, mapping: GroupMapping) -> None:
        if mapping.project.archived_at is not None:
            raise Refused("import.archived", field="project")
        projects_services.unmap_group(actor=self._actor, person=self._person, mapping_id=mapping.id)

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
        """Take out members and groups that the file, naming some, leaves out; what groups give stays."""
        for mapping in projects.mappings().filter(project__slug=slug) if slug in self._groups else ():
            if mapping.path not in self._groups[slug]:
                self._unmap(mapping)
                self._note("group", slug, mapping.path, mapping.role, "")
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
            if _shared(found).archived_at is not None:
                raise Refused("import.archived", field="project")
            self._projects[row.project] = found
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


def _shared(project: Project) -> Project:
    if project.kind == ProjectKind.PERSONAL:
        raise Refused("import.personal", field="project")
    return project


def _archived(row: Row) -> str:
    """`yes`, `no`, or nothing where the file does not say."""
    return YES_NO.get(row.values.get("archived", "").lower(), "")


def _as(what: str, ends_on: date | None) -> str:
    return f"{what}, {ends_on.isoformat()}" if ends_on else what


def _label(person: Person) -> str:
    return person.email or person.label
