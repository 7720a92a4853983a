"""A new project, what is said of one, putting it away and bringing it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.base.requests import actor_of
from apps.projects import services
from apps.projects.forms import NewProjectForm, ProjectForm
from apps.projects.permissions import may_create
from apps.projects.views.frame import done, managed, person_of, put
from apps.workloads import services as workloads
from kernel.errors import Forbidden, Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_project(request: HttpRequest) -> HttpResponse:
    """The form; on POST make the project, owned by who asks."""
    person = person_of(request)
    if not may_create(person):
        if request.method == "POST":
            raise Forbidden("project.by_admins")
        messages.info(request, gettext("In this lab the administrators make projects: ask for one here."))
        return redirect("approvals:ask-project")
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = workloads.open_project(actor=actor_of(request), owner=person, **form.cleaned_data)
        except Refused as error:
            put(form, error)
        else:
            messages.success(request, gettext("The project was made. Add its members."))
            return redirect("projects:members", made.slug)
    return render(request, "projects/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Name and description, and how to put the project away; on POST rename or describe it."""
    found = managed(request, slug, "manage")
    said = {"name": found.name, "description": found.description}
    form = ProjectForm(request.POST or None, initial=said)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_project(
                actor=actor_of(request), person=person_of(request), project=found, **form.cleaned_data
            )
        except Refused as error:
            put(form, error)
        else:
            messages.success(request, gettext("The project was changed."))
            return redirect("projects:settings", slug)
    context = {"form": form, "project": found}
    return render(request, "projects/settings.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Put it away, once nothing of it runs."""
    found = managed(request, slug, "view")
    said = gettext("The project was put away. It can be brought back.")
    reason = request.POST.get("reason", "")[:2000]
    if done(request, said, workloads.archive_project, project=found, reason=reason):
        return redirect("projects:project", slug)
    return redirect("projects:settings", slug)


@login_required
@require_POST
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring it back."""
    found = managed(request, slug, "view")
    done(request, gettext("The project is back."), services.restore, project=found)
    return redirect("projects:project", slug)
