"""The lab as the file that would make it so: what is read back changes nothing."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeVar

import yaml
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.enums import ProjectKind
from apps.projects.models import GroupMapping, Membership, Project
from apps.projects.permissions import current
from apps.quotas.models import Counter as Limit
from kernel.cells import disarm
from kernel.units import DIMENSIONS
from portal.labfile.rows import ALL

_Of = TypeVar("_Of", Limit, Membership, GroupMapping)


def as_csv() -> str:
    """Projects, their quotas and grants, their members and groups. Formulas are disarmed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ALL)
    writer.writeheader()
    for row in _rows():
        writer.writerow({name: disarm(value) for name, value in row.items()})
    return text.getvalue()


class _Dumper(yaml.SafeDumper):
    """YAML knows more ends of lines than we do: a text that holds one is quoted, and the end escaped."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if set(text) & set("\x85\u2028\u2029") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml() -> str:
    """The same as a tree."""
    tree: dict[str, dict[str, Any]] = {}
    for row in _rows():
        kind, slug = row.pop("kind"), row.pop("project")
        project = tree.setdefault(slug, {"slug": slug})
        told = {name: int(value) if name in DIMENSIONS else value for name, value in row.items()}
        if kind == "project":
            project |= {**told, **({"archived": True} if "archived" in told else {})}
        elif kind == "quota":
            project["quota"] = told
        else:
            project.setdefault(f"{kind}s", []).append(told)
    whole = {"projects": list(tree.values())}
    return str(yaml.dump(whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False))


def _rows() -> Iterator[dict[str, str]]:
    """Shared projects, archived ones too; members given by hand, whose membership has not ended."""
    found = list(Project.objects.filter(kind=ProjectKind.SHARED).order_by("slug"))
    limits, members, groups = _of_each(_limits()), _of_each(_members()), _of_each(_groups())
    several = _several()
    for project in found:
        archived = "yes" if project.archived_at else ""
        told = {"name": project.name, "description": project.description, "archived": archived}
        yield {"kind": "project", "project": project.slug, **_filled(told)}
        stands = {each.dimension: each for each in limits[project.id]}
        ordered = [stands[name] for name in DIMENSIONS if name in stands]
        if ordered:
            quota = {each.dimension: str(each.base_limit) for each in ordered}
            yield {"kind": "quota", "project": project.slug, **quota}
        for day, grant in _grants(ordered):
            yield {"kind": "grant", "project": project.slug, "ends_on": day.isoformat(), **grant}
        for each in members[project.id]:
            ends = each.ends_on.isoformat() if each.ends_on else ""
            told = {**_who(each.person, several), "role": each.role, "ends_on": ends}
            yield {"kind": "member", "project": project.slug, **_filled(told)}
        for mapping in groups[project.id]:
            yield {"kind": "group", "project": project.slug, "group": mapping.path, "role": mapping.role}


def _of_each(found: Iterable[_Of]) -> dict[Any, list[_Of]]:
    """By project."""
    sorted_out: dict[Any, list[_Of]] = defaultdict(list)
    for each in found:
        sorted_out[each.project_id].append(each)
    return sorted_out


def _limits() -> "QuerySet[Limit]":
    return Limit.objects.filter(project__kind=ProjectKind.SHARED)


def _members() -> "QuerySet[Membership]":
    of_hand = Membership.objects.filter(
        current(timezone.localdate()), project__kind=ProjectKind.SHARED, group=""
    )
    return of_hand.select_related("person").order_by("created_at", "id")


def _groups() -> "QuerySet[GroupMapping]":
    return GroupMapping.objects.order_by("path")


def _grants(limits: Iterable[Limit]) -> list[tuple[date, dict[str, str]]]:
    """What lasts for a time, by its last day."""
    today, found = timezone.localdate(), dict[date, dict[str, str]]()
    for each in limits:
        if each.granted_until and each.granted_until >= today and each.limit > each.base_limit:
            found.setdefault(each.granted_until, {})[each.dimension] = str(each.limit)
    return sorted(found.items())


def _several() -> set[str]:
    """Verified addresses that more than one person has."""
    known = Person.objects.filter(email_verified=True, is_active=True).exclude(subject="")
    count = Counter(email.lower() for email in known.values_list("email", flat=True))
    return {email for email, times in count.items() if times > 1}


def _who(person: Person, several: set[str]) -> dict[str, str]:
    """By e-mail where it leads back to this person, else by subject."""
    leads_back = person.email_verified and person.is_active and person.email.lower() not in several
    if person.email and (leads_back or not person.subject):
        return {"email": person.email}
    return {"subject": person.subject}


def _filled(told: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in told.items() if text}
