"""Projects, their members and their quota."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.projects import selectors, services
from apps.projects.enums import ALLOWED, Role
from apps.projects.forms import MemberForm
from apps.projects.models import Project
from apps.projects.permissions import can
from apps.quotas import selectors as quotas
from apps.workloads import selectors as workloads
from kernel.errors import PaillasseError, Refused

_ACTIONS = ("view", "deploy", "operate", "reveal", "members", "quota", "delete")


@login_required
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """The person's projects; for those who read all, the others below."""
    person = cast("Person", request.user)
    standing = Count("apps", filter=Q(apps__gone_at__isnull=True))
    mine = selectors.joined(person).annotate(standing=standing)
    others = selectors.visible_to(person).exclude(id__in=mine.values("id")) if person.reads_all else None
    context = {
        "projects": mine,
        "roles": selectors.roles(person),
        "others": others.annotate(standing=standing).order_by("name") if others is not None else (),
    }
    return render(request, "projects/list.html", context)


@login_required
@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """Its apps, its quota, its members."""
    person = cast("Person", request.user)
    found = selectors.get_by_slug(person, slug)
    apps = workloads.visible_to(person).filter(project=found)
    context = {
        "project": found,
        "apps": workloads.listed(apps)[:24],
        "figures": quotas.figures(found.id),
        "members": selectors.members_of(found),
        "may_deploy": can(person, found, "deploy"),
        "may_manage": can(person, found, "members") and found.personal_of_id is None,
    }
    return render(request, "projects/project.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is in it; on POST add somebody."""
    person = cast("Person", request.user)
    found = selectors.get_by_slug(person, slug)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = services.add_member(
                actor=actor_of(request), person=person, project=found, **form.cleaned_data
            )
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, sentence(error))
        else:
            messages.success(request, gettext("%(who)s was added.") % {"who": member.person.label})
            return redirect("projects:members", slug)
    context = _members(person, found, form)
    return render(request, "projects/members.html", context, status=422 if form.errors else 200)


def _members(person: Person, found: Project, form: MemberForm) -> dict[str, Any]:
    return {
        "project": found,
        "members": selectors.members_of(found),
        "form": form,
        "roles": Role.choices,
        "may_manage": can(person, found, "members") and found.personal_of_id is None,
        "table": [(action, [action in ALLOWED[role] for role in Role]) for action in _ACTIONS],
    }


@login_required
@require_POST
def change_role(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Give a member another role."""
    return _manage(
        request,
        slug,
        services.change_role,
        gettext("The role was changed."),
        membership_id=membership_id,
        role=request.POST.get("role", ""),
    )


@login_required
@require_POST
def remove_member(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Remove a member, or leave."""
    said = gettext("The member was removed.")
    return _manage(request, slug, services.remove_member, said, membership_id=membership_id)


def _manage(
    request: HttpRequest, slug: str, service: Callable[..., Any], said: str, **arguments: object
) -> HttpResponse:
    person = cast("Person", request.user)
    found = selectors.get_by_slug(person, slug)
    try:
        service(actor=actor_of(request), person=person, project=found, **arguments)
    except Refused as error:
        messages.error(request, sentence(cast("PaillasseError", error)))
    else:
        messages.success(request, said)
    if not can(person, found, "view"):
        return redirect("projects:list")
    return redirect("projects:members", slug)
