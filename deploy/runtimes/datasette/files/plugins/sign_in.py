"""Whoever may not see a page is asked for the password, instead of being told no."""

from datasette import hookimpl
from datasette.utils.asgi import Request, Response


@hookimpl  # type: ignore[untyped-decorator]
def forbidden(request: Request) -> Response | None:
    """Lead browsers to the password; programs that ask for JSON get their 403."""
    wants_page = "text/html" in request.headers.get("accept", "")
    return Response.redirect("/-/login") if wants_page and not request.actor else None
