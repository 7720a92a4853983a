"""The forms for quota, a project and rights, and for changing what was asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import Person
from apps.approvals import selectors, services
from apps.approvals.enums import Move, RequestKind, RequestState
from apps.approvals.forms.wishing import LeaseForm, LimitsForm, ProjectForm, QuotaForm, RightsForm, WishForm
from apps.approvals.models import Request
from apps.approvals.transitions import check
from apps.approvals.views.answers import Problem
from apps.approvals.views.reanswering import KINDS, reanswer
from apps.base.requests import actor_of
from apps.base.templatetags.pages import amount
from apps.leases import selectors as leases
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.projects.models import Project
from apps.quotas import selectors as quotas
from apps.quotas.selectors import Figure
from apps.workloads import selectors as workloads
from kernel.errors import Conflict, PaillasseError, Refused


@dataclass(frozen=True)
class Line:
    """One dimension of the form's right column: as it stands, and as it would be."""

    figure: Figure
    after: object

    @property
    def readable(self) -> str:
        """The wanted limit with its unit; what is no number as it was typed."""
        return amount(self.after, self.figure.dimension) if isinstance(self.after, int) else str(self.after)

    @property
    def short_of(self) -> str:
        """What of it would have to go first, with its unit."""
        return amount(self.short, self.figure.dimension)

    @property
    def differs(self) -> bool:
        """Whether something else is asked for."""
        return self.after != self.figure.limit

    @property
    def short(self) -> int:
        """How much of what is in use would not fit."""
        held = self.figure.used + self.figure.reserved
        return max(0, held - self.after) if isinstance(self.after, int) else 0


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_quota(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for other limits of a project."""
    person, project = _project(request, slug, "quota")
    form = QuotaForm(request.POST or None, figures=quotas.figures(project.id))
    return _page(request, person, form, services.ask_quota, project)


@login_required
@require_POST
def preview_quota(request: HttpRequest, slug: str) -> HttpResponse:
    """What the limits would be, for what the form holds now. Nothing is kept of it."""
    _person, project = _project(request, slug, "quota")
    form = QuotaForm(request.POST, figures=quotas.figures(project.id))
    return render(request, "approvals/limits.html", {"lines": _lines(form, project)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_project(request: HttpRequest) -> HttpResponse:
    """Ask for a new project."""
    form = ProjectForm(request.POST or None, figures=_default())
    return _page(request, cast("Person", request.user), form, services.ask_project, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_rights(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a higher role in a project."""
    person, project = _project(request, slug, "view")
    form = RightsForm(request.POST or None, has=permissions.role_of(person, project))
    return _page(request, person, form, services.ask_rights, project)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_lease(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Ask for a later end of an app than one may choose."""
    person = cast("Person", request.user)
    app = workloads.get(person, app_id)
    permissions.require(person, app.project, "deploy")

    def ask(**told: Any) -> Request:
        told.pop("project_id")
        return services.ask_lease(**told, app_id=app.id)

    last = leases.terms_of(app).last(timezone.localdate())
    form = LeaseForm(request.POST or None)
    return _page(request, person, form, ask, app.project, app=app, last=last)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Change what is asked, while nobody decides it."""
    person = cast("Person", request.user)
    asked = selectors.get(person, request_id)
    check(Move.EDIT, asked.state, selectors.parts_of(person, asked))
    if asked.kind in KINDS:
        return reanswer(request, person, asked)
    form = _form_of(asked, request.POST or None)

    def save(**told: Any) -> Request:
        told.pop("project_id", None)
        who = {"actor": told.pop("actor"), "person": told.pop("person")}
        version = form.cleaned_data.get("version")
        return services.edit(**who, request_id=asked.id, changes=told, version=version)

    return _page(request, person, form, save, asked.project, asked)


def _form_of(asked: Request, data: Any) -> WishForm:
    """The form in which it was asked, with what was asked in it."""
    start = {**asked.payload, **asked.amounts, "until": asked.until, "reason": asked.reason}
    start["version"] = asked.version
    if asked.kind == RequestKind.QUOTA and asked.project is not None:
        return QuotaForm(data, figures=quotas.figures(asked.project.id), initial=start)
    if asked.kind == RequestKind.PROJECT:
        return ProjectForm(data, figures=_default(), initial=start)
    if asked.kind == RequestKind.LEASE:
        return LeaseForm(data, initial=start)
    if asked.kind == RequestKind.HANDOVER:
        return WishForm(data, initial=start)
    return RightsForm(data, has=asked.payload.get("role_then", ""), initial=start)


def _project(request: HttpRequest, slug: str, action: str) -> tuple[Person, Project]:
    person = cast("Person", request.user)
    project = projects.get_by_slug(person, slug)
    permissions.require(person, project, action)
    return person, project


def _default() -> tuple[Figure, ...]:
    """What a new project has before anybody asks for more."""
    return tuple(Figure(name, 0, 0, limit, limit, limit) for name, limit in settings.DEFAULT_QUOTA.items())


def _page(
    request: HttpRequest,
    person: Person,
    form: WishForm,
    ask: Callable[..., Request],
    project: Project | None,
    asked: Request | None = None,
    **more: Any,
) -> HttpResponse:
    """The form; on POST ask, and go to the request's page. What is wrong stands beside its field."""
    if request.method == "POST" and form.is_valid():
        told = {"project_id": project.id} if project else {}
        try:
            made = ask(
                actor=actor_of(request),
                person=person,
                reason=form.cleaned_data["reason"],
                **told,
                **form.asked,
            )
        except (Refused, Conflict) as error:
            form.refuse(cast("PaillasseError", error))
        else:
            messages.success(request, gettext("Saved.") if asked else _said(made))
            return redirect("approvals:request", made.id)
    context = {
        "form": form,
        "project": project,
        "asked": asked,
        "lines": _lines(form, project) if isinstance(form, LimitsForm) else (),
        "problems": _problems(form),
        "previews": isinstance(form, QuotaForm) and project is not None,
        **more,
    }
    return render(request, "approvals/ask.html", context, status=422 if form.errors else 200)


def _said(made: Request) -> str:
    if made.state == RequestState.APPROVED:
        return gettext("A rule of the lab granted it at once.")
    return gettext("Your request was sent.")


def _problems(form: WishForm) -> list[Problem]:
    found = []
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        label, anchor = (str(bound.label), str(bound.auto_id)) if bound else ("", "")
        found += [Problem(str(text), label, anchor) for text in errors]
    return found


def _lines(form: LimitsForm, project: Project | None) -> list[Line]:
    stands = quotas.figures(project.id) if project else _default()
    initial = {name: form[name].value() for name in form.limits} if not form.is_bound else {}
    wanted = form.wanted if form.is_bound else {k: v for k, v in initial.items() if v is not None}
    lines = [Line(replace(each), wanted.get(each.dimension, each.limit)) for each in stands]
    return [each for each in lines if each.figure.limit or each.differs or each.figure.used]
