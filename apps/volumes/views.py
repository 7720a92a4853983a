"""The tab Data: each click one call, then back to the tab with what was done."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.base.messages import sentence
from apps.base.requests import actor_of, whole
from apps.base.streaming import streamed
from apps.projects.permissions import can
from apps.volumes import selectors, services
from apps.volumes.forms import ask_new
from apps.volumes.models import Snapshot
from apps.volumes.services import parts
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.errors import Conflict, Missing, Refused

_STOP_POLLING = 286  # htmx: swap, and poll no more


def _app(request: HttpRequest, app_id: UUID) -> App:
    return workloads.get(cast("Person", request.user), app_id)


def _snapshot(app: App, snapshot_id: UUID) -> Snapshot:
    found = selectors.snapshots(app).filter(id=snapshot_id).first()
    if found is None:
        raise Missing
    return found


@login_required
@never_cache
@require_safe
def live(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """What is kept, again: 204 where it is as `?seen=`, 286 where nothing of it moves any more."""
    app = _app(request, app_id)
    person, shown = cast("Person", request.user), selectors.shown(app)
    if shown["keeping"] and request.GET.get("seen") == shown["kept_digest"]:
        return HttpResponse(status=204)
    context = {
        "app": app,
        **shown,
        "may_operate": can(person, app.project, "operate"),
        "may_delete": can(person, app.project, "delete"),
    }
    status = 200 if context["keeping"] else _STOP_POLLING
    return render(request, "volumes/kept.html", context, status=status)


def _act(request: HttpRequest, app: App, work: Callable[[], Any], said: str) -> HttpResponse:
    """One call; what is refused is said on the tab, which shows how things are now."""
    try:
        work()
    except (Conflict, Refused) as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, said)
    return redirect("workloads:data", app.id)


@login_required
@require_POST
def measure(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Measure the volumes now."""
    app = _app(request, app_id)
    work = lambda: services.measure(actor=actor_of(request), app_id=app.id)  # noqa: E731 - one call
    return _act(request, app, work, gettext("It is being measured."))


@login_required
@require_POST
def take(request: HttpRequest, app_id: UUID, name: str) -> HttpResponse:
    """Take a snapshot."""
    app, remark = _app(request, app_id), request.POST.get("note", "")
    work = lambda: services.take(actor=actor_of(request), app_id=app.id, volume=name, remark=remark)  # noqa: E731
    return _act(request, app, work, gettext("A snapshot is being taken."))


@login_required
@require_POST
def schedule(request: HttpRequest, app_id: UUID, name: str) -> HttpResponse:
    """Have snapshots taken by themselves, or no more."""
    app, every = _app(request, app_id), request.POST.get("every", "")

    def work() -> None:
        if not every:
            services.clear_schedule(actor=actor_of(request), app_id=app.id, volume=name)
            return
        keep = whole(request.POST.get("keep", ""), "keep") or 0
        services.set_schedule(actor=actor_of(request), app_id=app.id, volume=name, every=every, keep=keep)

    return _act(request, app, work, gettext("The schedule is kept."))


@login_required
@require_POST
def delete_volume(request: HttpRequest, app_id: UUID, name: str) -> HttpResponse:
    """Delete a volume that no release mounts, if its name was typed."""
    app, typed = _app(request, app_id), request.POST.get("typed", "")

    def work() -> None:
        services.delete_volume(actor=actor_of(request), app_id=app.id, volume=name, typed=typed)

    return _act(request, app, work, gettext("The volume is being deleted. Its snapshots stay."))


@login_required
@require_POST
def retry(request: HttpRequest, app_id: UUID, snapshot_id: UUID) -> HttpResponse:
    """Take one again that failed."""
    app = _app(request, app_id)
    found = _snapshot(app, snapshot_id)
    work = lambda: services.retry(actor=actor_of(request), app_id=app.id, snapshot_id=found.id)  # noqa: E731
    return _act(request, app, work, gettext("A snapshot is being taken."))


@login_required
@require_POST
def delete_snapshot(request: HttpRequest, app_id: UUID, snapshot_id: UUID) -> HttpResponse:
    """Delete a snapshot with all that is kept of it."""
    app = _app(request, app_id)
    found = _snapshot(app, snapshot_id)

    def work() -> None:
        services.delete_snapshot(actor=actor_of(request), app_id=app.id, snapshot_id=found.id)

    return _act(request, app, work, gettext("The snapshot is being deleted."))


@login_required
@require_POST
def restore(request: HttpRequest, app_id: UUID, snapshot_id: UUID) -> HttpResponse:
    """Put it back into this app."""
    app = _app(request, app_id)
    found = _snapshot(app, snapshot_id)
    work = lambda: services.restore(actor=actor_of(request), app_id=app.id, snapshot_id=found.id)  # noqa: E731
    return _act(request, app, work, gettext("The snapshot is being restored."))


@login_required
@require_POST
def restore_new(request: HttpRequest, app_id: UUID, snapshot_id: UUID) -> HttpResponse:
    """Ask for a new app that is filled from it; beyond the quota a reason makes it wait for a decision."""
    app, person = _app(request, app_id), cast("Person", request.user)
    found = _snapshot(app, snapshot_id)
    wishes = {"name": request.POST.get("name", "").strip(), "reason": request.POST.get("reason", "")}
    try:
        with transaction.atomic():
            asked = ask_new(actor=actor_of(request), person=person, app=app, snapshot=found, wishes=wishes)
    except (Conflict, Refused) as error:
        messages.error(request, workloads.refusal(person, error))
        return redirect("workloads:data", app.id)
    said = gettext("The new app is asked for. The snapshot is restored into it once it stands.")
    messages.success(request, said)
    return redirect("workloads:app", asked.app_id)


@login_required
@require_safe
def download(request: HttpRequest, app_id: UUID, snapshot_id: UUID) -> HttpResponseBase:
    """The archive (gzipped tar), for those who may operate the app; audited before a byte of it leaves."""
    app = _app(request, app_id)
    found = _snapshot(app, snapshot_id)
    services.note_download(actor=actor_of(request), app_id=app.id, snapshot_id=found.id)
    files = (parts.part(found.id, number) for number in range(1, found.parts + 1))
    answer = streamed(request, files, content_type="application/gzip")
    answer["Content-Length"] = str(found.size_bytes)
    stem = f"{app.name}-{found.volume.name}-{found.created_at:%Y%m%d-%H%M}"
    answer["Content-Disposition"] = f'attachment; filename="{stem}.tar.gz"'
    answer["Cache-Control"] = "private, no-store"
    return answer
