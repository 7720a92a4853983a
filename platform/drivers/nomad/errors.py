"""Nomad's answers as our errors. Its texts are those of 2.0.5, recorded call by call."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import requests
import urllib3
from nomad.api.exceptions import BaseNomadException

from drivers.sessions import short
from kernel.errors import Misconfigured, OutsideConflict, OutsideError, OutsideRefused, Unavailable

PART = "nomad"
STORAGE = "storage"  #: the lab's CSI plugin, for which Nomad speaks
_CONFLICT = re.compile(r"(?:rpc error: )?Enforcing job modify index")
_REFUSED = re.compile(
    r"(?:rpc error: )?(?:\d+ errors? occurred|cannot update|.*\bvalidation\b)", re.IGNORECASE
)
_ABSENT = re.compile(
    r"(?i)(?:job|alloc\w*|node|deployment|volume|plugin|log entry for task .*) not found"
    r'|unknown allocation "|task ".*" not started yet'
)
#: how Nomad tells what a CSI plugin said of a volume, or what keeps it from asking
_PLUGIN_SAID = re.compile(
    r"(?:rpc error: )?(?:(?:\d+ errors? occurred:\s*\* )?controller \w+ volume: |could not detach from "
    r"|volume in use: |no healthy controllers for CSI plugin)"
)
#: what a plugin judged, by gRPC's word for it; what is not here may pass, as "busy with your last try" does
_JUDGED: Mapping[str, type[OutsideError]] = {
    "OutOfRange": OutsideRefused,  # the size
    "AlreadyExists": OutsideRefused,  # one of that name and another size
    "InvalidArgument": Misconfigured,  # what the lab has it told
    "PermissionDenied": Misconfigured,
    "Unauthenticated": Misconfigured,
    "Unimplemented": Misconfigured,
}
_GRPC = re.compile(r"\bcode = (\w+)")
#: the lab's plugin is not there, has another name, or makes no volumes: no repetition mends it
_NO_PLUGIN = re.compile(
    r"(?:rpc error: )?(?:no CSI plugin named|no such plugin|plugin not found"
    r'|plugin ".*" for volume ".*" not found'
    r"|plugin has no controller|plugin does not support creating volumes)"
)
_OURS_TO_MEND = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_UNTRUSTED = (
    requests.exceptions.SSLError,
    requests.exceptions.InvalidURL,
    requests.exceptions.TooManyRedirects,
)
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class NotThere(Exception):
    """Nomad itself said that the object does not exist."""


def of_response(response: requests.Response) -> Exception:
    """Name a refusal by what to do next.

    Validation and compare-and-set failures come as 500 with a text (facts/nomad.md 3.2). A 404 counts as
    absence only in Nomad's own words: a proxy's 404 or a wrong address must never look like a missing job.
    """
    text, status = short(response.text), response.status_code
    if status == HTTPStatus.NOT_FOUND and _ABSENT.match(text):
        return NotThere(text)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and (storage := _of_storage(text)):
        return storage(STORAGE, text)
    return _kind(status, text)(PART, text or f"HTTP {status}")


def _of_storage(text: str) -> type[OutsideError] | None:
    """How a CSI plugin's trouble is named; None for what is none."""
    if _NO_PLUGIN.match(text):
        return Misconfigured
    if _PLUGIN_SAID.match(text):
        word = _GRPC.search(text)
        return _JUDGED.get(word[1] if word else "", Unavailable)
    return None


def _kind(status: int, text: str) -> type[OutsideError]:
    if status in _OURS_TO_MEND:
        return Misconfigured
    if _CONFLICT.match(text):
        return OutsideConflict
    passing = status >= 500 or status in _PASSING  # noqa: PLR2004 - the class of server errors
    if status == HTTPStatus.NOT_IMPLEMENTED or _REFUSED.match(text) or not passing:
        return OutsideRefused
    return Unavailable


def of_failure(error: Exception) -> OutsideError:
    """Name a failure of the connection: certificates, files and redirects are for an engineer."""
    unreadable = isinstance(error, OSError) and not isinstance(error, requests.RequestException)
    kind = Misconfigured if unreadable or isinstance(error, _UNTRUSTED) else Unavailable
    return kind(PART, short(error) or type(error).__name__)


@contextmanager
def translated() -> Iterator[None]:
    """Let only our errors, or NotThere, out of a block that calls Nomad."""
    try:
        yield
    except BaseNomadException as error:
        told = error.nomad_resp
        raise (of_response(told) if isinstance(told, requests.Response) else of_failure(told)) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise of_failure(error) from error
