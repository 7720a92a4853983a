"""Traefik's answers as our errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import requests

from drivers.sessions import short
from kernel.errors import Misconfigured, OutsideRefused, Unavailable

PART = "traefik"


class NotThere(Exception):
    """Traefik's API itself said that no such object stands."""


def checked(response: requests.Response) -> requests.Response:
    """Pass a good answer on. The API names what it did not find in JSON; any other 404 is a wrong address."""
    status = response.status_code
    if response.ok and status == HTTPStatus.OK:
        return response
    text = short(response.text)
    if status == HTTPStatus.NOT_FOUND and text.startswith("{") and "not found" in text:
        raise NotThere(text)
    if status == HTTPStatus.BAD_REQUEST:
        raise OutsideRefused(PART, text)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unavailable(PART, text)
    raise Misconfigured(PART, text or f"HTTP {status}")


@contextmanager
def translated() -> Iterator[None]:
    """Let only our errors, or NotThere, out of a block that calls Traefik."""
    try:
        yield
    except (requests.exceptions.SSLError, requests.exceptions.TooManyRedirects) as error:
        raise Misconfigured(PART, short(error)) from error
    except (requests.RequestException, ValueError) as error:
        raise Unavailable(PART, short(error)) from error
    except OSError as error:
        raise Misconfigured(PART, short(error)) from error
