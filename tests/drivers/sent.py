"""What `responses` kept of a request, which its types do not tell."""

from typing import Any

import responses


def params(call: responses.Call) -> dict[str, str]:
    """The query."""
    found: dict[str, str] = getattr(call.request, "params", {})
    return found


def options(call: responses.Call) -> dict[str, Any]:
    """How it was sent: timeout, verify..."""
    found: dict[str, Any] = getattr(call.request, "req_kwargs", {})
    return found
