"""Who asks, for the audit; and what they are told of what they asked for."""

import re
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework.request import Request

from apps.base.messages import sentence
from kernel.actors import Actor
from kernel.errors import Conflict, PaillasseError, QuotaExceeded, Refused

_WHOLE = re.compile(r"[0-9]{1,18}")  # what PostgreSQL's bigint holds; "²".isdigit() is true, and is no number


def actor_of(request: HttpRequest | Request) -> Actor:
    """The person of this request, or their token, with its request id and address.

    The address is the connection's: uvicorn has replaced it by the one that a trusted proxy named, by no
    other. Raises ValueError for a request that nobody has signed.
    """
    person = request.user
    if not person.is_authenticated:
        raise ValueError("nobody has signed this request")
    token_id: UUID | None = getattr(getattr(request, "auth", None), "id", None)
    return Actor(
        kind="token" if token_id else "person",
        id=person.id,
        label=person.label,
        token_id=token_id,
        request_id=request_id_of(request),
        ip=request.META.get("REMOTE_ADDR") or None,
    )


def done(request: HttpRequest, said: str, service: Callable[..., object], **arguments: object) -> bool:
    """Do it as who asks and say so on the next page, or say there why not; whether it was done.

    What else it raises, Missing and Forbidden for example, is a page of its own.
    """
    try:
        service(actor=actor_of(request), **arguments)
    except (Conflict, Refused) as error:
        messages.error(request, f"{sentence(error)} {_way_out(error)}".rstrip())
        return False
    messages.success(request, said)
    return True


def _way_out(error: PaillasseError) -> str:
    if not isinstance(error, QuotaExceeded):
        return ""
    return gettext("Free some of it, or ask for more quota on the project's page.")


def request_id_of(request: HttpRequest | Request) -> str:
    """The request's id, as the middleware of portal gave or accepted it; empty outside of it."""
    return str(getattr(request, "request_id", ""))


def whole(text: str, field: str) -> int | None:
    """Read a whole number of a form's hidden field or of a query, not below nought; none where it is empty.

    Raises Refused `number.whole` naming `field` for anything else.
    """
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise Refused("number.whole", field=field)
    return int(text)
