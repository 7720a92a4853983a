"""The form for the next release of an app: what it has now, to be changed."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.forms import ResourcesForm
from apps.approvals.services import Submitted
from apps.approvals.views.answers import Answers, kept_uploads, questions_form
from apps.approvals.views.calls import same_call
from apps.approvals.views.projected import Foreseen, foresee, job_text, told
from apps.base import uploads
from apps.base.models import Upload
from apps.base.requests import actor_of, whole
from apps.catalogue import selectors as catalogue
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.parameters import MemberContext
from apps.projects import permissions
from apps.workloads import selectors as workloads
from apps.workloads.models import App, Release
from kernel.errors import Conflict, PaillasseError, Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_app(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Show what the app has; on POST ask for release n+1."""
    person = cast("Person", request.user)
    app, release = _standing(person, app_id)
    manifest = catalogue.manifest(_version(request, app, release))
    answers = _answers(request, person, app, release, manifest)
    if request.method == "POST":
        submitted = _send(request, person, app, manifest, answers)
        if submitted is not None:
            messages.success(request, _said(submitted))
            return redirect("workloads:app", app.id)
    context = {
        "app": app,
        "release": release,
        "next": release.number + 1,
        "manifest": manifest,
        "answers": answers,
        "foreseen": _foreseen(request, person, app, manifest, answers),
        "sizes": answers.main.sizes,
        "newer": app.template.current if app.template.current_id != release.template_version_id else None,
    }
    return render(request, "approvals/change.html", context, status=422 if answers.problems else 200)


@login_required
@require_POST
def preview_change(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The right column for what the form holds now."""
    person = cast("Person", request.user)
    app, release = _standing(person, app_id)
    manifest = catalogue.manifest(_version(request, app, release))
    answers = _answers(request, person, app, release, manifest)
    foreseen = _foreseen(request, person, app, manifest, answers)
    context = {"app": app, "manifest": manifest, "answers": answers, "foreseen": foreseen, "fragment": True}
    return render(request, "approvals/foreseen.html", context)


def _standing(person: Person, app_id: UUID) -> tuple[App, Release]:
    app = workloads.get(person, app_id)
    permissions.require(person, app.project, "deploy")
    if app.release is None or app.gone_at is not None:
        raise Conflict("app.not_now", verb="change", desired=app.desired)
    return app, app.release


def _version(request: HttpRequest, app: App, release: Release) -> Any:
    """The release's own template version, or the one that the form or a link names."""
    wanted = request.POST.get("version") or request.GET.get("version", "")
    if not wanted or wanted == release.template_version.version:
        return release.template_version
    return catalogue.get_version(app.template.slug, wanted)


def _answers(request: HttpRequest, person: Person, app: App, release: Release, manifest: Manifest) -> Answers:
    main = ResourcesForm(
        request.POST if request.method == "POST" else None,
        manifest=manifest,
        initial=_resources(manifest, release.resources),
    )
    kept = {**_files(release), **kept_uploads(request, person, manifest)}
    context = MemberContext(person.name, person.email, app.project.name)
    asked = questions_form(
        manifest,
        context,
        request,
        initial=release.parameters,
        kept={name: file for name, file in kept.items() if manifest.parameter(name)},
    )
    return Answers(manifest, main, asked, kept)


def _files(release: Release) -> dict[str, Upload]:
    """The files that the present release has, by parameter."""
    ids = {each["parameter"]: each["upload"] for each in release.files if each["parameter"]}
    found = uploads.of_project(release.app.project_id, ids.values())
    return {name: found[text] for name, text in ids.items() if text in found}


def _resources(manifest: Manifest, resources: dict[str, int]) -> dict[str, Any]:
    """The size that the release has, else the default one with its figures over it."""
    for name, size in manifest.sizing.sizes.items():
        if all(resources.get(key, 0) == value for key, value in vars(size).items()):
            return {"size": name}
    return {"size": manifest.sizing.default, **resources}


def _send(
    request: HttpRequest, person: Person, app: App, manifest: Manifest, answers: Answers
) -> Submitted | None:
    valid = answers.is_valid()
    answers.keep_uploads(person, app.project)
    if not valid or answers.problems:
        return None
    try:
        return _submit(request, person, app, manifest, answers)
    except (Refused, Conflict) as error:
        answers.add(error)
        return None


def _submit(
    request: HttpRequest,
    person: Person,
    app: App,
    manifest: Manifest,
    answers: Answers,
    *,
    dry_run: bool = False,
) -> Submitted:
    return services.submit_change(
        actor=actor_of(request),
        person=person,
        app_id=app.id,
        parameters=answers.parameters.parameters,
        resources=answers.main.resources,
        uploads=answers.upload_ids(),
        version=manifest.version,
        reason=answers.main.cleaned_data.get("reason", ""),
        if_generation=whole(request.POST.get("generation", ""), "generation"),
        dry_run=dry_run,
    )


def _said(submitted: Submitted) -> str:
    if submitted.waits:
        return gettext("Your change was sent. An administrator decides; until then the app stays as it is.")
    return gettext("The next release is being made; the present one serves until it answers.")


def _foreseen(
    request: HttpRequest, person: Person, app: App, manifest: Manifest, answers: Answers
) -> Foreseen:
    seen = foresee(manifest, answers.main, person, app.project, app)
    body = {
        "version": manifest.version,
        "parameters": answers.given(),
        "resources": told(seen.resources),
    }
    job = ""
    if answers.main.is_bound and answers.is_valid():
        try:
            planned = _submit(request, person, app, manifest, answers, dry_run=True)
            job = job_text(planned.app, planned.planned)
        except PaillasseError:
            job = ""  # what is missing is said where the form is sent
    return replace(seen, calls=same_call("PATCH", f"/api/v1/apps/{app.id}/", body), job=job)
