"""`Idempotency-Key`: a POST sent twice happens once (draft-ietf-httpapi-idempotency-key-header-07)."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from apps.base.services import Answer, once
from kernel.errors import Refused

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Location", "Retry-After", "ETag")
_View = TypeVar("_View")


def idempotent(method: Callable[..., Response]) -> Callable[..., Response]:
    """With the header, a repeat gets the first call's answer and `Idempotency-Replayed: true`.

    Only answers of calls that succeeded are kept; one that was refused did nothing and may be tried again.
    A dry run does nothing either: it needs no key, and asks the cluster, which no transaction may wait for.
    """

    @wraps(method)
    def wrapper(view: _View, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None or getattr(view, "dry_run", False):
            return method(view, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise Refused("idempotency.key", field=HEADER)
        answer = once(
            person_id=UUID(str(request.user.pk)),
            key=key,
            route=f"{request.method} {request.path}"[:255],
            body_digest=digest(request),
            run=lambda: _answer(method(view, request, *args, **kwargs)),
        )
        headers = {**answer.headers, **({"Idempotency-Replayed": "true"} if answer.replayed else {})}
        return Response(answer.body, status=answer.status, headers=headers)

    wrapper.idempotent = True  # type: ignore[attr-defined]  # the schema tells of the header
    return wrapper


def digest(request: Request) -> str:
    """SHA-256 of what was sent: its query, fields and the content of its files, whatever their order.

    With the projects that the token is for: another token's answer is given to no narrower one.
    """
    projects = sorted(map(str, getattr(request.auth, "projects", None) or ()))
    fields: dict[str, Any] = {
        "?": request.META.get("QUERY_STRING", ""),
        "data": request.data,
        "projects": projects,
    }
    if isinstance(request.data, QueryDict):
        values = request.data.lists()
        fields["data"] = {name: value for name, value in values if name not in request.FILES}
        fields["files"] = {
            name: [_file_digest(file) for file in files] for name, files in request.FILES.lists()
        }
    text = json.dumps(fields, cls=JSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(file: Any) -> str:
    total = hashlib.sha256()
    for chunk in file.chunks():
        total.update(chunk)
    file.seek(0)
    return total.hexdigest()


def _answer(response: Response) -> Answer:
    body = json.loads(json.dumps(response.data, cls=JSONEncoder))
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    return Answer(response.status_code, body, headers)
