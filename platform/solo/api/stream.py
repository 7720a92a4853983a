"""/v1/event/stream: what changes, one JSON object a line, `{}` while nothing does."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from solo.api.common import Call, endpoint
from solo.errors import ApiError, PermissionDenied
from solo.events import Subscription

_HEARTBEAT_S = 10.0
_OF_JOBS = ("Job", "Allocation", "Evaluation", "Deployment")


def _subscription(call: Call) -> Subscription:
    """What is asked for. Raises PermissionDenied for topics or namespaces that the asker may not read."""
    topics: dict[str, set[str]] = {}
    for item in call.request.query_params.getlist("topic") or ["*:*"]:
        topic, colon, key = item.partition(":")
        if colon and not key:
            raise ApiError(400, f"Invalid key value pair for topic: {item}")
        topics.setdefault(topic, set()).add(key or "*")
    for topic in topics:
        if topic in _OF_JOBS:
            call.need("read-job")
        elif topic == "Node":
            call.token.need("node-read")
        else:
            call.token.need("management")
    token, wanted = call.token, call.namespace
    spaces = [n["Name"] for n in call.store.rows("namespaces")] if wanted == "*" else [wanted]
    if any(not token.may("read-job", space) for space in spaces if set(topics) & set(_OF_JOBS)):
        raise PermissionDenied
    return Subscription({t: frozenset(keys) for t, keys in topics.items()}, frozenset(spaces))


async def stream(call: Call) -> Response:
    """GET /v1/event/stream. To those who may not listen, an empty answer (recording 219)."""
    try:
        wanted = _subscription(call)
    except PermissionDenied:
        return Response("", media_type="application/json")
    index = call.query("index")
    after = int(index) - 1 if index.isdigit() and int(index) else call.store.index
    return StreamingResponse(_lines(call, wanted, after), media_type="application/json")


async def _lines(call: Call, wanted: Subscription, after: int) -> AsyncIterator[bytes]:
    yield b"{}\n"
    while True:
        changed = call.context.bell.ticket()
        for index, events in call.store.events.after(after):
            after = index
            chosen = [event.json(index) for event in events if wanted.wants(event)]
            if chosen:
                yield json.dumps({"Events": chosen, "Index": index}).encode() + b"\n"
        try:
            await asyncio.wait_for(changed.wait(), _HEARTBEAT_S)
        except TimeoutError:
            yield b"{}\n"


routes = [Route("/v1/event/stream", endpoint(stream), methods=["GET"])]
