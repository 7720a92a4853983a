"""Nomad's endless answers: events line by line, logs frame by frame."""

import base64
import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from drivers.nomad import convert
from orchestration.ports import AllocState

TOPICS = ("Job", "Allocation", "Evaluation", "Deployment")
HEARTBEAT_S = 35.0  #: Nomad sends a heartbeat every 10 s; three missed ones mean that nobody is there
LOG_SILENCE_S = 10.0  #: of a log it sends one every second
MAX_LINE = 8 * 1024 * 1024  #: bytes; an event carries a whole job


@dataclass(frozen=True)
class Event:
    """Something happened to a job."""

    index: int
    topic: str
    type: str
    job_id: str
    allocation: AllocState | None = None  #: as it stands now, where the event is of one


def arriving(response: requests.Response) -> Iterator[bytes]:
    """Bytes as they arrive.

    requests' own iterators wait for a full piece where an answer is not chunked, and Nomad's event stream
    is not: it ends with the connection.
    """
    while piece := response.raw.read1(65536, decode_content=True):
        yield piece


def _lines(response: requests.Response) -> Iterator[bytes]:
    buffer = b""
    for piece in arriving(response):
        *whole, buffer = (buffer + piece).split(b"\n")
        if len(buffer) > MAX_LINE:
            raise ValueError("a line without end")
        yield from whole


def _event(raw: dict[str, Any]) -> Event:
    parts = (raw.get("Payload") or {}).values()
    payload: dict[str, Any] = next((part for part in parts if isinstance(part, dict)), {})
    job_id = payload.get("JobID") or (raw["Key"] if raw["Topic"] == "Job" else "")
    alloc = convert.allocation(payload) if raw["Topic"] == "Allocation" and payload.get("ID") else None
    return Event(raw["Index"], raw["Topic"], raw["Type"], job_id, alloc)


def events(response: requests.Response) -> Iterator[Event | None]:
    """Read newline-delimited JSON; `{}` is a heartbeat. Raises ValueError for what is none."""
    for line in _lines(response):
        told = json.loads(line) if line.strip() else {}
        if not told.get("Events"):
            yield None
        for each in told.get("Events") or ():
            yield _event(each)


def head(response: requests.Response, limit: int) -> bytes:
    """At most `limit` bytes of a body."""
    found = b""
    for chunk in arriving(response):
        found += chunk
        if len(found) >= limit:
            break
    return found[:limit]


def texts(response: requests.Response, limit: int) -> Iterator[str]:
    """At most `limit` bytes of a body, decoded as they come."""
    text = codecs.getincrementaldecoder("utf-8")("replace")
    for chunk in arriving(response):
        yield text.decode(chunk[:limit])
        limit -= len(chunk)
        if limit <= 0:
            return


def frames(response: requests.Response) -> Iterator[str]:
    """Read a framed log: JSON objects without separators, whose Data is base64; `{}` is a heartbeat.

    Raises ValueError for what is no frame, json.JSONDecodeError included.
    """
    text = codecs.getincrementaldecoder("utf-8")("replace")
    decoder, buffer = json.JSONDecoder(), ""
    for chunk in arriving(response):
        buffer = (buffer + chunk.decode("ascii", errors="replace")).lstrip()
        while buffer:
            try:
                frame, end = decoder.raw_decode(buffer)
            except ValueError:
                if len(buffer) > MAX_LINE or buffer[0] != "{":
                    raise
                break
            buffer = buffer[end:].lstrip()
            yield text.decode(base64.b64decode(frame.get("Data") or ""))
