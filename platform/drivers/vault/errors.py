"""What OpenBao or Vault answers, as our errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from hvac import exceptions

from drivers.sessions import short
from kernel.errors import Misconfigured, OutsideConflict, OutsideError, OutsideRefused, Unavailable

PART = "vault"
_CAS = "check-and-set"
_KINDS: tuple[tuple[type[Exception], type[OutsideError]], ...] = (
    (exceptions.Forbidden, Misconfigured),
    (exceptions.Unauthorized, Misconfigured),
    (exceptions.InvalidPath, Misconfigured),
    (exceptions.InvalidRequest, OutsideRefused),
    (exceptions.ParamValidationError, OutsideRefused),
)


class NotThere(Exception):
    """The server itself said that nothing stands at the path. `told`: what its answer carried."""

    def __init__(self, told: object) -> None:
        self.told = told
        super().__init__()


def of_vault(error: exceptions.VaultError) -> Exception:
    """Name an answer by what to do next.

    A 404 counts as absence only in the API's own JSON and without errors: an unknown mount answers 404 with
    an error, and a proxy answers 404 with no JSON at all.
    """
    told = error.json
    text = short("; ".join(error.errors) if error.errors else error.text or error)
    if isinstance(error, exceptions.InvalidPath) and isinstance(told, dict) and not told.get("errors"):
        return NotThere(told)
    if _CAS in text:
        return OutsideConflict(PART, text)
    kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), Unavailable)
    return kind(PART, text)


@contextmanager
def translated() -> Iterator[None]:
    """Let only our errors, or NotThere, out of a block that calls the server."""
    try:
        yield
    except exceptions.VaultError as error:
        raise of_vault(error) from error
    except (requests.exceptions.SSLError, requests.exceptions.TooManyRedirects) as error:
        raise Misconfigured(PART, short(error)) from error
    except requests.RequestException as error:
        raise Unavailable(PART, short(error)) from error
    except OSError as error:
        raise Misconfigured(PART, short(error)) from error
