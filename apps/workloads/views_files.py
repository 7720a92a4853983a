"""Release files for the nodes: the key in the address is the right to one release's files (design 8.8)."""

from collections.abc import AsyncIterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, HttpResponseNotFound, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.base import uploads
from apps.workloads.selectors import release_file
from kernel.errors import Missing

_CHUNK = 256 * 1024  # bytes


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
    if not isinstance(request, ASGIRequest):
        return _headers(FileResponse(content, content_type="application/octet-stream"))
    length = str(content.size)
    answer = StreamingHttpResponse(_chunks(content), content_type="application/octet-stream")
    answer["Content-Length"] = length
    return _headers(answer)


async def _chunks(file: IO[Any]) -> AsyncIterator[bytes]:
    """Piece by piece: under ASGI a plain file would be read into memory as a whole."""
    try:
        while chunk := await sync_to_async(file.read, thread_sensitive=False)(_CHUNK):
            yield chunk
    finally:
        file.close()


def _headers(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
