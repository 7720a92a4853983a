"""Giving a request to a colleague; being away."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.approvals import selectors
from apps.approvals.forms.duty import AbsenceForm, AssignForm
from apps.approvals.selectors import duty
from apps.approvals.services import absences as services
from apps.approvals.services.duty import assign as give
from apps.base.messages import sentence
from apps.base.requests import actor_of
from kernel.errors import Conflict, Refused


@login_required
@require_POST
def assign(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Give it to somebody, or back to all."""
    person, form = cast("Person", request.user), AssignForm(request.POST)
    selectors.get(person, request_id)
    assignee = form.cleaned_data.get("assignee") if form.is_valid() else UUID(int=0)  # nobody's id
    try:
        give(actor=actor_of(request), person=person, request_id=request_id, assignee_id=assignee)
    except (Refused, Conflict) as error:
        messages.error(request, sentence(error))
    else:
        messages.success(
            request,
            gettext("The request was given on.") if assignee else gettext("The request is everybody's."),
        )
    return redirect("approvals:request", request_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """Who is away and who stands in; on POST enter an absence."""
    person = cast("Person", request.user)
    standing = duty.absences(person)
    form = AbsenceForm(request.POST or None, person=person, admins=accounts.admins().order_by("name", "id"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.enter_absence(
                actor=actor_of(request),
                person=person,
                away_id=UUID(data["person"]),
                deputy_id=UUID(data["deputy"]),
                from_on=data["from_on"],
                to_on=data["to_on"],
            )
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, sentence(error))
        else:
            messages.success(request, gettext("The absence was entered."))
            return redirect("approvals:absences")
    context = {"absences": standing, "form": form}
    return render(request, "approvals/absences.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def end_absence(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """Back again, or it was a mistake."""
    services.end_absence(actor=actor_of(request), person=cast("Person", request.user), absence_id=absence_id)
    messages.success(request, gettext("The absence has ended."))
    return redirect("approvals:absences")
