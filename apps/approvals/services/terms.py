"""Reading what an admin writes into a rule: everything that is wrong is told at once."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from apps.approvals.rules import DAYS_MAX, KINDS, Terms
from apps.catalogue.models import Template
from apps.leases.services import LONGEST_DAYS
from apps.projects.enums import ProjectKind
from apps.projects.models import Project
from kernel.errors import Refused, RefusedMany
from kernel.units import DIMENSIONS

GROUP = re.compile(r"(/[^/\s][^/]*)+")  # a full path, as Keycloak writes it
AMOUNT_MAX = 2**53
GROUP_MAX = 300  # characters


def read_terms(given: Mapping[str, Any]) -> Terms:
    """The terms of a rule. Raises RefusedMany naming fields."""
    found: list[Refused] = []
    groups = _words(given, "groups")
    templates = _words(given, "templates")
    projects = _words(given, "projects")
    kinds = _words(given, "kinds")
    found += [
        Refused("rule.group", field="groups", value=each)
        for each in groups
        if not GROUP.fullmatch(each) or len(each) > GROUP_MAX
    ]
    found += _unknown("kinds", "rule.kind", kinds, KINDS)
    found += _unknown("templates", "rule.template", templates, _slugs(templates))
    found += _unknown("projects", "rule.project", projects, _ids(projects))
    kind = given.get("project_kind") or ""
    if kind and kind not in ProjectKind.values:
        found.append(Refused("rule.project_kind", field="project_kind", value=kind))
    most_asked, wrong_asked = _amounts(given, "most_asked")
    most_limit, wrong_limit = _amounts(given, "most_limit")
    days, wrong_days = _days(given, "days", DAYS_MAX)
    lease_days, wrong_lease = _days(given, "lease_days", LONGEST_DAYS)
    found += [*wrong_asked, *wrong_limit, *wrong_days, *wrong_lease]
    if found:
        raise RefusedMany(found)
    return Terms(groups, projects, kind, templates, kinds, most_asked, most_limit, days, lease_days)


def _words(given: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(str(each).strip() for each in given.get(name) or () if str(each).strip())


def _unknown(name: str, code: str, given: Iterable[str], known: Iterable[str]) -> list[Refused]:
    return [Refused(code, field=name, value=each) for each in sorted(set(given) - set(known))]


def _slugs(templates: Iterable[str]) -> set[str]:
    return set(Template.objects.filter(slug__in=templates).values_list("slug", flat=True))


def _ids(projects: Iterable[str]) -> set[str]:
    ids = [each for each in projects if _uuid(each)]
    return {str(each) for each in Project.objects.filter(id__in=ids).values_list("id", flat=True)}


def _uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _amounts(given: Mapping[str, Any], name: str) -> tuple[dict[str, int], list[Refused]]:
    told = given.get(name) or {}
    wrong = []
    for dimension, amount in told.items():
        field = f"{name}.{dimension}"
        if dimension not in DIMENSIONS:
            wrong.append(Refused("rule.dimension", field=field, value=dimension))
        elif isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= AMOUNT_MAX:
            wrong.append(Refused("rule.amount", field=field))
    return ({} if wrong else dict(told)), wrong


def _days(given: Mapping[str, Any], name: str, limit: int) -> tuple[int | None, list[Refused]]:
    days = given.get(name)
    if days is None:
        return None, []
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= limit:
        return None, [Refused("rule.days", field=name, limit=limit)]
    return days, []
