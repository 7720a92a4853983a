"""A part of the platform that is there and does not answer: its process is suspended."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil


@contextmanager
def halted(stack: Mapping[str, Any], name: str) -> Iterator[None]:
    """Suspend a part for as long as the block lasts.

    Keycloak runs below the script that starts it. Below solo there are the tasks, which go on without it.
    """
    record = json.loads(Path(stack["processes"][name]).read_text(encoding="utf-8"))
    first = psutil.Process(record["pid"])
    suspended = [first, *(first.children(recursive=True) if name == "keycloak" else [])]
    for process in suspended:
        process.suspend()
    try:
        yield
    finally:
        for process in suspended:
            process.resume()
