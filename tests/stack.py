"""The stack that deploy/test brought up: addresses and accounts, as it wrote them down."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

USUAL = Path(__file__).resolve().parents[1] / "var" / "test" / "stack.json"
FILE = Path(os.environ.get("PAILLASSE_STACK_FILE", USUAL))


@cache
def load() -> dict[str, Any]:
    """Read var/test/stack.json; fail with what to run where it is missing."""
    if not FILE.is_file():
        raise AssertionError(f"{FILE} is missing: tests marked `stack` run under ./deploy/test")
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content
