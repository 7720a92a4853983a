"""Inviting somebody, and the page on which they answer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.projects import selectors, services
from apps.projects.forms import MemberForm
from apps.projects.views import members
from apps.projects.views.frame import done, managed, person_of, put
from kernel.errors import Conflict, Missing, PaillasseError, Refused

_HIDDEN = 404
_CLOSED = 409


@login_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask somebody by e-mail instead of adding them."""
    found = managed(request, slug, "members")
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            invited = services.invite(
                actor=actor_of(request), person=person_of(request), project=found, **form.cleaned_data
            )
        except Refused as error:
            put(form, error)
        else:
            messages.success(request, gettext("%(email)s was invited.") % {"email": invited.email})
            return redirect("projects:members", slug)
    return members.page(request, found, form=form)


@login_required
@require_POST
def resend(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Send it again, with a new link."""
    found = managed(request, slug, "members")
    said = gettext("The invitation was sent again.")
    done(request, said, services.resend, project=found, invitation_id=invitation_id)
    return redirect("projects:members", slug)


@login_required
@require_POST
def revoke(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Take it back."""
    found = managed(request, slug, "members")
    said = gettext("The invitation was taken back.")
    done(request, said, services.revoke, project=found, invitation_id=invitation_id)
    return redirect("projects:members", slug)


@login_required
@never_cache
@require_safe
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """What one is invited to, by the mail's link or from the list of projects; what hinders is said."""
    try:
        found = selectors.invitation(person_of(request), key)
    except Missing as error:
        return _refusal(request, error, _HIDDEN)
    why = services.hindrance(found, timezone.now())
    if why:
        return _refusal(request, Conflict(why), _CLOSED)
    return render(request, "projects/invitation.html", {"invitation": found, "key": key})


@login_required
@require_POST
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Become a member."""
    try:
        found = selectors.invitation(person_of(request), key)
        services.accept(actor=actor_of(request), person=person_of(request), invitation=found)
    except Missing as error:
        return _refusal(request, error, _HIDDEN)
    except Conflict as error:
        return _refusal(request, error, _CLOSED)
    messages.success(request, gettext("You are a member now."))
    return redirect("projects:project", found.project.slug)


@login_required
@require_POST
def decline(request: HttpRequest, key: str) -> HttpResponse:
    """Say no."""
    try:
        found = selectors.invitation(person_of(request), key)
        services.decline(actor=actor_of(request), person=person_of(request), invitation=found)
    except Missing as error:
        return _refusal(request, error, _HIDDEN)
    except Conflict as error:
        return _refusal(request, error, _CLOSED)
    messages.success(request, gettext("The invitation was declined."))
    return redirect("projects:list")


def _refusal(request: HttpRequest, error: PaillasseError, status: int) -> HttpResponse:
    """The same page without anything of the project."""
    return render(request, "projects/invitation.html", {"why": sentence(error)}, status=status)
