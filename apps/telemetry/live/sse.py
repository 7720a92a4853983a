"""Server-sent events, as the HTML standard writes them."""

import json
from typing import Any

ALIVE = b": alive\n\n"  #: a comment, so that proxies and browsers know that somebody is there
ALIVE_EVERY_S = 15.0
RETRY = b"retry: 3000\n\n"  #: milliseconds after which a browser connects again


def event(name: str, data: Any) -> bytes:
    """One event. JSON escapes what could end its line."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()
