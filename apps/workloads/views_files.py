"""Release files for the nodes: the key in the address is the right to one release's files (design 8.8)."""

from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.base import uploads
from apps.base.streaming import streamed
from apps.workloads.selectors import release_file
from kernel.errors import Missing


@require_safe
def release_file_view(request: HttpRequest, key: str, sha256: str, name: str) -> HttpResponseBase:  # noqa: ARG001 - the name is for readers
    """The file, streamed; one constant answer for everything else. It needs no session and sets no cookie."""
    found = release_file(key, sha256)
    try:
        content = uploads.open(found.sha256) if found else None
    except Missing:
        content = None
    if content is None:
        return _headers(HttpResponseNotFound("Not found\n", content_type="text/plain"))
    answer = streamed(request, [content], content_type="application/octet-stream")
    answer["Content-Length"] = str(content.size)
    return _headers(answer)


def _headers(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
