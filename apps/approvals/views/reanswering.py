"""Changing what is asked of an app while nobody decided: the form of the asking, filled as it stands."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from apps.accounts.models import Person
from apps.approvals import selectors, services
from apps.approvals.enums import Move, RequestKind
from apps.approvals.forms import NamedForm, ResourcesForm
from apps.approvals.models import Request
from apps.approvals.transitions import check
from apps.approvals.views.answers import Answers, files_of, kept_files, questions_form, size_of
from apps.approvals.views.calls import same_call
from apps.approvals.views.projected import Foreseen, foresee, job_text, told
from apps.base.requests import actor_of, whole
from apps.catalogue import selectors as catalogue
from apps.catalogue.parameters import MemberContext
from apps.workloads.models import App
from kernel.errors import Conflict, Missing, PaillasseError, Refused

KINDS = frozenset({RequestKind.APP, RequestKind.CHANGE})


def reanswer(request: HttpRequest, person: Person, asked: Request) -> HttpResponse:
    """The form for a request of an app or its change; on POST a new version of the request."""
    app = _app(asked)
    answers = _answers(request, person, asked, app)
    if request.method == "POST" and _saved(request, person, asked, app, answers):
        messages.success(request, gettext("Saved."))
        return redirect("approvals:request", asked.id)
    context = {
        "asked": asked,
        "app": app,
        "manifest": answers.manifest,
        "answers": answers,
        "foreseen": _foreseen(person, asked, app, answers),
        "changing": asked.kind == RequestKind.CHANGE,
        "sizes": answers.main.sizes,
        "version": request.POST.get("version", asked.version),
    }
    return render(request, "approvals/reanswer.html", context, status=422 if answers.problems else 200)


@login_required
@require_POST
def preview_edit(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The right column for what the form holds now. Nothing is kept of it."""
    person = cast("Person", request.user)
    asked = selectors.get(person, request_id)
    check(Move.EDIT, asked.state, selectors.parts_of(person, asked))
    app = _app(asked)
    answers = _answers(request, person, asked, app)
    foreseen = _foreseen(person, asked, app, answers)
    context = {
        "manifest": answers.manifest,
        "answers": answers,
        "foreseen": foreseen,
        "changing": asked.kind == RequestKind.CHANGE,
        "fragment": True,
    }
    return render(request, "approvals/foreseen.html", context)


def _app(asked: Request) -> App:
    """The app of a request that has one. Raises Missing."""
    if asked.kind not in KINDS or asked.app is None:
        raise Missing
    return asked.app


def _answers(request: HttpRequest, person: Person, asked: Request, app: App) -> Answers:
    manifest = catalogue.manifest(services.version_of(asked))
    kept, gone = kept_files(request, person, manifest, files_of(asked.payload["files"]))
    context = MemberContext(person.name, person.email, app.project.name)
    questions = questions_form(
        manifest,
        context,
        request,
        initial=asked.payload["parameters"],
        kept=kept,
    )
    return Answers(manifest, _main(request, asked, app, manifest), questions, kept, dropped=gone)


def _main(request: HttpRequest, asked: Request, app: App, manifest: catalogue.Manifest) -> ResourcesForm:
    start = {**size_of(manifest, asked.payload["resources"]), "reason": asked.reason}
    data = request.POST if request.method == "POST" else None
    if asked.kind == RequestKind.CHANGE:
        return ResourcesForm(data, manifest=manifest, initial=start)
    form = NamedForm(data, manifest=manifest, initial={**start, "name": app.name, "ends_on": app.ends_on})
    form.own, form.person = app.name, cast("Person", request.user)
    return form


def _saved(request: HttpRequest, person: Person, asked: Request, app: App, answers: Answers) -> bool:
    """Whether it was; what is wrong then stands beside its field."""
    valid = answers.is_valid()
    answers.keep_uploads(person, app.project)
    if not valid or answers.problems:
        return False
    try:
        services.edit(
            actor=actor_of(request),
            person=person,
            request_id=asked.id,
            changes=_changes(answers),
            version=whole(request.POST.get("version", ""), "version"),
        )
    except (Refused, Conflict) as error:
        answers.add(error)
        return False
    return True


def _changes(answers: Answers) -> dict[str, Any]:
    main = answers.main.cleaned_data
    named: dict[str, Any] = {name: main[name] for name in ("name", "ends_on") if name in main}
    return {
        **named,
        "parameters": answers.parameters.parameters,
        "resources": answers.main.resources,
        "uploads": answers.upload_changes(),
        "reason": main.get("reason", ""),
    }


def _foreseen(person: Person, asked: Request, app: App, answers: Answers) -> Foreseen:
    """What it would take. It has been sent: nothing that is written here makes it start at once."""
    seen = foresee(answers.manifest, answers.main, person, app.project, app if app.generation else None)
    body = {"parameters": answers.given(), "resources": told(seen.resources), "reason": asked.reason}
    job = ""
    if answers.main.is_bound and answers.is_valid():
        try:
            job = job_text(app, services.foresee(asked, person, _changes(answers)))
        except PaillasseError:
            job = ""  # what is missing is said where the form is sent
    calls = same_call("PATCH", f"/api/v1/requests/{asked.id}/", body)
    return replace(seen, at_once=False, calls=calls, job=job)
