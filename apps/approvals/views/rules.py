"""The admins' rules: in their order, with a form that can be tried before it is saved."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import Person
from apps.approvals.forms.rules import RuleForm
from apps.approvals.models import Rule
from apps.approvals.rules import BUILT_IN, Candidate
from apps.approvals.selectors import rules as selectors
from apps.approvals.selectors.trying import DryRun, try_rule
from apps.approvals.services import rules as services
from apps.approvals.services.terms import read_terms
from apps.base.requests import actor_of, done
from kernel.errors import Conflict, Forbidden, Refused

_SHOWN = 50  #: requests of a dry run; all of them count
_DIGITS = 6  #: of a place in the list


@login_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules in their order, the built-in one last."""
    person = cast("Person", request.user)
    found = selectors.rules(person).annotate(decided=Count("decisions"))
    context = {"rules": found, "built_in": BUILT_IN, "may_write": person.is_admin}
    return render(request, "approvals/rules.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """Write one; `act=try` shows what it would have decided, and keeps nothing."""
    return _written(request, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Change one, the same way. Somebody else's change meanwhile is told, and not written over."""
    return _written(request, selectors.rule(cast("Person", request.user), rule_id))


@login_required
@require_POST
def enable_rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Put it in force, or out of it."""
    on = request.POST.get("enabled") == "true"
    said = gettext("The rule is in force.") if on else gettext("The rule is out of force.")
    return _changed(request, said, services.change_rule, rule_id=rule_id, enabled=on)


@login_required
@require_POST
def move_rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Put it at another place."""
    told = request.POST.get("place", "")
    place = int(told) if told.isascii() and told.isdigit() and len(told) <= _DIGITS else 0
    return _changed(request, gettext("The rule was moved."), services.move_rule, rule_id=rule_id, place=place)


@login_required
@require_POST
def delete_rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Take it away; what it decided stays as it is."""
    return _changed(request, gettext("The rule was deleted."), services.delete_rule, rule_id=rule_id)


def _changed(request: HttpRequest, said: str, service: Any, **arguments: object) -> HttpResponse:
    done(request, said, service, person=request.user, **arguments)
    return redirect("approvals:rules")


def _written(request: HttpRequest, row: Rule | None) -> HttpResponse:
    person = cast("Person", request.user)
    if not person.is_admin:
        raise Forbidden("forbidden", action="decide")
    form, tried = RuleForm(request.POST or None, row=row), None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("act") == "try":
                tried = _tried(person, form, row)
            else:
                _saved(request, form, row)
                messages.success(request, gettext("The rule was saved."))
                return redirect("approvals:rules")
        except (Refused, Conflict) as error:
            form.tell(error)
    context = {
        "form": form,
        "rule": row,
        "versions": row.versions.select_related("author").order_by("-version")[:20] if row else (),
        "tried": tried,
        "shown": tried.would[:_SHOWN] if tried else (),
    }
    return render(request, "approvals/rule.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: RuleForm, row: Rule | None) -> None:
    data = form.cleaned_data
    told = {"name": data["name"], "terms": form.terms, "enabled": data["enabled"]}
    person, actor = cast("Person", request.user), actor_of(request)
    if row is None:
        services.create_rule(actor=actor, person=person, **told)
    else:
        services.change_rule(actor=actor, person=person, rule_id=row.id, version=data["version"], **told)


def _tried(person: Person, form: RuleForm, row: Rule | None) -> DryRun:
    terms = read_terms(form.terms)
    draft = Candidate(
        form.cleaned_data["name"], row.version if row else 1, terms, id=str(row.id) if row else ""
    )
    return try_rule(person, draft, row.place if row else None)
