"""The list of projects, and one of them."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.projects import selectors
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.projects.permissions import allowed, may_create, role_of
from apps.projects.views.frame import person_of
from apps.quotas import selectors as quotas
from apps.workloads import selectors as workloads

_PAGE = 50
_MEMBERS = 8
_REVIEW_SHOWN = timedelta(days=30)  # before the day


@login_required
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """The person's projects; those put away; for those who read all, the others below."""
    person = person_of(request)
    standing = Count("apps", filter=Q(apps__gone_at__isnull=True))
    mine = selectors.joined(person).annotate(standing=standing)
    seen = selectors.visible_to(person)
    away = seen.filter(archived_at__isnull=False)
    others = seen.exclude(id__in=mine.values("id")) if person.reads_all else away
    ordered = others.annotate(standing=standing).order_by("archived_at", "name", "id")
    context = {
        "projects": mine,
        "roles": selectors.roles(person),
        "page": Paginator(ordered, _PAGE).get_page(request.GET.get("page")),
        "invitations": selectors.invitations_of(person)[:_PAGE],
        "reads_all": person.reads_all,
        "may_create": may_create(person),
    }
    return render(request, "projects/list.html", context)


@login_required
@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """Its apps, its quota, its members."""
    person = person_of(request)
    found = selectors.get_by_slug(person, slug)
    apps = workloads.visible_to(person).filter(project=found)
    role = role_of(person, found)
    may = allowed(person, found, role)
    context = {
        "project": found,
        "apps": workloads.shown(workloads.newest(apps)[:24]),
        "figures": quotas.figures(found.id),
        "members": selectors.members_of(found)[:_MEMBERS],
        "may": may,
        "review": _review(found, timezone.localdate()) if "manage" in may else "",
        "may_deploy": "deploy" in may,
        "may_ask_quota": "quota" in may,
        "may_ask_rights": bool(role) and role != Role.OWNER and found.archived_at is None,
        "may_manage": "members" in may and found.personal_of_id is None,
    }
    return render(request, "projects/project.html", context)


def _review(found: Project, today: date) -> str:
    """Whether the yearly review is near or overdue; empty where neither is."""
    due = found.review_due_on
    if due is None or due > today + _REVIEW_SHOWN:
        return ""
    return "near" if due >= today else "overdue"
