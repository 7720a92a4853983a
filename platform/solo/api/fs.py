"""/v1/client/fs/logs/{id}: a task's output, plain or in frames, followed or not."""

import base64
import json
import time
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from solo import logs
from solo.api.allocations import find_alloc
from solo.api.common import Call, endpoint
from solo.errors import ApiError

_HEARTBEAT_S = 1.0  # Nomad's streamHeartbeatRate


async def read_logs(call: Call) -> Response:
    """GET /v1/client/fs/logs/{id}."""
    call.known()
    task, kind = call.query("task"), call.query("type")
    if not task:
        raise ApiError(400, "must provide task name")
    if kind not in ("stdout", "stderr"):
        raise ApiError(400, "must provide log type (stdout/stderr)")
    origin = call.query("origin", "start") or "start"
    if origin not in ("start", "end"):
        raise ApiError(400, 'origin must be either "start" or "end"')
    offset = call.query("offset", "0") or "0"
    if not offset.isdigit():
        raise ApiError(400, f'error parsing offset: strconv.ParseInt: parsing "{offset}": invalid syntax')
    alloc = find_alloc(call, f'Unknown allocation "{call.path("alloc")}"')
    call.need("read-logs", "read-fs", namespace=alloc["Namespace"])
    group = next(g for g in alloc["Job"]["TaskGroups"] if g["Name"] == alloc["TaskGroup"])
    if task not in [t["Name"] for t in group["Tasks"]]:
        raise ApiError(400, f'unknown task name "{task}"')
    if not ((alloc["TaskStates"] or {}).get(task) or {}).get("StartedAt"):
        raise ApiError(404, f'task "{task}" not started yet. No logs available')
    directory = call.context.machine.paths(alloc["ID"]).logs
    follow = call.flag("follow")
    pieces = logs.read(directory, task, kind, int(offset), origin, follow=follow)
    done = _ended(call, alloc["ID"])
    if call.flag("plain"):
        return StreamingResponse(
            _plain(pieces, done), media_type=None, headers={"Content-Type": "text/plain"}
        )
    return StreamingResponse(_framed(pieces, done), media_type="application/json")


class _ended:  # noqa: N801 - a question, asked like a function
    """Whether the allocation has ended; then its followers stop, once they could read the rest."""

    def __init__(self, call: Call, alloc_id: str) -> None:
        self._store, self._id = call.store, alloc_id

    def __call__(self) -> bool:
        alloc = self._store.get("allocs", self._id)
        return alloc is None or alloc["ClientStatus"] in ("complete", "failed", "lost")


async def _plain(pieces: AsyncIterator[tuple[str, int, bytes]], done: _ended) -> AsyncIterator[bytes]:
    async for _, _, data in pieces:
        if data:
            yield data
        elif done():
            return


async def _framed(pieces: AsyncIterator[tuple[str, int, bytes]], done: _ended) -> AsyncIterator[bytes]:
    last = time.monotonic()
    async for name, offset, data in pieces:
        if data:
            frame = {"Data": base64.b64encode(data).decode(), "File": f"alloc/logs/{name}", "Offset": offset}
            yield json.dumps(frame).encode()
            last = time.monotonic()
        elif done():
            return
        elif time.monotonic() - last > _HEARTBEAT_S:
            yield b"{}"
            last = time.monotonic()


routes = [Route("/v1/client/fs/logs/{alloc}", endpoint(read_logs), methods=["GET"])]
