"""The thread: words, files, answers, and taking a request in review."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Person
from apps.approvals import selectors, services
from apps.approvals.forms.wishing import WordsForm
from apps.base import uploads
from apps.base.requests import done
from apps.base.streaming import streamed
from kernel.errors import Missing


@login_required
@require_POST
def comment(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Write into the thread; a file may come with it."""
    form = WordsForm(request.POST, request.FILES)
    return _say(request, request_id, form, services.comment, ("text", "file", "internal"))


@login_required
@require_POST
def answer(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Answer what was asked, and send it again."""
    return _say(request, request_id, WordsForm(request.POST), services.answer, ("text",))


@login_required
@require_POST
def take(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take it in review."""
    return _say(request, request_id, WordsForm(request.POST), services.take, ())


@login_required
@require_POST
def send(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Send a draft."""
    return _say(request, request_id, WordsForm(request.POST), services.send, ())


@login_required
@require_safe
def attachment(request: HttpRequest, request_id: UUID, message_id: UUID) -> StreamingHttpResponse:
    """A file of the thread, to be saved, never shown: whoever reads the thread may have it."""
    person = cast("Person", request.user)
    asked = selectors.get(person, request_id)
    found = selectors.thread(person, asked).filter(id=message_id).first()
    if found is None or found.attachment is None:
        raise Missing
    file = uploads.open(found.attachment.sha256)
    sent = streamed(request, [file], content_type="application/octet-stream")
    sent["Content-Length"] = str(file.size)
    name = content_disposition_header(as_attachment=True, filename=found.attachment.name)
    sent["Content-Disposition"] = name or "attachment"
    return sent


def _say(
    request: HttpRequest,
    request_id: UUID,
    form: WordsForm,
    service: Callable[..., Any],
    takes: tuple[str, ...],
) -> HttpResponse:
    """One call; a refusal stands above the request as it is now."""
    person = cast("Person", request.user)
    selectors.get(person, request_id)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for errors in form.errors.values() for text in errors))
        return redirect("approvals:request", request_id)
    told = {name: form.cleaned_data[name] for name in takes}
    done(request, gettext("Done."), service, person=person, request_id=request_id, **told)
    return redirect("approvals:request", request_id)
