"""Tools that call the API with a person's token."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from apps.accounts import services
from apps.accounts.enums import Scope
from apps.accounts.models import Person
from apps.accounts.permissions import scopes_of
from tests.cast import actor

API = "/api/v1/"


class Tool(Client):
    """A client whose paths are below /api/v1/ and whose bodies are JSON."""

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """One call; a header's name has underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data: Any = {} if body is None else {"data": body, "content_type": "application/json"}
        url = path if path.startswith("/") else f"{API}{path}"
        return getattr(self, method.lower())(url, headers=named, **data)


def caller(
    person: Person,
    scopes: Collection[str] | None = None,
    projects: Collection[UUID] = (),
    language: str = "en",
) -> Tool:
    """A tool with a token of the person's: with all scopes that they may give, unless some are named."""
    _, text = services.create_token(
        actor=actor(person),
        person=person,
        name="tool",
        scopes=scopes if scopes is not None else scopes_of(person),
        projects=projects,
        expires_at=timezone.now() + timedelta(days=1),
    )
    headers = {"Authorization": f"Bearer {text}", "Accept-Language": language}
    return Tool(headers=headers, raise_request_exception=False)


def without(person: Person, scope: str) -> Tool:
    """A tool that may do all but this."""
    return caller(person, [each for each in scopes_of(person) if each != Scope(scope)])
