"""Import and export on a page, for the lab's administrators: hand in, look at the differences, confirm."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.base.requests import actor_of
from kernel.errors import Missing, Refused
from portal.labfile.forms import ConfirmForm, FileForm
from portal.labfile.trying import Outcome, run
from portal.labfile.writing import as_csv, as_yaml

_WRITERS = {"csv": (as_csv, "text/csv; charset=utf-8"), "yaml": (as_yaml, "application/yaml; charset=utf-8")}


def _admin(request: HttpRequest) -> Person:
    """Who asks, if an administrator; for others the page is not there."""
    person = cast("Person", request.user)
    if not person.is_admin:
        raise Missing
    return person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    """Show the form; with a file, what it would change."""
    person = _admin(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=400 if request.method == "POST" else 200)
    file, prune = form.cleaned_data["file"], form.cleaned_data["prune"]
    content = file.read()
    outcome = run(
        actor=actor_of(request), person=person, name=file.name, content=content, prune=prune, dry_run=True
    )
    return _outcome(request, outcome, file.name, content, prune=prune)


@login_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Do what was seen; where the lab has moved on meanwhile, show it again instead."""
    person = _admin(request)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise Refused("refused", field=next(iter(form.errors)))
    told = form.cleaned_data
    # A form's lines end in CR and LF, whatever the file's did; neither form of file minds.
    content = told["content"].encode("utf-8", "replace")
    outcome = run(
        actor=actor_of(request),
        person=person,
        name=told["name"],
        content=content,
        prune=told["prune"],
        confirmed=told["seen"],
    )
    if not outcome.done:
        return _outcome(request, outcome, told["name"], content, prune=told["prune"], moved_on=True)
    n = len(outcome.changes)
    text = ngettext("%(n)s difference was imported.", "%(n)s differences were imported.", n) % {"n": n}
    messages.success(request, text)
    return redirect("labfile:import")


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The file that would make the lab as it is; that it was taken away is audited."""
    _admin(request)
    form = request.POST.get("form", "")
    if form not in _WRITERS:
        raise Refused("refused", field="form")
    write, kind = _WRITERS[form]
    with transaction.atomic():
        audit.record(
            actor=actor_of(request),
            verb="lab.exported",
            target_kind="lab",
            target_id="file",
            after={"form": form},
        )
        answer = HttpResponse(write(), content_type=kind)
    name = f"lab-{timezone.localdate().isoformat()}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _outcome(
    request: HttpRequest,
    outcome: Outcome,
    name: str,
    content: bytes,
    *,
    prune: bool,
    moved_on: bool = False,
) -> HttpResponse:
    told: dict[str, Any] = {"outcome": outcome, "name": name, "prune": prune, "moved_on": moved_on}
    if outcome.changes and not outcome.problems:
        told["content"] = content.decode("utf-8-sig")
    return _page(request, FileForm(initial={"prune": prune}), status=400 if outcome.problems else 200, **told)


def _page(request: HttpRequest, form: FileForm, *, status: int, **more: Any) -> HttpResponse:
    return render(request, "labfile/import.html", {"form": form, **more}, status=status)
