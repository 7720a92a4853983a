"""Who is in a project: added, changed, removed, leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.projects import selectors, services
from apps.projects.enums import ACTIONS, ALLOWED, Role
from apps.projects.forms import ChangeForm, MemberForm
from apps.projects.models import Project
from apps.projects.permissions import can
from apps.projects.views.frame import done, managed, person_of, put
from kernel.errors import Refused

_PAGE = 50
OPEN_MAX = 150  # invitations shown: those that are valid are fewer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is in it; on POST add somebody."""
    person = person_of(request)
    found = selectors.get_by_slug(person, slug)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = services.add_member(
                actor=actor_of(request), person=person, project=found, **form.cleaned_data
            )
        except Refused as error:
            put(form, error)
        else:
            messages.success(request, gettext("%(who)s was added.") % {"who": member.person.label})
            return redirect("projects:members", slug)
    return page(request, found, form=form)


def page(request: HttpRequest, found: Project, **forms: Any) -> HttpResponse:
    """The page of members with its forms; 422 where one of them holds errors."""
    person = person_of(request)
    manages = can(person, found, "members") and found.personal_of_id is None
    context = {
        "project": found,
        "page": Paginator(selectors.members_of(found), _PAGE).get_page(request.GET.get("page")),
        "invitations": selectors.waiting_invitations(found)[:OPEN_MAX] if manages else (),
        "now": timezone.now(),
        "roles": Role.choices,
        "may_manage": manages,
        "me": person,
        "table": [(action, [action in ALLOWED[role] for role in Role]) for action in ACTIONS],
        "form": MemberForm(),
        **forms,
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "projects/members.html", context, status=422 if wrong else 200)


@login_required
@require_safe
def suggest(request: HttpRequest, slug: str) -> HttpResponse:
    """People who may be meant by what was typed into the form, as a list for its field."""
    found = managed(request, slug, "members")
    people = selectors.suggested(person_of(request), found, request.GET.get("email", ""))
    return render(request, "projects/suggested.html", {"people": people})


@login_required
@require_POST
def change_member(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Give a member another role or last day."""
    found = selectors.get_by_slug(person_of(request), slug)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        error = "project.role" if "role" in form.errors else "project.ends_on"
        messages.error(request, sentence(Refused(error)))
        return redirect("projects:members", slug)
    until = services.Until(form.cleaned_data["ends_on"]) if "ends_on" in request.POST else None
    return _manage(
        request,
        found,
        gettext("The membership was changed."),
        services.change_member,
        membership_id=membership_id,
        role=form.cleaned_data["role"] or None,
        until=until,
    )


@login_required
@require_POST
def remove_member(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Remove a member, or leave."""
    found = selectors.get_by_slug(person_of(request), slug)
    said = gettext("The member was removed.")
    return _manage(request, found, said, services.remove_member, membership_id=membership_id)


def _manage(
    request: HttpRequest, found: Project, said: str, service: Any, **arguments: object
) -> HttpResponse:
    done(request, said, service, project=found, **arguments)
    if not can(person_of(request), found, "view"):
        return redirect("projects:list")
    return redirect("projects:members", found.slug)
