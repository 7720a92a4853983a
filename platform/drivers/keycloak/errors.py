"""Keycloak's answers as our errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import requests

from drivers.sessions import short
from kernel.errors import Misconfigured, OutsideError, Unavailable

PART = "keycloak"


class NotThere(Exception):
    """Keycloak itself said that no such account stands."""


class TokenRefused(Exception):
    """The access token is not valid any more: 401."""


def checked(response: requests.Response) -> requests.Response:
    """Pass a good answer on. Only the admin API's own `User not found` counts as absence."""
    status, text = response.status_code, short(response.text)
    if status == HTTPStatus.OK:
        return response
    if status == HTTPStatus.UNAUTHORIZED:
        raise TokenRefused(text)
    if status == HTTPStatus.NOT_FOUND and "User not found" in text:
        raise NotThere(text)
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    kind: type[OutsideError] = Unavailable if passing else Misconfigured
    raise kind(PART, text or f"HTTP {status}")


@contextmanager
def translated() -> Iterator[None]:
    """Let only our errors and the signals above out of a block that calls Keycloak."""
    try:
        yield
    except (requests.exceptions.SSLError, requests.exceptions.TooManyRedirects) as error:
        raise Misconfigured(PART, short(error)) from error
    except (requests.RequestException, ValueError, KeyError) as error:
        raise Unavailable(PART, short(error)) from error
    except OSError as error:
        raise Misconfigured(PART, short(error)) from error
