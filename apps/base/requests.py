"""Who asks: the actor of a request, for the audit."""

from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from kernel.actors import Actor


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


def request_id_of(request: HttpRequest | Request) -> str:
    """The request's id, as the middleware of portal gave or accepted it; empty outside of it."""
    return str(getattr(request, "request_id", ""))
