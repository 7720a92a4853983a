"""The form for a new app: left the answers, right what they mean."""

from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.forms import AppForm
from apps.approvals.services import Submitted
from apps.approvals.views.answers import Answers, kept_files, launched, questions_form
from apps.approvals.views.calls import same_call
from apps.approvals.views.projected import Foreseen, foresee, job_text, told
from apps.base.requests import actor_of
from apps.catalogue import selectors as catalogue
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.parameters import MemberContext
from apps.leases import services as leases
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.workloads import selectors as workloads
from kernel.errors import Conflict, PaillasseError, Refused

_PLAIN = ("name", "size", "ends_on", "reason")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_app(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form; on POST ask, and go to the app's page. What is wrong stays beside its field."""
    person = cast("Person", request.user)
    manifest = catalogue.manifest(catalogue.get_version(slug))
    if request.method != "POST" and not catalogue.available(manifest, tuple(settings.ALLOWED_DRIVERS)):
        return redirect("catalogue:template", slug)  # which says why nothing of it can be asked for
    answers, project = _answers(request, person, manifest)
    if request.method == "POST":
        submitted = _send(request, person, manifest, answers)
        if submitted is not None:
            messages.success(request, _said(submitted))
            return redirect("workloads:app", submitted.app.id)
    context = {
        "manifest": manifest,
        "answers": answers,
        "foreseen": _foreseen(request, person, manifest, answers, project),
        "ends_on": _end(manifest, answers, project),
        **_asking_more(person, project),
        "sizes": answers.main.sizes,
        "template": catalogue.get_version(slug).template,
        "around": workloads.around_name(),
        "reason_shown": False,
    }
    return render(request, "approvals/request.html", context, status=422 if answers.problems else 200)


@login_required
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The right column for what the form holds now. Nothing is kept of it."""
    person = cast("Person", request.user)
    manifest = catalogue.manifest(catalogue.get_version(slug))
    answers, project = _answers(request, person, manifest)
    context = {
        "manifest": manifest,
        "answers": answers,
        "foreseen": _foreseen(request, person, manifest, answers, project),
        "ends_on": _end(manifest, answers, project),
        **_asking_more(person, project),
        "fragment": True,
    }
    return render(request, "approvals/foreseen.html", context)


def _answers(request: HttpRequest, person: Person, manifest: Manifest) -> tuple[Answers, Project | None]:
    offered = [
        each for each in projects.joined(person) if projects.roles(person).get(each.id) in _deployers()
    ]
    project = _project(request, person, offered)
    start = {name: request.GET[name] for name in _PLAIN if name in request.GET}
    main = AppForm(
        request.POST if request.method == "POST" else None,
        manifest=manifest,
        projects=offered,
        initial={**start, "project": project},
    )
    main.person = person
    kept, gone = kept_files(request, person, manifest, {})
    context = MemberContext(person.name, person.email, project.name if project else "")
    asked = questions_form(manifest, context, request, initial=launched(request, manifest), kept=kept)
    return Answers(manifest, main, asked, kept, dropped=gone), project


def _deployers() -> set[str]:
    return {Role.DEVELOPER, Role.OWNER}


def _project(request: HttpRequest, person: Person, offered: list[Project]) -> Project | None:
    """The chosen project: by id from the form, by short name from a link, else the person's own."""
    wanted = request.POST.get("project", "") or request.GET.get("project", "")
    chosen = next((each for each in offered if wanted in {str(each.id), each.slug}), None)
    own = next((each for each in offered if each.personal_of_id == person.id), None)
    return chosen or own or next(iter(offered), None)


def _asking_more(person: Person, project: Project | None) -> dict[str, object]:
    """Whose quota it is, and whether the person may ask for more of it."""
    may = project is not None and permissions.can(person, project, "quota")
    return {"project": project, "may_ask_quota": may}


def _end(manifest: Manifest, answers: Answers, project: Project | None) -> date | None:
    """The last day that it would have; none where what was chosen cannot be."""
    answers.main.is_valid()
    chosen = getattr(answers.main, "cleaned_data", {}).get("ends_on")
    if project is None or "ends_on" in answers.main.errors:
        return None
    try:
        return leases.chosen_end(project=project, manifest=manifest, ends_on=chosen)
    except Refused:
        return None


def _send(request: HttpRequest, person: Person, manifest: Manifest, answers: Answers) -> Submitted | None:
    """Submit; None where something is wrong, which then stands beside its field."""
    valid = answers.is_valid()
    project = answers.main.cleaned_data.get("project")
    if project is not None:
        answers.keep_uploads(person, project)
    if not valid or answers.problems:
        return None
    try:
        return _submit(request, person, manifest, answers)
    except (Refused, Conflict) as error:
        answers.add(error)
        return None


def _submit(
    request: HttpRequest, person: Person, manifest: Manifest, answers: Answers, *, dry_run: bool = False
) -> Submitted:
    main: Any = answers.main
    return services.submit(
        actor=actor_of(request),
        person=person,
        project_id=main.cleaned_data["project"].id,
        template=manifest.slug,
        version=manifest.version,
        name=main.cleaned_data["name"],
        parameters=answers.parameters.parameters,
        resources=main.resources,
        uploads=answers.upload_ids(),
        reason=main.cleaned_data.get("reason", ""),
        ends_on=main.cleaned_data.get("ends_on"),
        dry_run=dry_run,
    )


def _said(submitted: Submitted) -> str:
    if submitted.waits:
        return gettext("Your request was sent. An administrator decides; you are told.")
    return gettext("Granted at once. This page shows how it gets on.")


def _foreseen(
    request: HttpRequest, person: Person, manifest: Manifest, answers: Answers, project: Project | None
) -> Foreseen:
    """Quota, calls and, where everything is answered, the job."""
    bound = answers.main.is_bound and answers.is_valid()
    seen = foresee(manifest, answers.main, person, project)
    body = {
        "project": str(project.id) if project else "",
        "template": manifest.slug,
        "version": manifest.version,
        "name": answers.main["name"].value() or "",
        "parameters": answers.given(),
        "resources": told(seen.resources),
    }
    calls = same_call("POST", "/api/v1/apps/", body)
    return replace(seen, calls=calls, job=_job(request, person, manifest, answers) if bound else "")


def _job(request: HttpRequest, person: Person, manifest: Manifest, answers: Answers) -> str:
    try:
        planned = _submit(request, person, manifest, answers, dry_run=True)
        return job_text(planned.app, planned.planned)
    except PaillasseError:
        return ""  # what is missing is said where the form is sent
