"""The form for the next release of an app: what it has now, to be changed."""

from dataclasses import replace
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.forms import ChangeForm
from apps.approvals.services import Submitted
from apps.approvals.views.answers import Answers, files_of, kept_files, questions_form, size_of
from apps.approvals.views.calls import same_call
from apps.approvals.views.foretelling import Changes, changes, cluster
from apps.approvals.views.projected import foresee, told
from apps.base.requests import actor_of, whole
from apps.catalogue import selectors as catalogue
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.models import TemplateVersion
from apps.catalogue.parameters import MemberContext
from apps.projects import permissions
from apps.workloads import selectors as workloads
from apps.workloads.enums import OperationKind
from apps.workloads.models import App, Release
from apps.workloads.transitions import VERBS
from kernel.errors import Conflict, Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_app(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Show what the app has; on POST ask for release n+1."""
    person = cast("Person", request.user)
    app, release = _standing(person, app_id)
    version = _version(request, app, release)
    manifest = catalogue.manifest(version)
    answers = _answers(request, person, app, release, manifest)
    looks = "look" in request.POST
    if looks:
        answers.is_valid()
        answers.keep_uploads(person, app.project)  # no browser fills a file field again
    elif request.method == "POST":
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
        **_foreseen(request, person, app, version, answers),
        "looks": looks,
        "serves": workloads.serves(app),
        "sizes": answers.main.sizes,
        "newer": app.template.current if app.template.current_id != release.template_version_id else None,
    }
    if looks:
        context |= cluster(app, context["changes"].submitted)
    return render(request, "approvals/change.html", context, status=422 if answers.problems else 200)


@login_required
@require_POST
def preview_change(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """The right column for what the form holds now."""
    person = cast("Person", request.user)
    app, release = _standing(person, app_id)
    version = _version(request, app, release)
    manifest = catalogue.manifest(version)
    answers = _answers(request, person, app, release, manifest)
    context = {"app": app, "manifest": manifest, "answers": answers, "fragment": True}
    context |= _foreseen(request, person, app, version, answers)
    return render(request, "approvals/foreseen.html", context)


@login_required
@never_cache
@require_POST
def plan_change(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """What the cluster would do with what the form holds now; the page stands when it does not answer."""
    person = cast("Person", request.user)
    app, release = _standing(person, app_id)
    version = _version(request, app, release)
    answers = _answers(request, person, app, release, catalogue.manifest(version))
    found = _changes(request, person, app, version, answers)
    return render(request, "workloads/foretold.html", {"app": app, **cluster(app, found.submitted)})


def _standing(person: Person, app_id: UUID) -> tuple[App, Release]:
    app = workloads.get(person, app_id)
    permissions.require(person, app.project, "deploy")
    if app.release is None or app.desired not in VERBS[OperationKind.CHANGE].sources:
        raise Conflict("app.not_now", verb="change", desired=app.desired)
    return app, app.release


def _version(request: HttpRequest, app: App, release: Release) -> TemplateVersion:
    """The release's own template version, or the one that the form or a link names."""
    wanted = request.POST.get("version") or request.GET.get("version", "")
    if not wanted or wanted == release.template_version.version:
        return release.template_version
    return catalogue.get_version(app.template.slug, wanted)


def _answers(request: HttpRequest, person: Person, app: App, release: Release, manifest: Manifest) -> Answers:
    main = ChangeForm(
        request.POST if request.method == "POST" else None,
        manifest=manifest,
        initial=size_of(manifest, release.resources),
    )
    kept, gone = kept_files(request, person, manifest, files_of(release.files))
    context = MemberContext(person.name, person.email, app.project.name)
    asked = questions_form(
        manifest,
        context,
        request,
        initial=release.parameters,
        kept=kept,
    )
    return Answers(manifest, main, asked, kept, dropped=gone)


def _form(answers: Answers) -> ChangeForm:
    return cast("ChangeForm", answers.main)


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
        uploads=answers.upload_changes(),
        version=manifest.version,
        drop_vanished=True,  # the page has named them
        **_form(answers).strategy_body,
        reason=answers.main.cleaned_data.get("reason", "") or ("-" if dry_run else ""),
        if_generation=whole(request.POST.get("generation", ""), "generation"),
        dry_run=dry_run,
    )


def _said(submitted: Submitted) -> str:
    if submitted.waits:
        return gettext("Your change was sent. An administrator decides; until then the app stays as it is.")
    return gettext("The next release was asked for. This page shows how it gets on.")


def _foreseen(
    request: HttpRequest, person: Person, app: App, version: TemplateVersion, answers: Answers
) -> dict[str, Any]:
    """Quota, calls, what differs, and where everything is answered, the job."""
    manifest = answers.manifest
    seen = foresee(manifest, answers.main, person, app.project, app, rollout=_form(answers).rollout)
    found = _changes(request, person, app, version, answers)
    body = {
        "version": manifest.version,
        "parameters": answers.given(),
        "resources": told(seen.resources),
        **_form(answers).strategy_body,
    }
    calls = same_call("PATCH", f"/api/v1/apps/{app.id}/", body)
    return {"foreseen": replace(seen, calls=calls, job=found.job), "changes": found, "changing": True}


def _changes(
    request: HttpRequest, person: Person, app: App, version: TemplateVersion, answers: Answers
) -> Changes:
    """What the form holds, tried; before anything was typed, what moving to the version comes to."""
    release = cast("Release", app.release)
    if answers.main.is_bound:
        valid = answers.is_valid()
        tried = partial(_submit, request, person, app, answers.manifest, answers, dry_run=True)
        return changes(release, version, tried if valid else _unanswered)
    untouched = partial(
        services.submit_change,
        actor=actor_of(request),
        person=person,
        app_id=app.id,
        version=version.version,
        drop_vanished=True,
        reason="-",  # beyond the quota it would wait; what it changes is shown all the same
        dry_run=True,
    )
    return changes(release, version, untouched)


def _unanswered() -> Submitted:
    raise Refused
