"""For administrators: which groups give which roles, and what people leave who have left."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.base.requests import actor_of
from apps.projects import selectors, services
from apps.projects.forms import GroupForm, HeirForm
from apps.projects.models import Membership
from apps.projects.views.frame import done, person_of, put
from apps.workloads import services as workloads
from kernel.errors import Conflict, Forbidden, Missing, Refused

_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: HttpRequest) -> HttpResponse:
    """What the groups give, for those who read all; on POST an administrator adds one."""
    person = person_of(request)
    if not person.reads_all:
        raise Missing
    form = GroupForm(request.POST or None)
    if request.method == "POST" and not person.is_admin:
        raise Forbidden
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.map_group(
                actor=actor_of(request),
                person=person,
                path=data["path"],
                project=form.project,
                role=data["role"],
            )
        except Refused as error:
            put(form, error)
        else:
            messages.success(request, gettext("The group gives this role from now on."))
            return redirect("projects:groups")
    page = Paginator(selectors.mappings(), _PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "may_change": person.is_admin}
    return render(request, "projects/groups.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def unmap_group(request: HttpRequest, mapping_id: UUID) -> HttpResponse:
    """Let a group give nothing any more."""
    _require_admin(request)
    said = gettext("The group gives nothing any more; what it gave has ended.")
    done(request, said, services.unmap_group, mapping_id=mapping_id)
    return redirect("projects:groups")


@login_required
@require_safe
def departures(request: HttpRequest) -> HttpResponse:
    """Who has left and what waits for somebody."""
    _require_admin(request)
    page = Paginator(selectors.departures(), _PAGE).get_page(request.GET.get("page"))
    return render(request, "projects/departures.html", {"page": page})


@login_required
@require_safe
def departure(request: HttpRequest, departure_id: UUID) -> HttpResponse:
    """What one person leaves, each with a way to hand it over."""
    _require_admin(request)
    return _departure(request, departure_id, HeirForm())


def _departure(request: HttpRequest, departure_id: UUID, form: HeirForm) -> HttpResponse:
    found = selectors.departure(departure_id)
    standing = Count("project__apps", filter=Q(project__apps__gone_at__isnull=True))
    held = Membership.objects.filter(person=found.person, project__archived_at=None)
    alone = set(selectors.owned_alone(found.person).values_list("id", flat=True))
    context = {
        "departure": found,
        "held": held.select_related("project").annotate(standing=standing).order_by("project__name", "id"),
        "alone": alone,
        "form": form,
        "chosen": request.POST.get("project", ""),
    }
    return render(request, "projects/departure.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def hand_over(request: HttpRequest, departure_id: UUID) -> HttpResponse:
    """Give one project to another person."""
    _require_admin(request)
    form = HeirForm(request.POST)
    if form.is_valid():
        try:
            services.hand_over(
                actor=actor_of(request),
                person=person_of(request),
                departure_id=departure_id,
                project_id=form.cleaned_data["project"],
                email=form.cleaned_data["email"],
            )
        except (Refused, Conflict) as error:
            put(form, error)
        else:
            messages.success(request, gettext("The project has a new owner."))
            return redirect("projects:departure", departure_id)
    return _departure(request, departure_id, form)


@login_required
@require_POST
def settle(request: HttpRequest, departure_id: UUID) -> HttpResponse:
    """Close it: what memberships are left end."""
    _require_admin(request)
    said = gettext("Everything is handed over; the memberships that were left have ended.")
    done(request, said, workloads.settle_departure, departure_id=departure_id)
    return redirect("projects:departure", departure_id)


def _require_admin(request: HttpRequest) -> None:
    """For everybody else these pages are not there."""
    if not person_of(request).is_admin:
        raise Missing
