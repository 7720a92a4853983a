"""What every endpoint shares: who asks, in which namespace, blocking queries, pages, errors."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from solo.acl import Token, Tokens
from solo.api.waiting import Bell
from solo.client import Client
from solo.clock import parse_duration
from solo.consul import ConsulSync
from solo.errors import ApiError
from solo.machine import Machine
from solo.scheduler import Scheduler
from solo.store import Row, Store

_MAX_WAIT_S = 600.0
_DEFAULT_WAIT_S = 300.0
Read = Callable[[], tuple[int, Any]]


@dataclass
class Context:
    """What the endpoints work on."""

    machine: Machine
    scheduler: Scheduler
    client: Client
    consul: ConsulSync
    tokens: Tokens
    bell: Bell

    @property
    def store(self) -> Store:
        """The state."""
        return self.machine.store


class Call:
    """One request, with who makes it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.context: Context = request.app.state.context
        self.secret = _secret(request)

    @property
    def store(self) -> Store:
        """The state."""
        return self.context.store

    @property
    def token(self) -> Token:
        """Who asks. Raises PermissionDenied for nobody."""
        return self.context.tokens.find(self.secret)

    def known(self) -> None:
        """Refuse strangers at once: they learn nothing of what is there. Raises PermissionDenied."""
        self.context.tokens.find(self.secret)

    def path(self, name: str) -> str:
        """A part of the path."""
        value: str = self.request.path_params[name]
        return value

    def query(self, name: str, default: str = "") -> str:
        """A parameter."""
        return self.request.query_params.get(name, default)

    def flag(self, name: str) -> bool:
        """A true or false parameter."""
        return self.query(name).lower() in ("true", "1")

    @property
    def namespace(self) -> str:
        """The namespace asked for."""
        return self.query("namespace") or "default"

    def need(self, *capabilities: str, namespace: str | None = None) -> Token:
        """The asker, who must hold any of these capabilities. Raises PermissionDenied."""
        token, where = self.token, self.namespace if namespace is None else namespace
        if not any(token.may(capability, where) for capability in capabilities):
            token.need(capabilities[0], where)
        return token

    async def body(self) -> dict[str, Any]:
        """The JSON object sent. Raises ApiError 400 when it is none."""
        raw = await self.request.body()
        if not raw:
            raise ApiError(400, "EOF")
        try:
            found = json.loads(raw)
        except ValueError as error:
            raise ApiError(400, f"invalid character in JSON: {error}") from error
        if not isinstance(found, dict):
            raise ApiError(400, "json: cannot unmarshal into Go value of type object")
        return found


def _secret(request: Request) -> str:
    header = request.headers.get("x-nomad-token", "")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return header or (bearer.strip() if scheme.lower() == "bearer" else "")


Handler = Callable[[Call], Awaitable[Response]]


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A Starlette endpoint that turns ApiError into Nomad's plain text."""

    @wraps(handler)
    async def run(request: Request) -> Response:
        try:
            return await handler(Call(request))
        except ApiError as error:
            return text(error.text, error.status)

    return run


def text(body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Plain text, as Nomad answers errors."""
    return PlainTextResponse(body, status, headers)


def answer(body: Any, index: int | None = None, headers: dict[str, str] | None = None) -> Response:
    """JSON, with the index where there is one."""
    extra = {"X-Nomad-Index": str(index)} if index is not None else {}
    return Response(json.dumps(body), media_type="application/json", headers={**extra, **(headers or {})})


def _known(index: int) -> dict[str, str]:
    return {"X-Nomad-Index": str(index), "X-Nomad-Knownleader": "true", "X-Nomad-Lastcontact": "0"}


async def blocking(call: Call, read: Read) -> Response:
    """What `read` gives; with `index`, once its index is greater or `wait` is over.

    `read` may raise ApiError 404: then that is the answer, and it blocks the same way.
    """
    asked = call.query("index")
    after = int(asked) if asked.isdigit() else 0
    wait = min(parse_duration(call.query("wait") or f"{_DEFAULT_WAIT_S}s") or _DEFAULT_WAIT_S, _MAX_WAIT_S)
    deadline = time.monotonic() + wait
    while True:
        changed = call.context.bell.ticket()
        index, response = _look(call, read)
        left = deadline - time.monotonic()
        if not after or index > after or left <= 0:
            return response
        try:
            await asyncio.wait_for(changed.wait(), left)
        except TimeoutError:
            continue


def _look(call: Call, read: Read) -> tuple[int, Response]:
    try:
        index, body = read()
    except ApiError as error:
        index = call.store.table_index["jobs"]
        return index, text(error.text, error.status, _known(index))
    if isinstance(body, list):
        page, following = paged(call, body)
        extra = {"X-Nomad-Nexttoken": following} if following else {}
        return index, answer(page, headers={**_known(index), **extra})
    return index, answer(body, headers=_known(index))


def paged(call: Call, rows: list[Any]) -> tuple[list[Any], str]:
    """One page of a list, and where the next begins: `per_page` and `next_token`."""
    size, after = call.query("per_page"), call.query("next_token")
    if after.isdigit() and rows and "GroupCountSum" in rows[0]:
        rows = [row for row in rows if row["ModifyIndex"] <= int(after)]
    elif after:
        rows = [row for row in rows if _place(row) >= after]
    if not size.isdigit() or not int(size) or len(rows) <= int(size):
        return rows, ""
    return rows[: int(size)], _place(rows[int(size)])


def _place(row: Row) -> str:
    """A row's place in a list: jobs by namespace and id, their statuses newest first, the rest by id."""
    if "GroupCountSum" in row:
        return str(row["ModifyIndex"])
    if "JobSummary" in row:
        return f"{row['Namespace']}.{row['ID']}"
    return str(row.get("ID") or row.get("Name", ""))


def visible(call: Call, rows: list[Row], capability: str) -> list[Row]:
    """The rows in the namespaces asked for that the asker may see, in order of their ids.

    Raises PermissionDenied where one namespace is asked for and may not be seen.
    """
    token, wanted, prefix = call.token, call.namespace, call.query("prefix")
    if wanted == "*":
        chosen = [r for r in rows if token.may(capability, r["Namespace"])]
        if not chosen and not (token.management or token.capabilities):
            token.need(capability, wanted)
    else:
        token.need(capability, wanted)
        chosen = [r for r in rows if r["Namespace"] == wanted]
    return sorted((r for r in chosen if r["ID"].startswith(prefix)), key=lambda r: (r["Namespace"], r["ID"]))
