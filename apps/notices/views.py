"""A person's notices, how they come by mail, and mails that did not leave."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.base.requests import actor_of
from apps.notices import selectors, services
from apps.notices.enums import Group
from apps.notices.forms import PreferencesForm
from apps.notices.kinds import of_group
from apps.notices.mail import read_stop
from apps.notices.messages import Told, told
from apps.notices.models import TRIES_MAX, Notice, Outbox
from kernel.errors import Refused

_PAGE = 25


@dataclass(frozen=True)
class Shown:
    """A notice with its words."""

    row: Notice
    told: Told


@dataclass(frozen=True)
class Undelivered:
    """A mail that has not left: to whom, about what."""

    row: Outbox
    to: str
    subject: str


@login_required
@never_cache
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Mine, the newest first; `?show=unread`, `?about=` one group."""
    person = cast("Person", request.user)
    found = selectors.of_person(person.id)
    show, about = request.GET.get("show", ""), request.GET.get("about", "")
    if show == "unread":
        found = found.filter(read_at__isnull=True)
    if about in Group.values:
        found = found.filter(kind__in=of_group(about))
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "shown": [Shown(each, told(each.kind, each.params)) for each in page],
        "show": show,
        "about": about,
        "groups": [group for group in Group if group != Group.INVITATIONS],
    }
    return render(request, "notices/list.html", context)


@login_required
@never_cache
@require_safe
def follow(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Go where a notice leads; it counts as read."""
    notice = _mine(request, notice_id)
    services.mark_read(person_id=notice.person_id, notice_ids=[notice.id])
    return redirect(notice.path)


@login_required
@require_POST
def read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one of mine as read."""
    notice = _mine(request, notice_id)
    services.mark_read(person_id=notice.person_id, notice_ids=[notice.id])
    return redirect("notices:list")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of mine as read."""
    services.mark_read(person_id=cast("Person", request.user).id)
    messages.success(request, gettext("All notices are marked as read."))
    return redirect("notices:list")


def _mine(request: HttpRequest, notice_id: UUID) -> Notice:
    return get_object_or_404(selectors.of_person(cast("Person", request.user).id), id=notice_id)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """How each group of notices comes by mail to me, and when."""
    person = cast("Person", request.user)
    form = PreferencesForm(
        request.POST or None,
        chosen=selectors.preferences(person.id),
        initial={"hour": str(selectors.digest_hour(person.id))},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_preferences(person_id=person.id, **form.given)
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, sentence(error))
        else:
            messages.success(request, gettext("Your choice is kept."))
            return redirect("notices:preferences")
    return render(request, "notices/preferences.html", {"form": form}, status=422 if form.errors else 200)


@csrf_exempt  # RFC 8058: a mail program sends this POST itself; the signed address is its only right
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End mails of some kinds by the signed link in one of them, with no sign-in. GET only asks."""
    try:
        person_id, groups = read_stop(token)
    except (signing.BadSignature, ValueError):
        return render(request, "notices/stop.html", {"invalid": True}, status=404)
    if request.method == "POST":
        services.stop(person_id=person_id, groups=groups)
    context = {"groups": [Group(each).label for each in groups], "done": request.method == "POST"}
    return render(request, "notices/stop.html", context)


@login_required
@never_cache
@require_safe
def undelivered(request: HttpRequest) -> HttpResponse:
    """Mails that failed: for those who read all."""
    if not cast("Person", request.user).reads_all:
        raise Http404
    page = Paginator(selectors.undelivered(), _PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "shown": [_undelivered(each) for each in page], "tries_max": TRIES_MAX}
    return render(request, "notices/undelivered.html", context)


@login_required
@require_POST
def try_again(request: HttpRequest, row_id: int) -> HttpResponse:
    """Send a mail that failed, now: for admins."""
    if not cast("Person", request.user).is_admin:
        raise Http404
    services.try_again(actor=actor_of(request), row_id=row_id)
    messages.success(request, gettext("The mail is tried again now."))
    return redirect("notices:undelivered")


def _undelivered(row: Outbox) -> Undelivered:
    if row.notice is not None:
        notice = row.notice
        return Undelivered(row, notice.person.label, told(notice.kind, notice.params).subject)
    letter = row.payload
    return Undelivered(
        row, str(letter.get("email", "—")), told(letter.get("kind", ""), letter.get("params", {})).subject
    )
