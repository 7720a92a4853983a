"""The fleet: who runs which version, and upgrades of many apps."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import Person
from apps.base.requests import actor_of, done
from apps.fleet import selectors, services
from apps.fleet.enums import ENDED, ItemState, UpgradeState
from apps.fleet.forms import UpgradeForm
from apps.fleet.models import Upgrade
from apps.projects import selectors as projects
from kernel.errors import Conflict, Refused

_PAGE = 20
_CHOICES = 200  #: apps that one page offers: more are found by project and version


@login_required
@require_safe
def fleet(request: HttpRequest) -> HttpResponse:
    """Every template with the versions that apps have, and the upgrades so far."""
    person = cast("Person", request.user)
    context = {
        "holdings": selectors.holdings(person),
        "page": Paginator(selectors.upgrades(person), _PAGE).get_page(request.GET.get("page")),
        "may_upgrade": person.is_admin,
    }
    return render(request, "fleet/fleet.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, template: str) -> HttpResponse:
    """Choose version and apps, see what it would do to each, and begin."""
    person = cast("Person", request.user)
    selectors.require_admin(person)
    found = selectors.get_template(person, template)
    offered = selectors.targets(found)
    wanted = request.GET.get("version", "")
    version = next((each for each in offered if each.version == wanted), offered[0] if offered else None)
    if version is None:
        return render(request, "fleet/new.html", {"template": found, "version": None})
    chosen = {"project": request.GET.get("project", ""), "before": request.GET.get("before", "")}
    behind = selectors.candidates(found, version, project=_uuid(chosen["project"]), before=chosen["before"])
    apps = list(behind[: _CHOICES + 1])
    form = UpgradeForm(request.POST or None, apps=apps[:_CHOICES], version=version)
    if request.method == "POST" and form.is_valid():
        begun = _begun(request, form, template)
        if begun is not None:
            return redirect("fleet:upgrade", begun.id)
    context = {
        "template": found,
        "version": version,
        "offered": offered,
        "foreseen": services.foresee(person, version, apps[:_CHOICES]),
        "more": len(apps) > _CHOICES,
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "chosen": chosen,
        "projects": projects.visible_to(person).filter(apps__template=found).distinct().order_by("name"),
        "versions": [each.version for each in found.versions.defer("manifest").order_by("-loaded_at")],
        "under_way": selectors.under_way(found),
    }
    return render(request, "fleet/new.html", context, status=422 if form.errors else 200)


def _begun(request: HttpRequest, form: UpgradeForm, template: str) -> Upgrade | None:
    """Begin it; None where that was refused, which the form tells."""
    order = [UUID(value) for value, _ in form.fields["apps"].choices if value in form.cleaned_data["apps"]]  # type: ignore[attr-defined]
    try:
        return services.begin(
            actor=actor_of(request),
            person=cast("Person", request.user),
            template=template,
            version=form.version.version,
            apps=order,
            terms=form.terms,
            reason=form.cleaned_data["reason"],
        )
    except (Refused, Conflict) as error:
        form.tell(error)
        return None


@login_required
@require_safe
def upgrade(request: HttpRequest, upgrade_id: UUID) -> HttpResponse:
    """How far it is, app by app; the page looks again while something is under way."""
    person = cast("Person", request.user)
    found = selectors.get(person, upgrade_id)
    items = list(selectors.items(found))
    moving = found.state == UpgradeState.RUNNING or any(each.state == ItemState.RUNNING for each in items)
    context = {
        "upgrade": found,
        "items": items,
        "moving": moving,
        "counts": [(state, sum(each.state == state for each in items)) for state in ItemState],
        "may_pause": person.is_admin and found.state == UpgradeState.RUNNING,
        "may_resume": person.is_admin and found.state in {UpgradeState.PAUSED, UpgradeState.STOPPED},
        "may_cancel": person.is_admin and found.state not in ENDED,
    }
    template = "fleet/progress.html" if getattr(request, "htmx", False) else "fleet/upgrade.html"
    return render(request, template, context)


@login_required
@require_POST
def pause(request: HttpRequest, upgrade_id: UUID) -> HttpResponse:
    """Begin no further app."""
    return _moved(request, upgrade_id, services.pause, gettext("No further app is begun."))


@login_required
@require_POST
def resume(request: HttpRequest, upgrade_id: UUID) -> HttpResponse:
    """Go on where it was."""
    return _moved(request, upgrade_id, services.resume, gettext("The upgrade goes on."))


@login_required
@require_POST
def cancel(request: HttpRequest, upgrade_id: UUID) -> HttpResponse:
    """Leave out what has not begun."""
    return _moved(request, upgrade_id, services.cancel, gettext("The upgrade was cancelled."))


def _moved(request: HttpRequest, upgrade_id: UUID, service: Callable[..., Any], said: str) -> HttpResponse:
    done(request, said, service, person=request.user, upgrade_id=upgrade_id)
    return redirect("fleet:upgrade", upgrade_id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
