"""Release files for the nodes: the key in the address is the right to one release's files (design 8.8)."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.base import uploads
from apps.workloads.selectors import release_file
from kernel.errors import Missing

_NOTHING = "Not found\n"


@require_safe
def release_file_view(request: HttpRequest, key: str, sha256: str, name: str) -> HttpResponseBase:  # noqa: ARG001 - the name is for readers
    """The file, streamed; one constant answer for everything else. It needs no session and sets no cookie."""
    found = release_file(key, sha256)
    try:
        content = uploads.open(found.sha256) if found else None
    except Missing:
        content = None
    if content is None:
        return _headers(HttpResponseNotFound(_NOTHING, content_type="text/plain"))
    return _headers(FileResponse(content, content_type="application/octet-stream", as_attachment=True))


def _headers(response: HttpResponse | FileResponse) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
