"""The lab as the file that would make it so: what is read back changes nothing."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import yaml
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.enums import ProjectKind
from apps.projects.models import Membership, Project
from apps.projects.permissions import current
from apps.quotas.models import Counter as Limit
from kernel.cells import disarm
from kernel.units import DIMENSIONS
from portal.labfile.rows import ALL


def as_csv() -> str:
    """Projects, their quotas, their members. Formulas disarmed; undone when it is read."""
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
        if kind == "project":
            project |= row
        elif kind == "quota":
            project["quota"] = {name: int(value) for name, value in row.items()}
        else:
            project.setdefault("members", []).append(row)
    whole = {"projects": list(tree.values())}
    return str(yaml.dump(whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False))


def _rows() -> Iterator[dict[str, str]]:
    """Shared projects that are not archived; members given by hand, whose membership has not ended."""
    found = list(Project.objects.filter(kind=ProjectKind.SHARED, archived_at=None).order_by("slug"))
    ids = [project.id for project in found]
    limits: dict[Any, dict[str, str]] = defaultdict(dict)
    for counter in Limit.objects.filter(project_id__in=ids):
        limits[counter.project_id][counter.dimension] = str(counter.base_limit)
    members: dict[Any, list[Membership]] = defaultdict(list)
    of_hand = Membership.objects.filter(current(timezone.localdate()), project_id__in=ids, group="")
    for each in of_hand.select_related("person").order_by("created_at", "id"):
        members[each.project_id].append(each)
    several = _several()
    for project in found:
        told = {"name": project.name, "description": project.description}
        yield {"kind": "project", "project": project.slug, **_filled(told)}
        stands = limits[project.id]
        quota = {name: stands[name] for name in DIMENSIONS if name in stands}
        if quota:
            yield {"kind": "quota", "project": project.slug, **quota}
        for each in members[project.id]:
            ends = each.ends_on.isoformat() if each.ends_on else ""
            told = {**_who(each.person, several), "role": each.role, "ends_on": ends}
            yield {"kind": "member", "project": project.slug, **_filled(told)}


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
