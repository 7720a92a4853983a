"""One table from errors to HTTP: the API's problems and the pages both read it."""

from collections.abc import Mapping
from http import HTTPStatus

from kernel.errors import (
    Conflict,
    Forbidden,
    Misconfigured,
    Missing,
    OutsideConflict,
    OutsideRefused,
    PaillasseError,
    Refused,
    Unavailable,
)

#: the first class that fits says the status
BY_CLASS: tuple[tuple[type[PaillasseError], HTTPStatus], ...] = (
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Missing, HTTPStatus.NOT_FOUND),
    (OutsideConflict, HTTPStatus.CONFLICT),
    (Conflict, HTTPStatus.CONFLICT),
    (OutsideRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (Misconfigured, HTTPStatus.SERVICE_UNAVAILABLE),
    (Refused, HTTPStatus.BAD_REQUEST),
)
#: codes whose meaning HTTP says more exactly than their class
BY_CODE: Mapping[str, HTTPStatus] = {
    "handover.too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "idempotency.other_body": HTTPStatus.UNPROCESSABLE_ENTITY,
    "login.denied": HTTPStatus.FORBIDDEN,
    "login.inactive": HTTPStatus.FORBIDDEN,
    "login.subject": HTTPStatus.FORBIDDEN,
    "login.token": HTTPStatus.FORBIDDEN,
    "logs.downloads": HTTPStatus.TOO_MANY_REQUESTS,
    "precondition.failed": HTTPStatus.PRECONDITION_FAILED,
    "precondition.required": HTTPStatus.PRECONDITION_REQUIRED,
    "streams.busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "streams.too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "upload.too_big": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
RETRY_AFTER_S = 10  # what an unavailable part is given


def status_of(error: PaillasseError) -> HTTPStatus:
    """The HTTP status that tells of the error; 500 for one that the table does not know."""
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    known = (status for kind, status in BY_CLASS if isinstance(error, kind))
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)


def headers_of(error: PaillasseError) -> dict[str, str]:
    """Headers that go with it."""
    busy = status_of(error) == HTTPStatus.SERVICE_UNAVAILABLE or error.code == "idempotency.running"
    return {"Retry-After": str(RETRY_AFTER_S)} if busy else {}
