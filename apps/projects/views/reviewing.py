"""The yearly question: whether a project is still needed and its members still right."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from apps.projects import selectors, services
from apps.projects.views.frame import done, managed, person_of
from apps.workloads import selectors as workloads
from kernel.errors import Missing

_PAGE = 50
_APPS = 24


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Members and apps to look over; on POST confirm both for a year."""
    found = managed(request, slug, "manage")
    if found.personal_of_id is not None:
        raise Missing
    if request.method == "POST":
        said = gettext("Thank you: the review is done for a year.")
        done(request, said, services.confirm_review, project=found)
        return redirect("projects:project", slug)
    apps = workloads.newest(workloads.visible_to(person_of(request)).filter(project=found))
    context = {
        "project": found,
        "page": Paginator(selectors.members_of(found), _PAGE).get_page(request.GET.get("page")),
        "apps": workloads.shown(apps[:_APPS]),
        "overdue": found.review_due_on is not None and found.review_due_on < timezone.localdate(),
    }
    return render(request, "projects/review.html", context)
