"""The audit: who did what, when. Members see what concerns them; admins and auditors all."""

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.audit import selectors, services
from apps.audit.forms import FilterForm
from apps.audit.models import Event
from apps.audit.selectors import Place
from apps.audit.serializers import Reader, as_csv, as_lines
from apps.base.requests import actor_of
from apps.projects import selectors as projects
from kernel.errors import Refused

_PAGE = 50
_PIECE = 1_000  # events of an export read at a time
_KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@login_required
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """One page, from `?before=` on; the filters are the URL's parameters."""
    person = cast("Person", request.user)
    form, found = _asked(request, person)
    place = _place(request.GET.get("before", ""))
    # One more than a page says whether there is another, which no count need do.
    seen = list(selectors.older(found.select_related("seal"), place)[: _PAGE + 1]) if form.is_valid() else []
    shown = seen[:_PAGE]
    context = {
        "form": form,
        "events": shown,
        "older": Place.of(shown[-1]) if len(seen) > _PAGE else None,
        "newest": place is None,
        "reader": Reader(person.id, reads_all=person.reads_all),
        "projects": {each.id: each for each in form.projects},
        "all": person.reads_all,
    }
    return render(request, "audit/list.html", context, status=200 if form.is_valid() else 400)


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """All that the URL's filters leave, as a file of the posted `form`: csv or jsonl. Audited itself."""
    person = cast("Person", request.user)
    form, found = _asked(request, person)
    kind = request.POST.get("form", "")
    if not form.is_valid() or kind not in _KINDS:
        raise Refused("audit.export", field=next(iter(form.errors), "form"))
    newest = found.first()
    services.exported(actor=actor_of(request), filters=form.given, form=kind)
    reader = Reader(person.id, reads_all=person.reads_all)
    pieces = _pieces(found.select_related("seal"), newest, reader, kind)
    is_async = isinstance(request, ASGIRequest)
    answer = StreamingHttpResponse(_in_thread(pieces) if is_async else pieces, content_type=_KINDS[kind])
    name = f"audit-{timezone.localdate().isoformat()}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _asked(request: HttpRequest, person: Person) -> tuple[FilterForm, "QuerySet[Event]"]:
    """The filters, and what they leave of what the person may read; all of it where they are not valid."""
    seen = list(projects.visible_to(person).order_by("name"))
    form = FilterForm(request.GET, projects=seen)
    found = (
        selectors.every() if person.reads_all else selectors.concerning(person.id, [each.id for each in seen])
    )
    return form, form.narrow(found) if form.is_valid() else found


def _place(text: str) -> Place | None:
    try:
        return Place.read(text) if text else None
    except ValueError as error:
        raise Refused("audit.place", field="before") from error


def _pieces(found: "QuerySet[Event]", newest: Event | None, reader: Reader, kind: str) -> Iterator[str]:
    """Piece by piece from the newest event that was there at the start."""
    if kind == "csv":
        yield as_csv([], first=True)
    place = None
    if newest is not None:
        found = selectors.not_newer(found, Place.of(newest))
        while events := list(selectors.older(found, place)[:_PIECE]):
            rows = [reader.told(event) for event in events]
            yield as_csv(rows, first=False) if kind == "csv" else as_lines(rows)
            place = Place.of(events[-1])


async def _in_thread(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Each piece is read in a thread, whose connection goes back at once: the reader may be slow."""

    def piece() -> str | None:
        try:
            return next(pieces, None)
        finally:
            connection.close()

    while (text := await sync_to_async(piece, thread_sensitive=False)()) is not None:
        yield text
